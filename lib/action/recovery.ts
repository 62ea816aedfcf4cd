/**
 * What becomes of a release that another run has not settled: it is waited for, refused, or, when
 * the run has died, gone on from.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { describeHolder } from "../kube/lease_object.ts";
import { isUnsettled } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import { awaitStamp, judgeStamp, lockedError, type LockOptions } from "./lock.ts";
import { PENDING_MESSAGE } from "./decide.ts";
import type { Operation } from "./operation.ts";

/** A release's revisions, oldest first, and whether the last was left behind by a run that died. */
export interface KnownHistory {
  readonly history: readonly RevisionEntry[];
  /** The last revision is not settled, and nobody is going to settle it. */
  readonly abandoned: boolean;
}

/** Most milliseconds between two looks at whoever holds a release. */
const LOOK_AGAIN = 5_000;

/**
 * Reads the history. While somebody alive is at work on the release it waits as long as it may.
 *
 * @throws {CapstanError} `release/locked`, naming who is at work.
 */
export async function readHistory(
  operation: Operation,
  { lockWait = 0, recover = false }: LockOptions,
  signal: AbortSignal,
): Promise<KnownHistory> {
  const { context: { api, storage }, name, namespace } = operation;
  const until = operation.now() + lockWait;
  for (let told = false;;) {
    const history = await storage.history({ name, namespace }, { signal });
    const last = history.at(-1);
    if (last === undefined || !isUnsettled(last.status)) return { history, abandoned: false };
    // Whoever undoes its own work finds its own mark.
    if (last.lock === operation.lock.stamp) return { history, abandoned: false };
    if (last.lock === undefined) {
      if (recover) tell(operation, last, "--recover was given");
      return { history, abandoned: recover };
    }
    const found = await judgeStamp(api, last.lock, { signal });
    const why = recover ? "--recover was given" : whyDead(found);
    if (why !== undefined) {
      tell(operation, last, why);
      return { history, abandoned: true };
    }
    if (found.state !== "alive") return { history, abandoned: false };
    const left = until - operation.now();
    if (left <= 0) throw lockedError(name, found.holder);
    if (!told) operation.warn(`waiting for ${describeHolder(found.holder)}`);
    told = true;
    await awaitStamp(api, last.lock, { limit: Math.min(left, LOOK_AGAIN), signal });
  }
}

/**
 * Locks the release before anything of it is read, so that what is read stays so. Whoever is ready
 * to wait for others does this; it costs those who need not wait a request before all others.
 */
export async function lockFirst(
  operation: Operation,
  { lockWait, recover }: LockOptions,
  signal: AbortSignal,
): Promise<void> {
  const { verb = "deploy" } = operation;
  await operation.lock.acquire(verb, { lockWait, recover, signal });
}

/**
 * Makes sure that nobody has begun or ended something else on the release since its history was
 * read. It is called when this operation has left its own mark: of two that overlap, each of which
 * marks first and looks then, at least one sees the other.
 *
 * @throws {CapstanError} `release/locked`.
 */
export async function confirmAlone(
  operation: Operation,
  history: readonly RevisionEntry[],
  { own, signal }: { readonly own: number; readonly signal: AbortSignal },
): Promise<void> {
  const { context: { storage }, name, namespace } = operation;
  const found = await storage.history({ name, namespace }, { signal });
  const before = new Map(history.map(({ revision, status }) => [revision, status]));
  const other = found.find(({ revision, status }) =>
    revision > own ||
    (revision < own && status === "uninstalling" && before.get(revision) !== status)
  );
  if (other === undefined) return;
  throw new CapstanError(
    `${PENDING_MESSAGE}: revision ${other.revision} of ${name} has just become ${other.status}`,
    { code: "release/locked", hint: "somebody else began at the same moment; run again" },
  );
}

function whyDead(found: Awaited<ReturnType<typeof judgeStamp>>): string | undefined {
  if (found.state !== "dead") return undefined;
  return found.holder === undefined
    ? "whoever began it has ended without settling it"
    : `${describeHolder(found.holder)} has died`;
}

function tell(operation: Operation, { revision, status }: RevisionEntry, why: string): void {
  operation.warn(`going on from revision ${revision}, which was left ${status}: ${why}`);
}
