/**
 * What a run of a stack works with, from connecting to its clusters until they are closed.
 *
 * @module
 */
import type { Emit, RunEvent } from "../events.ts";
import { ChartSource } from "./charts.ts";
import type { ChartSettings } from "./charts.ts";
import { RunClusters } from "./clusters.ts";
import type { Connect, RunClustersOptions } from "./clusters.ts";
import { resolveGraph } from "./graph.ts";
import type { LoadedStack } from "./load.ts";
import type { KnownSecrets } from "./secrets.ts";
import { selectNodes } from "./select.ts";
import type { Selection } from "./select.ts";
import type { StepSources } from "./steps.ts";

/** Options of {@linkcode withSources}. */
export interface SourceOptions {
  readonly connect: Connect;
  readonly emit?: ((event: RunEvent) => void) | undefined;
  readonly now: () => number;
  readonly overrides: StepSources["overrides"];
  /** The part of the stack that is worked on. @default all of it */
  readonly select?: Selection | undefined;
  /** How charts are found. */
  readonly charts?: ChartSettings | undefined;
  /** Told of secrets that are come across. @default nobody is */
  readonly secrets?: KnownSecrets | undefined;
  /** What operations are given beside. @default nothing */
  readonly action?: Omit<RunClustersOptions, "emit" | "now"> | undefined;
}

/**
 * Connects to the stack's clusters, and closes them when `use` has ended.
 *
 * @throws What `connect` throws.
 */
export async function withSources<T>(
  { stack, folder }: LoadedStack,
  { connect, now, overrides, action, secrets, ...options }: SourceOptions,
  use: (sources: StepSources) => Promise<T>,
): Promise<T> {
  const emit: Emit = (event) => options.emit?.({ at: now(), ...event } as RunEvent);
  const nodes = selectNodes(resolveGraph(stack).nodes, options.select);
  const clusters = new RunClusters();
  const inClusters = nodes.flatMap(({ node, conditions }) => [node, ...conditions]);
  await clusters.connect(inClusters, connect, { ...action, emit, now, secrets });
  const charts = new ChartSource(folder, options.charts);
  try {
    clusters.checkDistinct(nodes);
    return await use({
      stack,
      nodes,
      folder,
      clusters,
      emit,
      charts,
      overrides,
      secrets,
    });
  } finally {
    clusters.close();
    await charts.close();
  }
}
