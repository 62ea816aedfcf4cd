/**
 * Rendering in one warm process: Capstan's engine and, where Go is, Helm's in one Go process, asked
 * in turn chart by chart. Both render a loaded chart to the texts of its templates, values and schema
 * included; Capstan also decides each time which subcharts take part.
 */
import { capstanEngine, helmEngine } from "./engine.ts";
import type { Answer, Engine } from "./engine.ts";
import { median, megabytes, sum, table } from "./measure.ts";
import type { Report } from "./measure.ts";

/** How {@linkcode rendering} measures. */
export interface RenderingOptions {
  /** A folder of charts, or a file that lists chart folders, one a line. */
  readonly charts: string;
  /** Rounds over all charts that count, after those that warm up. */
  readonly rounds: number;
  /** Renderings of each chart in a round. */
  readonly times: number;
  /** Reads each chart from the disk every time. */
  readonly load: boolean;
}

/** What was measured of one chart, in milliseconds. */
interface Row {
  readonly name: string;
  /** The first rendering of all, parsing included. */
  readonly first: number;
  readonly capstan: number;
  readonly helm: number | undefined;
  readonly makesKeys: boolean;
}

/** Renderings of all charts together that come first, and rounds over them at least. */
const WARMUP = { renderings: 1000, rounds: 2 };
const SHOWN = 10;
/** How often faster than Helm's engine Capstan's is to be. */
const GOAL = 2;

export async function rendering(options: RenderingOptions): Promise<Report> {
  const charts = await chartFolders(options.charts);
  await using capstan = capstanEngine();
  const helm = await helmEngine();
  try {
    const asked = await askAll(charts, { capstan, helm }, options);
    return report(asked, options, helm !== undefined);
  } finally {
    await helm?.[Symbol.asyncDispose]();
  }
}

interface Asked {
  readonly rows: readonly Row[];
  readonly failed: readonly string[];
  readonly memory: { readonly capstan: number; readonly helm: number };
}

async function askAll(
  charts: readonly string[],
  { capstan, helm }: { capstan: Engine; helm: Engine | undefined },
  { charts: folder, rounds, times, load }: RenderingOptions,
): Promise<Asked> {
  const answers = new Map<string, { ours: Answer[]; theirs: Answer[] }>();
  const failed: string[] = [];
  const warmup = Math.max(WARMUP.rounds, Math.ceil(WARMUP.renderings / times / charts.length));
  for (let round = 0; round < warmup + rounds; round++) {
    for (const chart of charts) {
      if (failed.includes(chart)) continue;
      const ours = await capstan.ask({ chart, times, load });
      const theirs = await helm?.ask({ chart, times, load });
      if (ours.error !== undefined || theirs?.error !== undefined) {
        failed.push(chart);
        answers.delete(chart);
        continue;
      }
      const all = answers.get(chart) ?? { ours: [], theirs: [] };
      answers.set(chart, all);
      all.ours.push(ours);
      if (theirs !== undefined) all.theirs.push(theirs);
    }
  }
  const timesOf = (all: readonly Answer[]) => all.slice(warmup).flatMap((one) => one.milliseconds);
  const rows = [...answers].map(([chart, { ours, theirs }]): Row => ({
    name: chart.startsWith(`${folder}/`) ? chart.slice(folder.length + 1) : chart,
    first: ours[0]!.milliseconds[0]!,
    capstan: median(timesOf(ours)),
    helm: theirs.length === 0 ? undefined : median(timesOf(theirs)),
    makesKeys: ours[0]!.makesKeys ?? false,
  }));
  const most = (of: "ours" | "theirs") =>
    Math.max(0, ...[...answers.values()].flatMap((all) => all[of].map(({ memory }) => memory)));
  return { rows, failed, memory: { capstan: most("ours"), helm: most("theirs") } };
}

