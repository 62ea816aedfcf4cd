/**
 * Lints values.yaml, alone and against the chart's schema (Helm's lint/rules/values.go).
 *
 * @module
 */

import { ChartFile } from "../../chart/chart.ts";
import { decodeYamlMap } from "../../chart/decode.ts";
import { coalesceTables, copyValues } from "../../chart/values.ts";
import { messageOf } from "../../errors.ts";
import { toBytes } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import type { Report } from "./message.ts";
import type { LintSource } from "./source.ts";

const FILE = "values.yaml";

/** How values are linted. */
export interface ValuesOptions {
  /** The user's values. */
  readonly values: GoMap;
  readonly skipSchemaValidation: boolean;
  readonly signal: AbortSignal | undefined;
}

/** Reports what is wrong with the chart's own values, with the user's on top. */
export async function lintValues(
  source: LintSource,
  report: Report,
  options: ValuesOptions,
): Promise<void> {
  if (await source.kind(FILE) === undefined) {
    report("info", FILE, "file does not exist");
    return;
  }
  let own: GoMap;
  try {
    own = decodeYamlMap(await source.text(FILE));
  } catch (error) {
    const words = messageOf(error).replace(/map\[string\]interface \{\}$/, "common.Values");
    report("error", FILE, `unable to parse YAML: ${words}`);
    return;
  }
  const schema = "values.schema.json";
  if (options.skipSchemaValidation || await source.kind(schema) !== "file") return;
  const text = await source.text(schema);
  if (text === "") return;
  const { schemaFailures } = await import("../../chart/schema.ts");
  const merged = coalesceTables(copyValues(options.values) as GoMap, own);
  const file = new ChartFile(schema, toBytes(text));
  const failures = await schemaFailures(file, merged, { signal: options.signal });
  report("error", FILE, failures === "" ? undefined : failures);
}
