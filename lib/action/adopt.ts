/**
 * Going on with a revision that a run has left pending when it died.
 *
 * Its record holds all that is needed: manifest, hooks, values. So nothing is rendered again, and
 * what is brought to its end is what was begun.
 *
 * @module
 */
import type { Release } from "../release/release.ts";
import { newestDeployed, stateOf } from "../release/state.ts";
import type { RevisionEntry } from "../release/storage.ts";
import type { DeployProgress, DeployRequest } from "./deploy_request.ts";
import { parseManifest } from "./objects.ts";
import type { Operation } from "./operation.ts";
import type { DeployPlan } from "./prepare.ts";

/** What a run that died has done of a revision. */
export interface Adopted extends DeployProgress {
  /** When the revision's record was created, on the server's clock. */
  readonly created?: string | undefined;
  /** Nothing of the release was there before the revision. */
  readonly fresh: boolean;
}

/**
 * The change that the run was at; `undefined` when it has made no revision, or one that has failed.
 */
export async function adoptRevision(
  operation: Operation,
  { resume }: Pick<DeployRequest, "resume">,
  signal: AbortSignal,
): Promise<DeployPlan | undefined> {
  if (resume === undefined) return undefined;
  const { context: { storage }, name, namespace } = operation;
  const history = await storage.history({ name, namespace }, { signal });
  const last = history.at(-1);
  if (last === undefined || last.run !== resume.run) return undefined;
  const before = history.slice(0, -1);
  if (last.status === "deployed") {
    const upgraded = before.some(({ status }) => status === "superseded");
    return { kind: "unchanged", current: last, outcome: upgraded ? "upgraded" : "installed" };
  }
  if (last.status !== "pending-install" && last.status !== "pending-upgrade") return undefined;
  const release = await storage.get(last, { signal });
  if (release === undefined) return undefined;
  const kind = last.status === "pending-install" ? "install" : "upgrade";
  operation.verb = kind;
  return {
    kind,
    release,
    current: kind === "install" ? undefined : await baseOf(operation, before, signal),
    history: before,
    objects: parseManifest(release.manifest),
    crds: [],
    adopted: {
      run: resume.run,
      done: resume.done,
      created: last.created,
      fresh: before.length === 0,
    },
  };
}

/** The revision that an upgrade started from. */
async function baseOf(
  { context: { storage } }: Operation,
  history: readonly RevisionEntry[],
  signal: AbortSignal,
): Promise<Release | undefined> {
  const state = stateOf(history);
  const entry = "current" in state ? state.current : newestDeployed(history) ?? history.at(-1);
  return entry === undefined ? undefined : await storage.get(entry, { signal });
}
