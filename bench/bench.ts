// deno-lint-ignore-file no-console -- a task talks to the terminal
/**
 * `deno task bench [PART ...]`: how fast Capstan is. Parts are `startup`, `scheduler`, `demo`,
 * `progress`, `stack`, `growth` and `rendering`; all of them without a name.
 *
 * Options: `--charts FOLDER` (or `$CHARTS`) for the charts to render, or a file that lists them, in
 * place of the example's; `--runs N` for how often everything is measured; `--large` for a graph of a
 * million steps and a stack of 5,000 releases; `--load` to read charts from the disk at each rendering.
 *
 * `$HELM4` is a helm binary to start beside `capstan template`; with `go` on the PATH Helm's own
 * engine renders beside Capstan's. What is compared is measured in turn; trust ratios, not times.
 */
import { demo } from "./demo.ts";
import { growth } from "./growth.ts";
import { pathOf } from "./measure.ts";
import type { Report } from "./measure.ts";
import { progress } from "./progress.ts";
import { rendering } from "./rendering.ts";
import { scheduler } from "./scheduler.ts";
import { stack } from "./stack.ts";
import { startup } from "./startup.ts";

const args = [...Deno.args];

/** Takes an option and its value off the arguments. */
function option(name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, 2)[1];
}

function flag(name: string): boolean {
  const at = args.indexOf(name);
  if (at >= 0) args.splice(at, 1);
  return at >= 0;
}

const runs = Number(option("--runs") ?? 0);
const charts = option("--charts") ?? Deno.env.get("CHARTS") ?? pathOf("../examples/shop/charts");
const large = flag("--large");
const sizes = large ? [10_000, 100_000, 1_000_000] : [10_000, 100_000];
const load = flag("--load");

const parts: Readonly<Record<string, () => Promise<Report>>> = {
  startup: () => startup(runs || 11),
  scheduler: () => scheduler(runs || 5, sizes),
  demo: () => demo(runs || 5),
  progress: () => progress(runs || 3),
  stack,
  growth: () => growth(runs || 1, large ? [100, 1000, 5000] : [100, 1000]),
  rendering: () => {
    const folder = charts.replace(/(?<=.)\/+$/, "");
    return rendering({ charts: folder, rounds: runs || 5, times: 3, load });
  },
};

const unknown = args.find((arg) => !Object.hasOwn(parts, arg));
if (unknown !== undefined) {
  console.error(`unknown part or option ${unknown}; parts are ${Object.keys(parts).join(", ")}`);
  Deno.exit(2);
}
const chosen = args.length > 0 ? args : Object.keys(parts);
const reports: Report[] = [];
for (const name of chosen) {
  const report = await parts[name]!();
  reports.push(report);
  console.log([report.title, ...report.lines.map((line) => `  ${line}`), ""].join("\n"));
}
const verdicts = reports.flatMap((report) => report.verdicts);
const width = Math.max(...verdicts.map(({ limit }) => limit.length));
const lines = verdicts.map(({ limit, measured, met }) => {
  return `  ${met ? "met   " : "missed"}  ${limit.padEnd(width)}  ${measured}`;
});
console.log(["limits, on this run", ...lines].join("\n"));
