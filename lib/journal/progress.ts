/**
 * How far a run has come, from its journal. Pure.
 *
 * @module
 */
import type { ReleaseOutcome, RunEvent } from "../events.ts";
import type { Journaled, NodeDigest } from "./entries.ts";

/** The end of a release's operation. */
export type ReleaseEnd = RunEvent & { readonly type: "release-finished" };

/** A run as far as its journal tells. Times are milliseconds since the epoch. */
export interface RunProgress {
  readonly run: string;
  readonly stack: string;
  readonly verb: string;
  readonly started: number;
  /** Absent while the run goes on, or when it died. */
  readonly finished?: number | undefined;
  readonly ok?: boolean | undefined;
  /** What it had changed was being undone, to whatever end that came. */
  readonly rolledBack: boolean;
  /** When the last thing happened. */
  readonly last: number;
  /** Processes that have worked on it. */
  readonly attempts: number;
  readonly pid?: number | undefined;
  readonly host?: string | undefined;
  /** The last process, in a form that can be checked; see `thisProcess`. */
  readonly process?: string | undefined;
  /** Ids of the steps whose work is done. */
  readonly done: ReadonlySet<string>;
  /** Ids of the steps that were begun and whose end is not known. */
  readonly inFlight: ReadonlySet<string>;
  /** How releases ended, by their ids; the last word counts. */
  readonly releases: ReadonlyMap<string, ReleaseEnd>;
  /** Chart and values of the releases that were rendered, by their ids. */
  readonly inputs: ReadonlyMap<string, NodeDigest>;
  /** Milliseconds that steps took which succeeded, by their ids. */
  readonly durations: ReadonlyMap<string, number>;
}

/** Outcomes after which nothing is left to do for a release. */
const GOOD: ReadonlySet<ReleaseOutcome> = new Set([
  "installed",
  "upgraded",
  "unchanged",
  "uninstalled",
]);

/** Whether a release has nothing left to do. */
export function isComplete(progress: RunProgress, owner: string): boolean {
  const end = progress.releases.get(owner);
  return end !== undefined && GOOD.has(end.outcome);
}

/** Works out how far a run has come. */
export function progressOf({ header, entries }: Journaled): RunProgress {
  const done = new Set<string>(), inFlight = new Set<string>();
  const begun = new Map<string, number>();
  const durations = new Map<string, number>();
  const releases = new Map<string, ReleaseEnd>();
  const inputs = new Map<string, NodeDigest>();
  const { run, stack, verb, at: started } = header;
  let end: (RunEvent & { readonly type: "run-finished" }) | undefined;
  let rolledBack = false;
  let attempts = 0, pid: number | undefined, host: string | undefined;
  let process: string | undefined;
  for (const entry of entries) {
    switch (entry.type) {
      case "attempt":
        ({ pid, host, process } = entry);
        attempts++;
        end = undefined;
        break;
      case "inputs":
        inputs.set(entry.owner, entry.digest);
        break;
      case "done":
        done.add(entry.id);
        break;
      case "step-started":
        begun.set(entry.id, entry.at);
        inFlight.add(entry.id);
        break;
      case "step-finished":
        inFlight.delete(entry.id);
        if (entry.status !== "succeeded") break;
        done.add(entry.id);
        durations.set(entry.id, entry.at - (begun.get(entry.id) ?? entry.at));
        break;
      case "release-finished":
        releases.set(entry.owner, entry);
        break;
      case "rollback-started":
        rolledBack = true;
        break;
      case "run-finished":
        end = entry;
        break;
      default:
    }
  }
  for (const id of done) inFlight.delete(id);
  const last = Math.max(started, entries.at(-1)?.at ?? started);
  return {
    ...{
      run,
      stack,
      verb,
      started,
      rolledBack,
      last,
      attempts,
      pid,
      host,
      process,
      done,
      inFlight,
      releases,
      inputs,
    },
    durations,
    ...(end === undefined ? {} : { finished: end.at, ok: end.ok }),
  };
}
