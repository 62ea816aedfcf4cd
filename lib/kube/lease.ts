/**
 * Locks that the cluster keeps, as Leases of coordination.k8s.io: whoever holds one says so again
 * and again, and when that stops for long enough another may take over.
 *
 * How old a Lease is, is told by the server's clock alone (the times of its managed fields), so
 * machines whose clocks differ agree on it.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { ApiError, isAlreadyExists, isConflict, isForbidden, isNotFound } from "./errors.ts";
import {
  describeHolder,
  type Holder,
  holderOf,
  leaseObject,
  serverTimeOf,
} from "./lease_object.ts";
import { refOf } from "./resource.ts";
import { pause } from "./retry.ts";
import type { KubeApi, KubeObject, ObjectRef } from "./types.ts";

export type { Holder };

/** Options of {@linkcode acquireLease}. */
export interface AcquireLeaseOptions {
  /** Name of the Lease. */
  readonly name: string;
  /** Its namespace. @default the connection's */
  readonly namespace?: string | undefined;
  /** Who asks. The id must be another for each operation that others shall be kept out of. */
  readonly holder: Holder;
  /** Milliseconds without a word after which a holder counts as dead; whole seconds. @default {30_000} */
  readonly duration?: number | undefined;
  /** Milliseconds to wait for a living holder to let go. @default {0} */
  readonly wait?: number | undefined;
  /** Take it from a living holder. Whoever asks for this makes sure that nothing goes on there. @default {false} */
  readonly force?: boolean | undefined;
  /** Whether a holder is known to have died, before its time is up. @default never */
  readonly isGone?: ((holder: Holder) => Promise<boolean>) | undefined;
  /** Told once when there is a living holder to wait for. */
  readonly onWait?: ((holder: Holder) => void) | undefined;
  /** Ends the wait; its reason is thrown. It does not end what was acquired. */
  readonly signal?: AbortSignal | undefined;
  /** The clock, in milliseconds since the epoch. @default {Date.now} */
  readonly now?: (() => number) | undefined;
}

