/** The demo without its pictures: the example stack on a rehearsal cluster that never waits. */
import { askProgram, median, ms, table } from "./measure.ts";
import type { Report } from "./measure.ts";
import type { DemoCost } from "./demo_program.ts";

const LIMIT = 1500;

export async function demo(runs: number): Promise<Report> {
  const costs: DemoCost[] = [];
  for (let i = 0; i < runs; i++) costs.push(await askProgram<DemoCost>("demo_program.ts"));
  const row = (name: string, of: (cost: DemoCost) => number) => {
    const all = costs.map(of);
    return [name, median(all), Math.min(...all), Math.max(...all)];
  };
  const first = median(costs.map((cost) => cost.first));
  return {
    title: `demo: examples/shop, ${runs} fresh processes; milliseconds`,
    lines: table([
      ["", "median", "least", "most"],
      row("reading the stack file", ({ load }) => load),
      row("deploying all releases", ({ first }) => first),
      row("again, nothing changed", ({ second }) => second),
    ]),
    verdicts: [{
      limit: `deploys its releases in under ${ms(LIMIT)}`,
      measured: ms(first),
      met: first < LIMIT,
    }],
  };
}