function report(
  { rows, failed, memory }: Asked,
  options: RenderingOptions,
  beside: boolean,
): Report {
  const { rounds, times, load } = options;
  const plain = rows.filter(({ makesKeys }) => !makesKeys);
  const slowest = plain.toSorted((a, b) => (b.helm ?? b.capstan) - (a.helm ?? a.capstan))
    .slice(0, SHOWN);
  const lines = table([
    ["", "first", "capstan", "helm", "helm / capstan"],
    ...slowest.map(shownRow),
    ...(rows.length <= SHOWN ? [] : [total(`these ${SHOWN}`, slowest)]),
    total(`all ${plain.length} charts without keys`, plain),
    ...(plain.length === rows.length ? [] : keyRows(rows)),
  ]);
  const engines = beside
    ? `capstan ${megabytes(memory.capstan)}, helm ${megabytes(memory.helm)}`
    : megabytes(memory.capstan);
  lines.push(`memory of the process at most: ${engines}`);
  if (beside) lines.push(...spread(plain));
  if (failed.length > 0) {
    lines.push(`left out, as one of the engines refuses them: ${failed.length}`);
  }
  const what = load ? "reading and rendering" : "rendering";
  return {
    title: `${what} in one process: medians of ${rounds * times} renderings; milliseconds`,
    lines: beside
      ? lines
      : [...lines, "(with go on the PATH, Helm's engine is measured beside it)"],
    verdicts: beside
      ? [goal(`the ${slowest.length} slowest charts`, slowest), goal("all", plain)]
      : [],
  };
}

function shownRow({ name, first, capstan, helm }: Row): (string | number)[] {
  if (helm === undefined) return [name, first, capstan, "-", "-"];
  return [name, first, capstan, helm, ratio(helm / capstan)];
}

function total(name: string, rows: readonly Row[]): (string | number)[] {
  const helm = rows.some((row) => row.helm === undefined) ? undefined : sumOf(rows, "helm");
  return shownRow({
    name,
    first: sumOf(rows, "first"),
    capstan: sumOf(rows, "capstan"),
    helm,
    makesKeys: false,
  });
}

/** Charts whose time is chance: how long it takes to find prime numbers. */
function keyRows(rows: readonly Row[]): (string | number)[][] {
  const keyed = rows.filter(({ makesKeys }) => makesKeys);
  return [
    total(`${keyed.length} charts that make private keys, by chance`, keyed),
    ...(rows.length <= SHOWN
      ? keyed.map((row) => shownRow({ ...row, name: `  ${row.name}` }))
      : []),
  ];
}

/** How the ratios lie, and the lowest of them. */
function spread(rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  const ratios = rows.map(({ capstan, helm }) => helm! / capstan);
  const low = rows.filter(({ capstan, helm }) => helm! / capstan < GOAL)
    .toSorted((a, b) => a.helm! / a.capstan - b.helm! / b.capstan);
  return [
    `helm / capstan of a chart: median ${ratio(median(ratios))}, least ` +
    `${ratio(Math.min(...ratios))}, most ${ratio(Math.max(...ratios))}; ` +
    `${low.length} of ${rows.length} below ${GOAL}`,
    ...table(low.slice(0, SHOWN).map((row) => [`  ${row.name}`, ...shownRow(row).slice(2)])),
  ];
}

function goal(what: string, rows: readonly Row[]) {
  const times = sumOf(rows, "helm") / sumOf(rows, "capstan");
  return {
    limit: `${what}: at least ${GOAL} times as fast as Helm's engine`,
    measured: `${times.toFixed(2)} times`,
    met: times >= GOAL,
  };
}

function sumOf(rows: readonly Row[], of: "first" | "capstan" | "helm"): number {
  return sum(rows.map((row) => row[of] ?? 0));
}

function ratio(value: number): string {
  return value.toFixed(2);
}

/** The charts below a folder that are no other chart's subcharts, or those a file lists. */
async function chartFolders(path: string): Promise<string[]> {
  if ((await Deno.stat(path)).isFile) {
    const lines = (await Deno.readTextFile(path)).split("\n");
    return lines.map((line) => line.trim().replace(/\/+$/, "")).filter((line) => line !== "");
  }
  const entries = await Array.fromAsync(Deno.readDir(path));
  if (entries.some(({ name }) => name === "Chart.yaml")) return [path];
  const folders = entries.filter((entry) => entry.isDirectory).map(({ name }) => name).sort();
  return (await Promise.all(folders.map((name) => chartFolders(`${path}/${name}`)))).flat();
}
