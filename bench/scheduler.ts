/** What the scheduler itself costs: graphs of trivial steps, each in a fresh process. */
import { askProgram, median, megabytes, ms, table } from "./measure.ts";
import type { Report } from "./measure.ts";
import type { ScheduleCost } from "./scheduler_program.ts";

const SHAPES = { wide: "no edges", lattice: "layers in a pool", promises: "the same, of promises" };

export async function scheduler(runs: number, sizes: readonly number[]): Promise<Report> {
  const costs = new Map<string, ScheduleCost>();
  const rows: (string | number)[][] = [];
  for (const [shape, name] of Object.entries(SHAPES)) {
    for (const size of sizes) {
      const args = [shape, String(size), String(runs)];
      const cost = await askProgram<ScheduleCost>("scheduler_program.ts", args);
      costs.set(`${shape} ${size}`, cost);
      const { milliseconds, heap } = cost;
      rows.push([
        `${name}, ${size.toLocaleString("en")} steps`,
        milliseconds[0]!,
        median(milliseconds),
        megabytes(heap),
        `${Math.round(heap / size)} B`,
      ]);
    }
  }
  return {
    title: `scheduler: ${runs} runs each; milliseconds, and the heap while the last step runs`,
    lines: table([["", "first", "median", "heap", "a step"], ...rows]),
    verdicts: [
      verdict(costs, 100_000, 1000),
      verdict(costs, 10_000, 100),
      ...memory(costs),
      ...(sizes.includes(1_000_000) ? [growth(costs)] : []),
    ],
  };
}

/** How much dearer a step of a million is than one of a hundred thousand, in the worst shape. */
function growth(costs: ReadonlyMap<string, ScheduleCost>) {
  const perStep = (shape: string, size: number) =>
    median(costs.get(`${shape} ${size}`)!.milliseconds) / size;
  const ratios = Object.keys(SHAPES).map((shape) =>
    perStep(shape, 1_000_000) / perStep(shape, 100_000)
  );
  const worst = Math.max(...ratios);
  return {
    limit: "a step of 1,000,000 costs at most twice the time of one of 100,000",
    measured: `${worst.toFixed(2)} times`,
    met: worst <= 2,
  };
}

/** The slowest shape's first run, which no compiler has warmed up. */
function verdict(costs: ReadonlyMap<string, ScheduleCost>, size: number, limit: number) {
  const firsts = Object.keys(SHAPES).map((shape) =>
    costs.get(`${shape} ${size}`)!.milliseconds[0]!
  );
  const slowest = Math.max(...firsts);
  return {
    limit: `${size.toLocaleString("en")} trivial steps in under ${ms(limit)}, also the first time`,
    measured: ms(slowest),
    met: slowest < limit,
  };
}

function memory(costs: ReadonlyMap<string, ScheduleCost>) {
  const ratios = Object.keys(SHAPES).map((shape) =>
    costs.get(`${shape} 10000`)!.heap / costs.get(`${shape} 100000`)!.heap
  );
  const worst = Math.max(...ratios);
  return [{
    limit: "10,000 steps in a tenth of the memory of 100,000 (within 5 %)",
    measured: `1/${(1 / worst).toFixed(1)}`,
    met: worst <= 0.105,
  }];
}
