/**
 * `capstan lint`: what is wrong with charts.
 *
 * @module
 */
import { parseKubeVersion } from "../../engine/capabilities.ts";
import { lintChart } from "../../engine/lint/lint.ts";
import type { LintOptions } from "../../engine/lint/lint.ts";
import { formatLintMessage } from "../../engine/lint/message.ts";
import type { LintMessage } from "../../engine/lint/message.ts";
import { CapstanError } from "../../errors.ts";
import { valuesFrom } from "../charts.ts";
import type { LintFlags } from "../chart_commands.ts";
import type { CliContext } from "../context.ts";

/** Prints what `helm lint` prints. @throws {CapstanError} With the summary, where a chart failed. */
export async function lint(
  this: CliContext,
  flags: LintFlags,
  ...given: string[]
): Promise<void> {
  const { stdout } = this.process;
  const { kubeVersion, skipSchemaValidation, quiet = false } = flags;
  if (kubeVersion !== undefined) parseKubeVersion(kubeVersion);
  const paths = flags.withSubcharts ? await withSubcharts(given) : given;
  const options: LintOptions = {
    values: await valuesFrom(this, flags),
    namespace: flags.namespace || this.env("HELM_NAMESPACE") || await contextNamespace(this, flags),
    kubeVersion,
    skipSchemaValidation,
    warn: this.warn,
    now: this.now,
    signal: this.abort,
  };
  let failed = 0, noticed = 0;
  for (const path of paths) {
    const result = await lintOne(path, options, flags);
    if (result.failed) failed++;
    if (result.noticed) noticed++;
    else if (quiet) continue;
    const lines = [`==> Linting ${path}`, ...result.lines];
    this.print(`${lines.map((line) => `${line}\n`).join("")}\n`);
  }
  const summary = `${paths.length} chart(s) linted, ${failed} chart(s) failed`;
  if (failed > 0) throw new CapstanError(summary, { code: "lint/failed" });
  if (!quiet || noticed > 0) stdout.write(`${summary}\n`);
}

interface Linted {
  readonly lines: readonly string[];
  /** There are errors, or with `--strict` warnings. */
  readonly failed: boolean;
  /** There are errors or warnings. */
  readonly noticed: boolean;
}

async function lintOne(
  path: string,
  options: LintOptions,
  { strict = false, quiet = false }: LintFlags,
): Promise<Linted> {
  let messages: LintMessage[];
  try {
    messages = await lintChart(path, options);
  } catch (error) {
    if (!(error instanceof CapstanError)) throw error;
    return { lines: [`Error ${error.message}`], failed: true, noticed: true };
  }
  const has = (wanted: string) => messages.some(({ severity }) => severity === wanted);
  return {
    lines: messages.filter(({ severity }) => !quiet || severity !== "info").map(formatLintMessage),
    failed: has("error") || (strict && has("warning")),
    noticed: has("error") || has("warning"),
  };
}

async function contextNamespace(context: CliContext, flags: LintFlags): Promise<string> {
  const { namespaceOf } = await import("../namespace.ts");
  return await namespaceOf(context, flags);
}

/** The charts, then every chart in their charts/ folders, at any depth. */
async function withSubcharts(paths: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const folder = path.replace(/^\.\/+(?=.)/, "").replace(/(?<=.)\/+$/, "");
    await findCharts(folder === "." ? "charts" : `${folder}/charts`, found);
  }
  return [...paths, ...found];
}

async function findCharts(folder: string, found: string[]): Promise<void> {
  let entries: Deno.DirEntry[];
  try {
    entries = await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
    const path = `${folder}/${entry.name}`;
    if (entry.name === "Chart.yaml") found.push(folder);
    else if (/\.(tgz|tar\.gz)$/.test(path)) found.push(path);
    if (entry.isDirectory) await findCharts(path, found);
  }
}