/** A Lease that is held. Release it, or let `await using` do so. */
export interface Lease extends AsyncDisposable {
  /** Who holds it. */
  readonly holder: Holder;
  /** The holder from whom it was taken over, and why; absent when there was none. */
  readonly takenFrom: TakenFrom | undefined;
  /** Aborted, with a `CapstanError` of code `lease/lost`, when somebody else holds it now. */
  readonly lost: AbortSignal;
  /** Lets go. Never throws but the signal's reason: a Lease that stays is free when its time is up. */
  release(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** A holder that did not let go by itself. */
export interface TakenFrom {
  /** Who it was. */
  readonly holder: Holder;
  /** It gave no sign for too long, its process has ended, or somebody insisted. */
  readonly because: "expired" | "gone" | "forced";
}

/** A Lease that somebody else holds. */
export class LeaseHeldError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "LeaseHeldError";

  /** The message names the holder. The code is `lease/held`. */
  constructor(what: string, readonly holder: Holder, options: { readonly hint?: string } = {}) {
    super(`${what} is locked by ${describeHolder(holder)}`, {
      code: "lease/held",
      hint: options.hint ?? "wait until it is done, or until its lock has expired if it has died",
    });
  }
}

const DEFAULT_DURATION = 30_000;

/**
 * Acquires a Lease, and says again and again that it is held until it is released.
 *
 * @throws {LeaseHeldError} when somebody else holds it and does not let go in time.
 */
export async function acquireLease(
  api: KubeApi,
  options: AcquireLeaseOptions,
): Promise<Lease> {
  const { signal, now = Date.now, wait = 0, onWait } = options;
  const until = now() + wait;
  let told = false;
  for (;;) {
    const taken = await attempt(api, options);
    if ("object" in taken) return new HeldLease(api, taken, options);
    const left = until - now();
    if (left <= 0) {
      throw new LeaseHeldError(`lease ${options.name}`, taken.holder);
    }
    if (!told) onWait?.(taken.holder);
    told = true;
    await changed(api, taken.holder, { ...taken, limit: Math.min(left, taken.remaining), signal });
  }
}

/** Who holds a Lease at this moment, and for how long it may stay silent; `undefined` when nobody does. */
export async function readLease(
  api: KubeApi,
  { name, namespace, isGone, signal }: Pick<
    AcquireLeaseOptions,
    "name" | "namespace" | "isGone" | "signal"
  >,
): Promise<{ readonly holder: Holder; readonly dead: boolean } | undefined> {
  const live = await api.get(leaseRef({ name, namespace }), { signal });
  const holder = live === undefined ? undefined : holderOf(live);
  if (live === undefined || holder === undefined) return undefined;
  if (await isGone?.(holder)) return { holder, dead: true };
  return { holder, dead: await remainingOf(api, live, { now: Date.now, signal }) <= 0 };
}

/** Waits until somebody else or nobody holds a Lease, but not longer than `limit` milliseconds. */
export async function awaitLease(
  api: KubeApi,
  { name, namespace, id, limit, signal }:
    & Pick<AcquireLeaseOptions, "name" | "namespace" | "signal">
    & { readonly id: string; readonly limit: number },
): Promise<void> {
  await changed(api, { id }, { ref: leaseRef({ name, namespace }), limit, signal });
}

/** It is ours now, or who holds it and how many milliseconds it may still stay silent. */
type Attempt =
  | { readonly object: KubeObject; readonly takenFrom: TakenFrom | undefined }
  | { readonly ref: ObjectRef; readonly holder: Holder; readonly remaining: number };

async function attempt(api: KubeApi, options: AcquireLeaseOptions): Promise<Attempt> {
  const { signal, now = Date.now } = options;
  const wanted = leaseObject({ ...options, duration: secondsOf(options) }, now());
  for (;;) {
    try {
      return { object: await api.create(wanted, { signal }), takenFrom: undefined };
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    const live = await api.get(refOf(wanted), { signal });
    if (live === undefined) continue;
    const judged = await judge(api, live, options);
    if (typeof judged === "number") {
      return { ref: refOf(wanted), holder: holderOf(live)!, remaining: judged };
    }
    const { resourceVersion } = live.metadata;
    try {
      const next = {
        ...wanted,
        metadata: { ...wanted.metadata, resourceVersion: resourceVersion! },
      };
      return { object: await api.replace(next, { signal }), takenFrom: judged.takenFrom };
    } catch (error) {
      // Somebody was faster, or its holder is alive after all.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
  }
}

/** Milliseconds that the holder may still stay silent, or that the Lease may be taken, and from whom. */
async function judge(
  api: KubeApi,
  live: KubeObject,
  { force, isGone, signal, now = Date.now }: AcquireLeaseOptions,
): Promise<number | { readonly takenFrom: TakenFrom | undefined }> {
  const holder = holderOf(live);
  if (holder === undefined) return { takenFrom: undefined };
  if (await isGone?.(holder)) return { takenFrom: { holder, because: "gone" } };
  const remaining = await remainingOf(api, live, { now, signal });
  if (remaining <= 0) return { takenFrom: { holder, because: "expired" } };
  return force ? { takenFrom: { holder, because: "forced" } } : remaining;
}

interface Moment {
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
}

/** Milliseconds until a Lease expires; 0 and less when it has. */
async function remainingOf(
  api: KubeApi,
  live: KubeObject,
  { now, signal }: Moment,
): Promise<number> {
  const spec = live["spec"] as { leaseDurationSeconds?: number; renewTime?: string };
  const duration = (spec.leaseDurationSeconds ?? DEFAULT_DURATION / 1000) * 1000;
  const written = serverTimeOf(live);
  try {
    // A write that only pretends tells what the server's time is.
    const renewed = { ...spec, renewTime: new Date(now()).toISOString().replace("Z", "000Z") };
    const tried = serverTimeOf(
      await api.replace({ ...live, spec: renewed }, { dryRun: true, signal }),
    );
    // The server writes whole seconds, so an age may be nearly a second less than it seems.
    if (written !== undefined && tried !== undefined) return written + duration + 1000 - tried;
  } catch (error) {
    signal?.throwIfAborted();
    // It is gone, or was written to a moment ago: its holder lives, or the next look will tell.
    if (isConflict(error)) return duration;
    if (isNotFound(error)) return 0;
    if (!(error instanceof ApiError)) throw error;
  }
  return Date.parse(spec.renewTime ?? "1970-01-01T00:00:00Z") + duration - now();
}

interface ChangedOptions {
  readonly ref: ObjectRef;
  readonly limit: number;
  readonly signal?: AbortSignal | undefined;
}

/** Waits until somebody else or nobody holds it, but not longer than the limit. */
async function changed(
  api: KubeApi,
  { id }: Holder,
  { ref, limit, signal }: ChangedOptions,
): Promise<void> {
  const timer = new AbortController();
  const handle = setTimeout(() => timer.abort(), limit);
  const either = signal === undefined ? timer.signal : AbortSignal.any([signal, timer.signal]);
  try {
    await api.until(ref, (live) => live === undefined || holderOf(live)?.id !== id || undefined, {
      signal: either,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (timer.signal.aborted) return;
    // Who may not watch looks again now and then.
    if (!isForbidden(error)) throw error;
    await pause(Math.min(limit, 1_000), signal);
  } finally {
    clearTimeout(handle);
  }
}

/** A Lease whose holder is here. */
class HeldLease implements Lease {
  readonly holder: Holder;
  readonly takenFrom: TakenFrom | undefined;
  readonly #api: KubeApi;
  readonly #now: () => number;
  readonly #duration: number;
  readonly #lost = new AbortController();
  readonly #ending = new AbortController();
  #object: KubeObject;
  #heard: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewing: Promise<void> = Promise.resolve();

  constructor(
    api: KubeApi,
    { object, takenFrom }: Extract<Attempt, { object: KubeObject }>,
    options: AcquireLeaseOptions,
  ) {
    this.holder = options.holder;
    this.takenFrom = takenFrom;
    this.#api = api;
    this.#now = options.now ?? Date.now;
    this.#duration = secondsOf(options) * 1000;
    this.#object = object;
    this.#heard = this.#now();
    this.#schedule();
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async release({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    if (this.#ending.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#ending.abort();
    await this.#renewing;
    if (this.#lost.signal.aborted) return;
    try {
      // Once more when a renewal that was given up has been written all the same.
      if (!await this.#delete(signal) && await this.#adopt(signal)) await this.#delete(signal);
    } catch {
      signal?.throwIfAborted();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  /** Deletes it as it is known; `false` when it has changed since. */
  async #delete(signal: AbortSignal | undefined): Promise<boolean> {
    const { uid, resourceVersion } = this.#object.metadata;
    try {
      await this.#api.delete(refOf(this.#object), { uid, resourceVersion, signal });
      return true;
    } catch (error) {
      if (isConflict(error)) return false;
      throw error;
    }
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#renewing = this.#renew(this.#ending.signal);
    }, this.#duration / 3);
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const renewTime = new Date(this.#now()).toISOString().replace("Z", "000Z");
    const spec = { ...this.#object["spec"] as object, renewTime };
    try {
      this.#object = await this.#api.replace({ ...this.#object, spec }, { signal });
      this.#heard = this.#now();
    } catch (error) {
      if (signal.aborted) return;
      await this.#cope(error, signal);
    }
    if (!signal.aborted && !this.#lost.signal.aborted) this.#schedule();
  }

  /** A renewal that failed: somebody else may hold the Lease, and at last will. */
  async #cope(error: unknown, signal: AbortSignal): Promise<void> {
    try {
      if ((isConflict(error) || isNotFound(error)) && !await this.#adopt(signal)) {
        return this.#lose("somebody else holds it");
      }
    } catch {
      if (signal.aborted) return;
    }
    if (this.#now() - this.#heard > this.#duration) {
      this.#lose(`it could not be renewed: ${messageOf(error)}`);
    }
  }

  /** Takes the live Lease for the one that is held, if it still is. */
  async #adopt(signal: AbortSignal | undefined): Promise<boolean> {
    const live = await this.#api.get(refOf(this.#object), { signal });
    if (live === undefined || holderOf(live)?.id !== this.holder.id) return false;
    this.#object = live;
    this.#heard = this.#now();
    return true;
  }

  #lose(why: string): void {
    const { name } = this.#object.metadata;
    this.#lost.abort(
      new CapstanError(`lost the lock ${name}: ${why}`, {
        code: "lease/lost",
        hint: "was this machine asleep, or cut off from the cluster? Run again",
      }),
    );
  }
}

function secondsOf({ duration = DEFAULT_DURATION }: Pick<AcquireLeaseOptions, "duration">): number {
  return Math.max(1, Math.round(duration / 1000));
}

function leaseRef(
  { name, namespace }: { readonly name: string; readonly namespace?: string | undefined },
): ObjectRef {
  return { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name, namespace };
}
