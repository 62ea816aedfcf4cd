/**
 * `template --dry-run=server`: what a cluster has to say about a rendering, without a change to it.
 *
 * @module
 */
import { ActionCache } from "../action/cache.ts";
import { clusterLookup } from "../action/lookup.ts";
import { BUILD_PROBLEM, parseManifest, resolveObjects } from "../action/objects.ts";
import { conflictMessage, ownershipProblem } from "../action/ownership.ts";
import type { HelmVersion } from "../chart/chart.ts";
import type { Capabilities } from "../engine/capabilities.ts";
import type { Lookup } from "../engine/funcs.ts";
import { CapstanError, isAbort, messageOf } from "../errors.ts";
import type { KubeApi } from "../kube/types.ts";
import { connect } from "./connect.ts";
import type { CliContext } from "./context.ts";
import type { ClusterFlags } from "./flags.ts";

/** A cluster that a rendering asks. */
export interface DryRunCluster {
  readonly capabilities: Capabilities;
  readonly lookup: Lookup;
  /**
   * Throws, in Helm's words, where the cluster does not know a kind or an object belongs to
   * somebody else.
   */
  check(manifest: string, release: DryRunRelease): Promise<void>;
  close(): void;
}

/** The release that would be deployed. */
export interface DryRunRelease {
  readonly name: string;
  readonly namespace: string;
  /** Objects that are there may be the release's own. @default {false} */
  readonly isUpgrade?: boolean | undefined;
  /** Objects that are there would be taken over. @default {false} */
  readonly takeOwnership?: boolean | undefined;
}

/** @throws {CapstanError} where no cluster can be reached, in Helm's words. */
export async function dryRunCluster(
  context: CliContext,
  flags: ClusterFlags & { readonly helmVersion?: HelmVersion },
): Promise<DryRunCluster> {
  const { helmVersion = "v4" } = flags;
  const signal = context.abort;
  const api = await unlessUnreachable(async () => (await connect(context, flags)).api, helmVersion);
  try {
    const cache = new ActionCache();
    const capabilities = await unlessUnreachable(
      () => cache.capabilities(api, { helmVersion, signal }),
      helmVersion,
    );
    return {
      capabilities,
      lookup: clusterLookup(api, { signal }),
      check: (manifest, release) => check(api, manifest, { ...release, helmVersion, signal }),
      close: () => api.close(),
    };
  } catch (error) {
    api.close();
    throw error;
  }
}

async function unlessUnreachable<T>(ask: () => Promise<T>, helmVersion: HelmVersion): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (isAbort(error) || error instanceof Deno.errors.NotCapable) throw error;
    const known = error instanceof CapstanError ? error : undefined;
    throw new CapstanError(
      helmVersion === "v3"
        ? `Kubernetes cluster unreachable: ${messageOf(error)}`
        : `cluster reachability check failed: kubernetes cluster unreachable: ${messageOf(error)}`,
      { code: known?.code, hint: known?.hint, position: known?.position, cause: error },
    );
  }
}

async function check(
  api: KubeApi,
  manifest: string,
  release: DryRunRelease & { readonly helmVersion: HelmVersion; readonly signal: AbortSignal },
): Promise<void> {
  const { signal, namespace, helmVersion } = release;
  const objects = await resolveObjects(api, parseManifest(manifest), {
    namespace,
    problem: BUILD_PROBLEM,
    signal,
  });
  if (release.isUpgrade || release.takeOwnership) return;
  const found = await Promise.all(
    objects.map(async ({ object: { apiVersion, kind, metadata } }) => {
      const { name, namespace } = metadata;
      if (name === undefined) return [];
      const scope = namespace === undefined ? {} : { namespace };
      const live = await api.get({ apiVersion, kind, name, ...scope }, { signal });
      const problem = live === undefined ? undefined : ownershipProblem(live, release);
      return problem === undefined ? [] : [{ object: live!, problem }];
    }),
  );
  const conflicts = found.flat();
  if (conflicts.length === 0) return;
  throw new CapstanError(conflictMessage(conflicts.slice(0, 1), "install", helmVersion), {
    code: "release/conflict",
    hint: "with --take-ownership the release would take the objects over",
  });
}
