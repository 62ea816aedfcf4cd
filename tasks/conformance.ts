/**
 * `deno task conformance DIR`: renders every chart under a folder with the real Helm and with this
 * engine, and compares the bytes.
 *
 * Each chart is rendered with its defaults and with every `ci/*values.yaml`. Helm runs twice, and
 * lines that differ between its two runs (passwords, certificates) are left out. The binaries are
 * `$HELM3` and `$HELM4`, else `helm3` and `helm4` on the PATH; one that is not there is left out.
 *
 * Options: `--helm v3|v4` for one of the two, `--cache FOLDER` to keep Helm's answers between runs,
 * `--only TEXT` for charts whose path holds it, `--diff N` for N differing lines each,
 * `--verbose` for the message where both fail, `--refuse-links` to refuse symbolic links that lead out
 * of a chart, as the commands do; without it they are followed, as Helm follows them.
 */

import { messageOf } from "../lib/errors.ts";
import { loadChart } from "../lib/chart/load.ts";
import { checkInstallable } from "../lib/chart/install_checks.ts";
import type { HelmVersion } from "../lib/chart/chart.ts";
import { readValues } from "../lib/chart/value_files.ts";
import { offlineCapabilities } from "../lib/engine/capabilities.ts";
import { templateOutput } from "../lib/engine/output.ts";
import { renderChart } from "../lib/engine/render_chart.ts";

const KUBE_VERSION = "1.34.0";
const decoder = new TextDecoder();

interface Case {
  readonly chart: string;
  /** Path of a values file; `undefined` for the chart's defaults. */
  readonly values: string | undefined;
  readonly helmVersion: HelmVersion;
  readonly followLinks: boolean;
}

/** What Helm or this engine says: a text, or a message. */
interface Answer {
  readonly text?: string;
  readonly error?: string;
}

interface Verdict {
  readonly state: "identical" | "differs" | "fails" | "both fail" | "both fail, in other words";
  readonly detail: string;
}

interface Options {
  readonly folder: string;
  readonly versions: readonly HelmVersion[];
  readonly cache: string | undefined;
  readonly only: string;
  readonly lines: number;
  readonly verbose: boolean;
  readonly followLinks: boolean;
}

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const binaries = await findBinaries(options.versions);
  const charts = (await chartFolders(options.folder)).filter((path) => path.includes(options.only));
  let different = 0;
  for (const [helmVersion, binary] of binaries) {
    const counts = new Map<string, number>();
    const started = performance.now();
    let ours = 0;
    for (const chart of charts) {
      for (const values of await valuesFiles(chart)) {
        const one = { chart, values, helmVersion, followLinks: options.followLinks };
        const theirs = await helmAnswers(binary, one, options.cache);
        const before = performance.now();
        const mine = await ourAnswer(one);
        ours += performance.now() - before;
        const verdict = compare(theirs, mine, options.lines);
        counts.set(verdict.state, (counts.get(verdict.state) ?? 0) + 1);
        if (verdict.state === "both fail" && options.verbose) print(`${chart}: ${theirs[0].error}`);
        if (verdict.state === "identical" || verdict.state === "both fail") continue;
        if (verdict.state !== "both fail, in other words") different++;
        const name = chart.slice(options.folder.length + 1) || chart;
        print(`${helmVersion} ${verdict.state}: ${name} ${values?.split("/").at(-1) ?? ""}`);
        print(verdict.detail.replace(/^/gm, "    "));
      }
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const shown = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    print(
      `helm ${helmVersion}: ${total} cases of ${charts.length} charts: ${shown || "none"} ` +
        `(${seconds} s, ours ${(ours / 1000).toFixed(1)} s)`,
    );
  }
  return different === 0 ? 0 : 1;
}

function readOptions(args: readonly string[]): Options {
  const rest = [...args];
  const take = (flag: string) => {
    const at = rest.indexOf(flag);
    return at < 0 ? undefined : rest.splice(at, 2)[1];
  };
  const helm = take("--helm");
  const cache = take("--cache");
  const only = take("--only") ?? "";
  const lines = Number(take("--diff") ?? 1);
  const verbose = rest.includes("--verbose");
  if (verbose) rest.splice(rest.indexOf("--verbose"), 1);
  const followLinks = !rest.includes("--refuse-links");
  if (!followLinks) rest.splice(rest.indexOf("--refuse-links"), 1);
  const [folder] = rest;
  if (folder === undefined || rest.length > 1) {
    print(
      "usage: deno task conformance DIR [--helm v3|v4] [--cache FOLDER] [--only TEXT] [--diff N]",
    );
    Deno.exit(2);
  }
  const versions: HelmVersion[] = helm === "v3" || helm === "v4" ? [helm] : ["v3", "v4"];
  return { folder: folder.replace(/\/+$/, ""), versions, cache, only, lines, verbose, followLinks };
}

