/**
 * How one operation keeps others away from its release.
 *
 * The records are the lock itself: whoever creates the next revision, pending, has the release, and
 * only one can. What they cannot tell is whether whoever did so is still alive. For that each
 * unsettled record carries a **stamp** that names a Lease and its holder. The Lease is one of the
 * operation's own, named after the release, or one that covers a whole run, which then costs no
 * request for each release.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { isForbidden, isNotFound } from "../kube/errors.ts";
import {
  acquireLease,
  awaitLease,
  type Holder,
  type Lease,
  LeaseHeldError,
  readLease,
} from "../kube/lease.ts";
import { describeHolder } from "../kube/lease_object.ts";
import { isGone } from "../kube/process.ts";
import type { KubeApi } from "../kube/types.ts";
import type { ActionCache } from "./cache.ts";
import { PENDING_MESSAGE } from "./decide.ts";
import type { ActionContext } from "./types.ts";

/** How operations lock their releases. */
export interface LockSettings {
  /** Who they say they are, in addition to host and process. */
  readonly purpose?: string | undefined;
  /** Milliseconds of silence after which an operation counts as dead. @default {30_000} */
  readonly duration?: number | undefined;
  /** A Lease that somebody holds while all operations run, so that none needs one of its own. */
  readonly cover?: LockCover | undefined;
}

/** A held Lease that covers many operations. */
export interface LockCover {
  /** Id of the holder. */
  readonly id: string;
  /** Name of the Lease. */
  readonly name: string;
  /** Its namespace. */
  readonly namespace: string;
  /** Aborted when the Lease is somebody else's. */
  readonly lost?: AbortSignal | undefined;
}

/** Whether to wait for others, and what to make of those that died. */
export interface LockOptions {
  /** Milliseconds to wait for another operation on the release to end. @default {0} */
  readonly lockWait?: number | undefined;
  /**
   * Go on at once from a revision that another run has left pending, also where it is not known that
   * the run is dead, as of Helm's own it never is. Whoever asks for this makes sure that nobody else
   * works on the release. What a dead run of Capstan has left is gone on from without this.
   * @default {false}
   */
  readonly recover?: boolean | undefined;
}

interface LockParts {
  readonly name: string;
  readonly namespace: string;
  readonly context: ActionContext;
  readonly cache: ActionCache;
  warn(message: string): void;
}

/** The lock of one operation. */
export class ReleaseLock {
  readonly #parts: LockParts;
  #kind: { readonly cover: LockCover } | { readonly id: string } | undefined;
  #lease: Promise<Lease | undefined> | undefined;
  #lost: AbortSignal | undefined;

  constructor(parts: LockParts) {
    this.#parts = parts;
  }

  /** What the records say of the lock while they are not settled. */
  get stamp(): string {
    const kind = this.#settle();
    if ("id" in kind) {
      return `${this.#parts.namespace}/${leaseName(this.#parts.name)}/${kind.id}`;
    }
    return `${kind.cover.namespace}/${kind.cover.name}/${kind.cover.id}`;
  }

  /** Aborted when somebody else has the lock now. */
  get lost(): AbortSignal | undefined {
    return this.#kind !== undefined && "cover" in this.#kind ? this.#kind.cover.lost : this.#lost;
  }

  /** A run may take the Lease that covers it only after its operations were planned. */
  #settle(): { readonly cover: LockCover } | { readonly id: string } {
    if (this.#kind !== undefined) return this.#kind;
    const cover = this.#parts.context.lock?.cover;
    return this.#kind = cover === undefined ? { id: crypto.randomUUID() } : { cover };
  }

  /**
   * Makes sure that it is held. `false` when the cluster keeps no locks for this user, which is
   * told; then nothing may be stamped.
   *
   * @throws {CapstanError} `release/locked`, naming who holds it.
   */
  async acquire(
    verb: string,
    { lockWait, recover, signal }: LockOptions & { readonly signal: AbortSignal },
  ): Promise<boolean> {
    const kind = this.#settle();
    if ("cover" in kind) return true;
    this.#lease ??= this.#acquire(verb, kind.id, { lockWait, recover, signal });
    return await this.#lease !== undefined;
  }

  /** Lets go. What cannot be released expires. */
  async release(signal: AbortSignal): Promise<void> {
    try {
      await (await this.#lease)?.release({ signal });
    } catch {
      // Whoever failed to acquire it has said so, and one that stays expires.
    }
  }

  async #acquire(
    verb: string,
    id: string,
    { lockWait, recover, signal }: LockOptions & { readonly signal: AbortSignal },
  ): Promise<Lease | undefined> {
    const { name, namespace, context: { api, lock, now }, cache } = this.#parts;
    const holder = {
      ...await cache.process(),
      purpose: lock?.purpose ?? `capstan ${verb} ${name}`,
      id,
    };
    try {
      const lease = await acquireLease(api, {
        name: leaseName(name),
        namespace,
        holder,
        duration: lock?.duration,
        wait: lockWait,
        force: recover,
        isGone,
        signal,
        now,
        onWait: (other) => this.#parts.warn(`waiting for ${describeHolder(other)}`),
      });
      this.#lost = lease.lost;
      return lease;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LeaseHeldError) throw lockedError(name, error.holder, error);
      // Helm has words for a namespace that is missing; a very old cluster has no such kind.
      if (isNotFound(error)) return undefined;
      if (!isForbidden(error)) throw error;
      if (cache.firstTime("locks")) {
        this.#parts.warn(
          `releases are not locked against others: ${messageOf(error)}; ` +
            "grant create, get, update and delete on leases of coordination.k8s.io",
        );
      }
      return undefined;
    }
  }
}

/** What is known of whoever has stamped a record. */
export type Stamped =
  | { readonly state: "alive"; readonly holder: Holder }
  | { readonly state: "dead"; readonly holder: Holder | undefined }
  /** Locks may not be read. */
  | { readonly state: "unknown"; readonly problem: string };

/** Whether whoever has stamped a record is still at work. */
export async function judgeStamp(
  api: KubeApi,
  stamp: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<Stamped> {
  const { name, namespace, id } = parseStamp(stamp);
  try {
    const found = await readLease(api, { name, namespace, isGone, signal });
    // Let go without settling, or gone to somebody else: whoever wrote the stamp is not at work.
    if (found === undefined || found.holder.id !== id) return { state: "dead", holder: undefined };
    return { state: found.dead ? "dead" : "alive", holder: found.holder };
  } catch (error) {
    signal.throwIfAborted();
    if (!isForbidden(error)) throw error;
    return { state: "unknown", problem: messageOf(error) };
  }
}

/** Waits until the holder of a stamp lets go, but not longer than the limit. */
export async function awaitStamp(
  api: KubeApi,
  stamp: string,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<void> {
  await awaitLease(api, { ...parseStamp(stamp), limit, signal });
}

/** The error of a release that somebody else is at work on. */
export function lockedError(release: string, holder: Holder, cause?: unknown): CapstanError {
  return new CapstanError(`${PENDING_MESSAGE}: ${describeHolder(holder)} has ${release}`, {
    code: "release/locked",
    hint: "wait for it with --lock-wait 5m; should it have died, its lock expires within half a " +
      "minute, and --recover takes over at once",
    cause,
  });
}

/** The Lease of operations on a release, in the release's namespace. */
export function leaseName(release: string): string {
  return `capstan.release.v1.${release}`;
}

function parseStamp(
  stamp: string,
): { readonly namespace: string; readonly name: string; readonly id: string } {
  const [namespace = "", name = "", id = ""] = stamp.split("/");
  return { namespace, name, id };
}
