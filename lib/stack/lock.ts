/**
 * A stack's locks: a Lease in each of its clusters, so that one run at a time works on it there.
 *
 * @module
 */
import type { LockCover } from "../action/lock.ts";
import { CapstanError } from "../errors.ts";
import { isNotFound } from "../kube/errors.ts";
import { acquireLease, LeaseHeldError } from "../kube/lease.ts";
import type { Holder, Lease } from "../kube/lease.ts";
import { isGone, thisProcess } from "../kube/process.ts";
import type { KubeApi } from "../kube/types.ts";
import type { Stack } from "./types.ts";

/** How a run keeps others from the same stack. */
export interface StackLockOptions {
  /** Milliseconds to wait for another run to end. @default {0} */
  readonly wait?: number | undefined;
  /** Milliseconds without a word after which a run counts as dead. @default {30_000} */
  readonly duration?: number | undefined;
}

/** What {@linkcode lockStack} needs beside the stack. */
export interface LockMeans extends StackLockOptions {
  /** The clusters, always in the same order, so that two runs cannot wait for each other. */
  readonly clusters: readonly KubeApi[];
  /** Id of this run. */
  readonly run: string;
  readonly verb: string;
  readonly warn: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The locks of a run. */
export interface StackLock {
  /** Aborted when one of them is lost. */
  readonly lost: AbortSignal;
  /** The Leases, for the operations that they cover. */
  readonly cover: LockCover;
  /** Runs that held one and did not let go: their processes have died. */
  readonly takenFrom: readonly Holder[];
  release(): Promise<void>;
}

/** Milliseconds that letting go may take. */
const RELEASE_TIMEOUT = 5_000;

/**
 * Locks a stack in all its clusters.
 *
 * @throws {LeaseHeldError} When another run holds a lock and does not let go in time.
 */
export async function lockStack(stack: Stack, means: LockMeans): Promise<StackLock> {
  const leases: Lease[] = [];
  const id = `${means.run}-${crypto.randomUUID().slice(0, 8)}`;
  const release = async () => {
    for (const lease of leases.toReversed()) {
      await lease.release({ signal: AbortSignal.timeout(RELEASE_TIMEOUT) }).catch(() => {});
    }
  };
  try {
    for (const api of means.clusters) leases.push(await lockOne(stack, api, { ...means, id }));
  } catch (error) {
    await release();
    throw error;
  }
  const takenFrom = leases.flatMap(({ takenFrom }) => takenFrom?.holder ?? []);
  const lost = AbortSignal.any(leases.map((lease) => lease.lost));
  const cover = { id, name: leaseName(stack), namespace: stateNamespace(stack), lost };
  return { lost, cover, takenFrom, release };
}

/** Namespace of a stack's lock and journal. */
export function stateNamespace({ stateNamespace = "default" }: Stack): string {
  return stateNamespace;
}

function leaseName({ name }: Stack): string {
  return `capstan-stack-${name}`;
}

async function lockOne(
  stack: Stack,
  api: KubeApi,
  means: LockMeans & { readonly id: string },
): Promise<Lease> {
  const { id, verb, wait, duration, warn, signal } = means;
  const namespace = stateNamespace(stack);
  const what = `stack ${stack.name} on ${api.server}`;
  const options = {
    name: leaseName(stack),
    namespace,
    wait,
    duration,
    signal,
    isGone,
    holder: {
      id,
      purpose: `capstan ${verb} ${stack.name}`,
      ...await thisProcess(),
    },
    onWait: (holder: Holder) => warn(`${new LeaseHeldError(what, holder).message}: waiting`),
  };
  try {
    return await acquireLease(api, options);
  } catch (error) {
    if (error instanceof LeaseHeldError) {
      throw new LeaseHeldError(what, error.holder, {
        hint: "wait for it with --lock-wait 10m; a run that has died loses its lock by itself",
      });
    }
    if (isNotFound(error) && await createNamespace(stack, api, signal)) {
      return await acquireLease(api, options);
    }
    signal?.throwIfAborted();
    throw unlockable(what, namespace, error);
  }
}

/** Creates the namespace, where a release of the stack would do so in a moment. */
async function createNamespace(
  stack: Stack,
  api: KubeApi,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const name = stateNamespace(stack);
  const asked = stack.releases.some((release) =>
    release.namespace === name && release.createNamespace
  );
  if (!asked) return false;
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } };
  await api.create(namespace, { signal });
  return true;
}

function unlockable(what: string, namespace: string, error: unknown): unknown {
  if (!(error instanceof CapstanError)) return error;
  const { code, hint, message } = error;
  return new CapstanError(`cannot lock ${what}: ${message}`, {
    code,
    hint: hint ??
      `Capstan keeps the lock as a Lease in namespace ${namespace}: see that it is there and that ` +
        "you may create, get, update and delete leases and secrets in it, or name another as the " +
        "stack's stateNamespace; --no-lock runs without",
    cause: error,
  });
}
