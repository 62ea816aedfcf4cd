// deno-lint-ignore-file no-console -- a program that prints one answer
/**
 * Runs graphs of trivial steps and prints what they cost: the milliseconds of some runs, and the
 * bytes that the graph and the scheduler hold when the last step runs.
 */
import { runSteps } from "../lib/schedule/scheduler.ts";
import type { Step } from "../lib/schedule/step.ts";

/** What the program prints. */
export interface ScheduleCost {
  readonly milliseconds: readonly number[];
  readonly heap: number;
}

function trivial(): void {}
async function trivialLater(): Promise<void> {}

/** Steps without edges, or layers of ten, each step needing two of the layer before, in a pool. */
function graph(shape: string, count: number): Step[] {
  const run = shape === "promises" ? trivialLater : trivial;
  if (shape === "wide") return Array.from({ length: count }, (_, i) => step(`s${i}`, [], run));
  return Array.from({ length: count }, (_, i) => ({
    ...step(`s${i}`, i < 10 ? [] : [`s${i - 10}`, `s${i - 1 - (i % 10)}`], run),
    claims: [{ pool: "p" }],
  }));
}

function step(id: string, needs: string[], run: Step["run"]): Step {
  return { id, needs, run };
}

if (import.meta.main) {
  const [shape = "wide", size = "1000", runs = "5"] = Deno.args;
  const count = Number(size);
  const options = { pools: { p: 8 } };
  const { gc } = globalThis as unknown as { gc: () => void };
  const milliseconds: number[] = [];
  for (let i = 0; i < Number(runs); i++) {
    const steps = graph(shape, count);
    gc();
    const started = performance.now();
    await runSteps(steps, options);
    milliseconds.push(performance.now() - started);
  }
  gc();
  const before = Deno.memoryUsage().heapUsed;
  const steps = graph(shape, count);
  let heap = 0;
  const last = (): void => {
    gc();
    heap = Deno.memoryUsage().heapUsed - before;
  };
  steps.push({ id: "last", needs: steps.slice(-10).map(({ id }) => id), run: last });
  await runSteps(steps, options);
  const cost: ScheduleCost = { milliseconds, heap };
  console.log(JSON.stringify(cost));
}
