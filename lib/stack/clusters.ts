/**
 * The clusters of a run: each is connected once and closed at the end.
 *
 * @module
 */
import { ActionCache } from "../action/cache.ts";
import type { ActionContext } from "../action/types.ts";
import type { KubeApi } from "../kube/types.ts";
import type { Storage } from "../release/storage.ts";
import type { KubeContext } from "./types.ts";

/** A release, a hook, or a condition. */
export interface InCluster {
  /** @default the run's `--kube-context` */
  readonly cluster?: KubeContext | undefined;
}

/** A cluster of the run. */
export interface RunCluster {
  /** Closed when the run ends. */
  readonly api: KubeApi;
  /** Where the release records are kept. */
  readonly storage: Storage;
}

/** The cluster behind a kubeconfig context, or the default one when there is no name. */
export type Connect = (context: string | undefined) => Promise<RunCluster>;

/** Options of {@linkcode RunClusters}: what every operation of the run shares. */
export type RunClustersOptions = Omit<ActionContext, "api" | "storage" | "cache">;

/** Connects to each cluster of a stack once. */
export class RunClusters {
  readonly #contexts = new Map<string | undefined, ActionContext>();

  /**
   * Connects to the clusters of these nodes.
   *
   * @throws What `connect` throws; what was connected is closed again.
   */
  async connect(
    nodes: readonly InCluster[],
    connect: Connect,
    options: RunClustersOptions,
  ): Promise<void> {
    const names = new Set(nodes.map(({ cluster }) => cluster?.name));
    try {
      for (const name of names) {
        const { api, storage } = await connect(name);
        this.#contexts.set(name, { api, storage, cache: new ActionCache(), ...options });
      }
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** What operations on a node's cluster work with. */
  contextOf({ cluster }: InCluster): ActionContext {
    return this.#contexts.get(cluster?.name)!;
  }

  /** Of every cluster, by the names of their contexts, the default one first. */
  all(): ActionContext[] {
    return [...this.#contexts].sort(([a = ""], [b = ""]) => a < b ? -1 : 1).map(([, each]) => each);
  }

  /** Closes every connection. */
  close(): void {
    for (const { api } of this.#contexts.values()) api.close();
  }
}
