/** What it costs to show a run of 1,000 releases on a terminal. */
import { askProgram, median, table } from "./measure.ts";
import type { Report } from "./measure.ts";
import type { ProgressCost } from "./progress_program.ts";

const LIMIT = 0.02;

export async function progress(runs: number): Promise<Report> {
  const costs: ProgressCost[] = [];
  for (let i = 0; i < runs; i++) {
    costs.push(await askProgram<ProgressCost>("progress_program.ts", ["1000"]));
  }
  const shares = costs.map(({ cpu, shown }) => shown / cpu);
  const rows = costs.map(({ events, pictures, wall, cpu, shown }) => [
    events,
    pictures,
    `${wall.toFixed(1)} s`,
    `${cpu.toFixed(1)} s`,
    `${(shown * 1000).toFixed(0)} ms`,
    percent(shown / cpu),
  ]);
  return {
    title: "progress: a run of 1,000 releases on a terminal of 120 by 40",
    lines: table([["events", "writes", "wall", "CPU", "showing it", "share"], ...rows]),
    verdicts: [{
      limit: "showing a run of 1,000 releases takes under 2 % of its CPU",
      measured: percent(median(shares)),
      met: median(shares) < LIMIT,
    }],
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