async function findBinaries(
  versions: readonly HelmVersion[],
): Promise<[HelmVersion, string][]> {
  const found: [HelmVersion, string][] = [];
  for (const version of versions) {
    const name = Deno.env.get(version === "v3" ? "HELM3" : "HELM4") ??
      (version === "v3" ? "helm3" : "helm4");
    try {
      await new Deno.Command(name, { args: ["version"], stdout: "null", stderr: "null" }).output();
      found.push([version, name]);
    } catch {
      print(`no ${name}: Helm ${version} is left out`);
    }
  }
  return found;
}

/** Folders that hold a Chart.yaml and are no other chart's subchart. */
async function chartFolders(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  if (entries.some(({ name }) => name === "Chart.yaml")) return [folder];
  const inner = entries.filter((entry) => entry.isDirectory).map(({ name }) => name).sort();
  const found = await Promise.all(inner.map((name) => chartFolders(`${folder}/${name}`)));
  return found.flat();
}

async function valuesFiles(chart: string): Promise<(string | undefined)[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(`${chart}/ci`));
    const names = entries.map(({ name }) => name).filter((name) => /values\.ya?ml$/.test(name));
    return [undefined, ...names.sort().map((name) => `${chart}/ci/${name}`)];
  } catch {
    return [undefined];
  }
}

async function helmAnswers(
  binary: string,
  one: Case,
  cache: string | undefined,
): Promise<[Answer, Answer]> {
  const key = [one.helmVersion, one.chart, one.values ?? ""].join("|").replace(/[^\w.|-]+/g, "_");
  const file = cache === undefined ? undefined : `${cache}/${key}.json`;
  try {
    if (file !== undefined) return JSON.parse(await Deno.readTextFile(file));
  } catch {
    // Not asked before.
  }
  const answers: [Answer, Answer] = [await runHelm(binary, one), await runHelm(binary, one)];
  if (file !== undefined) {
    await Deno.mkdir(cache!, { recursive: true });
    await Deno.writeTextFile(file, JSON.stringify(answers));
  }
  return answers;
}

async function runHelm(binary: string, one: Case): Promise<Answer> {
  const args = ["template", "rel", one.chart, "--namespace", "ns", "--kube-version", KUBE_VERSION];
  if (one.values !== undefined) args.push("-f", one.values);
  const command = new Deno.Command(binary, { args, env: { TZ: "UTC" } });
  const { success, stdout, stderr } = await command.output();
  if (success) return { text: decoder.decode(stdout) };
  const message = decoder.decode(stderr).replace(/^[^]*?(?:^|\n)Error: /, "");
  return { error: message.replace(/\n\nUse --debug flag[^]*$/, "").trimEnd() };
}

async function ourAnswer({ chart: path, values, helmVersion, followLinks }: Case): Promise<Answer> {
  try {
    const chart = await loadChart(path, { helmVersion, followLinks });
    checkInstallable(chart, helmVersion);
    const user = await readValues({ files: values === undefined ? [] : [values] }, { helmVersion });
    const rendered = await renderChart(chart, user, {
      release: { name: "rel", namespace: "ns" },
      capabilities: offlineCapabilities(KUBE_VERSION, [], helmVersion),
      helmVersion,
      timeZone: "UTC",
    });
    return { text: templateOutput(rendered, { helmVersion }) };
  } catch (error) {
    return { error: messageOf(error).trimEnd() };
  }
}

function compare([first, second]: [Answer, Answer], mine: Answer, lines: number): Verdict {
  if (first.error !== undefined) {
    if (mine.error === first.error) return { state: "both fail", detail: "" };
    const detail = `helm fails: ${first.error}\nwe: ${mine.error ?? "render it"}`;
    return { state: mine.error === undefined ? "differs" : "both fail, in other words", detail };
  }
  if (mine.error !== undefined) return { state: "fails", detail: mine.error };
  const theirs = first.text!.split("\n"), again = second.text!.split("\n");
  const own = mine.text!.split("\n");
  const differing: string[] = [];
  for (let i = 0; i < Math.max(theirs.length, own.length); i++) {
    if (theirs[i] === own[i] || (theirs[i] !== again[i] && i < own.length)) continue;
    if (timeless(theirs[i]) === timeless(own[i])) continue;
    differing.push(`line ${i + 1}\n- ${theirs[i]}\n+ ${own[i]}`);
    if (differing.length >= lines) break;
  }
  return differing.length === 0
    ? { state: "identical", detail: "" }
    : { state: "differs", detail: differing.join("\n") };
}

/** A line without the seconds since 1970 in it, which only differ between runs far apart. */
function timeless(line: string | undefined): string | undefined {
  return line?.replace(/\b1[789]\d{8}\b/g, "<now>");
}

function print(text: string): void {
  // deno-lint-ignore no-console -- a task talks to the terminal
  console.log(text);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
