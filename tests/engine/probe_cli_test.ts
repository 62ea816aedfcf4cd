/**
 * Runs every case of tests/testdata/helm/probe-cli.json, for Helm 3 and for Helm 4, through the
 * functions that `capstan template` is made of. The flags are read here.
 *
 * Of standard error the message is compared, and of warnings their text: what stands before them
 * (`coalesce.go:237:`, `level=INFO msg=`) is Helm's logging.
 */

import { strictEqual } from "node:assert/strict";
import { parseArgs } from "node:util";
import { checkInstallable, deprecationWarning } from "../../lib/chart/install_checks.ts";
import type { HelmVersion } from "../../lib/chart/chart.ts";
import { loadChart } from "../../lib/chart/load.ts";
import { checkReleaseName } from "../../lib/chart/release_name.ts";
import { readValues } from "../../lib/chart/value_files.ts";
import { offlineCapabilities } from "../../lib/engine/capabilities.ts";
import { RenderError } from "../../lib/engine/errors.ts";
import { renderReleaseName } from "../../lib/engine/name_template.ts";
import { templateOutput } from "../../lib/engine/output.ts";
import { renderChart } from "../../lib/engine/render_chart.ts";

interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Case {
  readonly name: string;
  readonly release: string;
  readonly args: string[];
  readonly files: Record<string, string>;
  readonly helm3: Run;
  readonly helm4?: Run;
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("../testdata/helm/probe-cli.json", import.meta.url)),
);

for (const helmVersion of ["v3", "v4"] as const) {
  for (const one of cases) {
    const expected = (helmVersion === "v4" ? one.helm4 : undefined) ?? one.helm3;
    Deno.test(`probe-cli ${helmVersion}: ${one.name}`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        await writeFiles(folder, one.files);
        const run = await template(one, folder, helmVersion);
        // The answers were recorded in text mode, which made CRLF of Helm's into LF.
        strictEqual(run.stdout.replaceAll("\r\n", "\n"), expected.stdout);
        strictEqual(run.exit, expected.exit);
        if (expected.stderr === "(timestamps)") return;
        strictEqual(run.stderr, messagesOf(expected.stderr.replaceAll("{D}", folder)));
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}

/** What Helm prints to standard error without its logger's own words, sorted. */
function messagesOf(stderr: string): string {
  const error = /^Error: [^]*$/m.exec(stderr)?.[0] ?? "";
  const logged = stderr.slice(0, stderr.length - error.length).split("\n")
    .filter((line) => line !== "" && !line.startsWith("level=ERROR"))
    .map((line) =>
      line.replace(/^\w+\.go:\d+: /, "")
        .replace(/^level=\w+ msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))/, (_, quoted, plain) =>
          quoted ?? plain)
        .replace(/^WARNING: /, "")
    );
  return [...logged.sort(), error].join("\n");
}

async function template(one: Case, folder: string, helmVersion: HelmVersion): Promise<Run> {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const { values: flags } = parseArgs({
    args: one.args.map((arg) => arg.replaceAll("{D}", folder)),
    options: {
      values: { type: "string", short: "f", multiple: true },
      set: { type: "string", multiple: true },
      "set-string": { type: "string", multiple: true },
      "set-json": { type: "string", multiple: true },
      "set-file": { type: "string", multiple: true },
      "set-literal": { type: "string", multiple: true },
      "show-only": { type: "string", short: "s", multiple: true },
      "api-versions": { type: "string", short: "a", multiple: true },
      "kube-version": { type: "string" },
      "name-template": { type: "string" },
      namespace: { type: "string", short: "n" },
      "no-hooks": { type: "boolean" },
      "skip-tests": { type: "boolean" },
      "include-crds": { type: "boolean" },
      "is-upgrade": { type: "boolean" },
      "skip-schema-validation": { type: "boolean" },
      debug: { type: "boolean" },
    },
  });
  let stdout = "", error = "";
  try {
    const capabilities = offlineCapabilities(
      flags["kube-version"],
      flags["api-versions"],
      helmVersion,
    );
    const nameTemplate = flags["name-template"];
    const name = nameTemplate === undefined
      ? one.release || "release-name"
      : await renderReleaseName(nameTemplate, { helmVersion });
    const values = {
      files: flags.values,
      set: flags.set,
      setString: flags["set-string"],
      setJson: flags["set-json"],
      setFile: flags["set-file"],
      setLiteral: flags["set-literal"],
    };
    const user = await readValues(values, { helmVersion });
    const chart = await loadChart(folder, { helmVersion, warn });
    checkInstallable(chart, helmVersion);
    const deprecated = deprecationWarning(chart, helmVersion);
    if (deprecated !== undefined) warn(deprecated);
    checkReleaseName(name, helmVersion);
    const rendered = await renderChart(chart, user, {
      release: { name, namespace: flags.namespace ?? "default", isUpgrade: flags["is-upgrade"] },
      helmVersion,
      capabilities,
      includeCrds: flags["include-crds"],
      skipSchemaValidation: flags["skip-schema-validation"],
      timeZone: "UTC",
      warn,
    });
    stdout = templateOutput(rendered, {
      helmVersion,
      noHooks: flags["no-hooks"],
      skipTests: flags["skip-tests"],
      showOnly: flags["show-only"],
    });
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown instanceof TypeError) throw thrown;
    const rendering = thrown instanceof RenderError;
    error = `Error: ${thrown.message}\n`;
    if (rendering && flags.debug) stdout = `${thrown.manifest?.trim() ?? ""}\n`;
    else if (rendering) error += "\nUse --debug flag to render out invalid YAML\n";
  }
  return { exit: error === "" ? 0 : 1, stdout, stderr: [...warnings.sort(), error].join("\n") };
}
