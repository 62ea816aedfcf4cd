/**
 * The clusters of a run: each is connected once and closed at the end.
 *
 * @module
 */
import { ActionCache } from "../action/cache.ts";
import type { ActionContext } from "../action/types.ts";
import { CapstanError } from "../errors.ts";
import type { KubeApi } from "../kube/types.ts";
import type { Storage } from "../release/storage.ts";
import type { KnownSecrets } from "./secrets.ts";
import type { HookNode, KubeContext, ReleaseNode } from "./types.ts";

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
    { secrets, ...options }: RunClustersOptions & { readonly secrets?: KnownSecrets | undefined },
  ): Promise<void> {
    const names = [...new Set(nodes.map(({ cluster }) => cluster?.name))];
    // At once: a login of the kubeconfig's may take seconds for each.
    const connected = await Promise.allSettled(names.map(async (name) => await connect(name)));
    for (const [i, outcome] of connected.entries()) {
      if (outcome.status === "rejected") continue;
      const { api } = outcome.value;
      const storage = secrets?.watch(outcome.value.storage) ?? outcome.value.storage;
      this.#contexts.set(names[i], { api, storage, cache: new ActionCache(), ...options });
    }
    const failed = connected.find((outcome) => outcome.status === "rejected");
    if (failed === undefined) return;
    this.close();
    throw failed.reason;
  }

  /** What operations on a node's cluster work with. */
  contextOf({ cluster }: InCluster): ActionContext {
    return this.#contexts.get(cluster?.name)!;
  }

  /**
   * Every API server once, whatever contexts lead to it: by the names of these, the default one first.
   */
  servers(): KubeApi[] {
    const sorted = [...this.#contexts].sort(([a = ""], [b = ""]) => a < b ? -1 : 1);
    const byServer = new Map<string, KubeApi>();
    for (const [, { api }] of sorted) {
      if (!byServer.has(api.server)) byServer.set(api.server, api);
    }
    return [...byServer.values()];
  }

  /**
   * Makes sure that no two releases are one: the same name and namespace by two contexts of one server.
   *
   * @throws {CapstanError} When there are such.
   */
  checkDistinct(nodes: readonly { readonly id: string; readonly node: ReleaseNode | HookNode }[]) {
    const seen = new Map<string, string>();
    for (const { id, node } of nodes) {
      if (node.type !== "release") continue;
      const { server } = this.contextOf(node).api;
      const key = JSON.stringify([server, node.namespace, node.name]);
      const other = seen.get(key);
      if (other !== undefined) {
        throw new CapstanError(`releases ${other} and ${id} are the same one on ${server}`, {
          code: "stack/duplicate",
          hint: "two contexts of the kubeconfig lead to that cluster: name one of them for both",
        });
      }
      seen.set(key, id);
    }
  }

  /** Closes every connection. */
  close(): void {
    for (const { api } of this.#contexts.values()) api.close();
  }
}
