/**
 * Lints the files under crds/ (Helm's lint/rules/crds.go).
 *
 * @module
 */

import { crdFiles } from "../../chart/chart.ts";
import type { Chart } from "../../chart/chart.ts";
import { messageOf } from "../../errors.ts";
import { DocumentError, lintDocuments } from "./documents.ts";
import type { Report } from "./message.ts";
import type { LintSource } from "./source.ts";

const FOLDER = "crds/";

/** Reports files that hold something else than CustomResourceDefinitions. */
export async function lintCrds(source: LintSource, report: Report): Promise<void> {
  const kind = await source.kind("crds");
  if (kind === undefined) return;
  if (kind === "file") {
    report("error", FOLDER, "not a directory");
    return;
  }
  let chart: Chart;
  try {
    chart = await source.load();
  } catch (error) {
    report("error", FOLDER, messageOf(error));
    return;
  }
  for (const { file } of crdFiles(chart)) {
    try {
      for (const { apiVersion, kind } of lintDocuments(file.text)) {
        const known = apiVersion.startsWith("apiextensions.k8s.io");
        report(
          "error",
          file.name,
          known ? undefined : "apiVersion is not in 'apiextensions.k8s.io'",
        );
        const crd = kind === "CustomResourceDefinition";
        report(
          "error",
          file.name,
          crd ? undefined : "object kind is not 'CustomResourceDefinition'",
        );
      }
    } catch (error) {
      if (!(error instanceof DocumentError)) throw error;
      report("error", file.name, error.message);
      return;
    }
  }
}
