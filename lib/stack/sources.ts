/**
 * What a run of a stack works with, from connecting to its clusters until they are closed.
 *
 * @module
 */
import type { Emit, RunEvent } from "../events.ts";
import { ChartSource } from "./charts.ts";
import { RunClusters } from "./clusters.ts";
import type { Connect } from "./clusters.ts";
import { resolveGraph } from "./graph.ts";
import type { LoadedStack } from "./load.ts";
import type { StepSources } from "./steps.ts";

/** Options of {@linkcode withSources}. */
export interface SourceOptions {
  readonly connect: Connect;
  readonly emit?: ((event: RunEvent) => void) | undefined;
  readonly now: () => number;
  readonly overrides: StepSources["overrides"];
}

/**
 * Connects to the stack's clusters, and closes them when `use` has ended.
 *
 * @throws What `connect` throws.
 */
export async function withSources<T>(
  { stack, folder }: LoadedStack,
  { connect, now, overrides, ...options }: SourceOptions,
  use: (sources: StepSources) => Promise<T>,
): Promise<T> {
  const emit: Emit = (event) => options.emit?.({ at: now(), ...event } as RunEvent);
  const { nodes } = resolveGraph(stack);
  const clusters = new RunClusters();
  await clusters.connect(nodes.map(({ node }) => node), connect, { emit, now });
  try {
    return await use({
      stack,
      nodes,
      folder,
      clusters,
      emit,
      charts: new ChartSource(folder),
      overrides,
    });
  } finally {
    clusters.close();
  }
}
