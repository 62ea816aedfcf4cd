/**
 * What a release's history says about it, and what may be done next. Nothing here acts.
 *
 * @module
 */
import { isPending } from "./release.ts";
import type { RevisionEntry } from "./storage.ts";

/** State of a release as a whole. */
export type ReleaseState =
  /** There is no revision. */
  | { readonly kind: "absent" }
  /** An operation is under way, or died without a word. */
  | { readonly kind: "pending"; readonly last: RevisionEntry; readonly reason: string }
  /** It was removed and its history kept, or is being removed. */
  | { readonly kind: "uninstalled" | "uninstalling"; readonly last: RevisionEntry }
  /** The last revision is the one that is deployed. */
  | { readonly kind: "deployed"; readonly last: RevisionEntry; readonly current: RevisionEntry }
  /** The last revision failed. `current` is what an upgrade starts from, if anything is. */
  | {
    readonly kind: "failed";
    readonly last: RevisionEntry;
    readonly current: RevisionEntry | undefined;
  };

/** The state that a history (oldest revision first) amounts to. */
export function stateOf(history: readonly RevisionEntry[]): ReleaseState {
  const last = history.at(-1);
  if (last === undefined) return { kind: "absent" };
  if (isPending(last.status)) {
    return {
      kind: "pending",
      last,
      reason: `revision ${last.revision} is ${last.status}`,
    };
  }
  switch (last.status) {
    case "uninstalled":
    case "uninstalling":
      return { kind: last.status, last };
    case "deployed":
      return { kind: "deployed", last, current: last };
    default: {
      const deployed = history.findLast(({ status }) => status === "deployed");
      const usable = last.status === "failed" || last.status === "superseded";
      return { kind: "failed", last, current: deployed ?? (usable ? last : undefined) };
    }
  }
}

/** The newest revision that is deployed. */
export function newestDeployed(history: readonly RevisionEntry[]): RevisionEntry | undefined {
  return history.findLast(({ status }) => status === "deployed");
}

/**
 * Revisions to delete, oldest first, so that with one more there are at most `maxHistory`. The
 * deployed one is never among them. 0 keeps all.
 */
export function revisionsToPrune(
  history: readonly RevisionEntry[],
  maxHistory: number,
): RevisionEntry[] {
  if (maxHistory <= 0) return [];
  const excess = history.length - (maxHistory - 1);
  if (excess <= 0) return [];
  const deployed = newestDeployed(history);
  return history.filter(({ revision }) => revision !== deployed?.revision).slice(0, excess);
}
