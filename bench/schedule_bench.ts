/** Graphs of trivial steps: what the scheduler itself costs. */
import { runSteps } from "../lib/schedule/scheduler.ts";
import type { Step } from "../lib/schedule/step.ts";

function trivial(): void {}
async function trivialLater(): Promise<void> {}

/** Layers of ten, each step needing two of the layer before, under a pool and in groups. */
function lattice(count: number, run: Step["run"]): Step[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `s${i}`,
    needs: i < 10 ? [] : [`s${i - 10}`, `s${i - 1 - (i % 10)}`],
    claims: [{ pool: "p" }],
    run,
  }));
}

function wide(count: number): Step[] {
  return Array.from({ length: count }, (_, i) => ({ id: `s${i}`, needs: [], run: trivial }));
}

for (const count of [10_000, 100_000]) {
  const shapes = {
    wide: wide(count),
    lattice: lattice(count, trivial),
    "lattice of promises": lattice(count, trivialLater),
  };
  for (const [shape, steps] of Object.entries(shapes)) {
    Deno.bench({
      name: `${shape}, ${count} steps`,
      group: `${count}`,
      n: 5,
      warmup: 1,
      fn: async () => void await runSteps(steps, { pools: { p: 8 } }),
    });
  }
}
