/**
 * What a deployment is asked to do.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import type { GoMap } from "../template/value.ts";
import type { ApplyOptionsOfRelease } from "./apply_method.ts";
import type { LockOptions } from "./lock.ts";
import type { DeployPart } from "./parts.ts";
import type { HookRunOptions, ReleaseRequest, WaitingOptions } from "./types.ts";

/**
 * What an upgrade does with the values of the revision before: `never` is Helm's `--reset-values`,
 * `always` its `--reuse-values`, `merge` its `--reset-then-reuse-values`, and `when-empty` what
 * `helm upgrade` does without any of them: reuse them if no values are given.
 */
export type ReuseValues = "never" | "always" | "merge" | "when-empty";

/** What a run that died has done of a deployment. */
export interface DeployProgress {
  /** Id of that run: a pending revision that it made is brought to its end. */
  readonly run: string;
  /** Ids of the steps that are done; they are not repeated. */
  readonly done: ReadonlySet<string>;
  /** Ids of the steps that were begun and whose end is not known. @default any may be */
  readonly inFlight?: ReadonlySet<string> | undefined;
}

/** A release to install or upgrade. Options that Helm has mean what they mean in Helm. */
export interface DeployRequest
  extends ReleaseRequest, HookRunOptions, WaitingOptions, LockOptions, ApplyOptionsOfRelease {
  /** The chart, or what loads it; called once. */
  readonly chart: Chart | ((signal: AbortSignal) => Promise<Chart> | Chart);
  /** The user's values, or what works them out when all of `needs` is done. @default {{}} */
  readonly values?: GoMap | ((signal: AbortSignal) => Promise<GoMap> | GoMap) | undefined;
  /** Steps that come before the first change, in addition to `needs`. @default {[]} */
  readonly changeNeeds?: readonly string[] | undefined;
  /** Parts that others wait for; each gets a step of its own. @default {[]} */
  readonly parts?: readonly DeployPart[] | undefined;
  /** Install when there is no such release. @default {true} */
  readonly install?: boolean | undefined;
  /** Upgrade when there is such a release. @default {true} */
  readonly upgrade?: boolean | undefined;
  /** With `upgrade` off: take the name of a release that failed or was uninstalled. @default {false} */
  readonly replace?: boolean | undefined;
  /** Make a revision even if nothing has changed. @default {false} */
  readonly force?: boolean | undefined;
  /**
   * Where nothing has changed: compare the live objects with what was applied, by server-side dry run,
   * and put back what differs, from whoever owns it now.
   * @default {false}
   */
  readonly checkDrift?: boolean | undefined;
  /** Goes on with what a run that died has done of this deployment. @default nothing */
  readonly resume?: DeployProgress | undefined;
  /**
   * Render and check, and change nothing. `"client"` does not ask the cluster for what templates
   * look up, and for an install (`upgrade: false`) asks it nothing. @default {false}
   */
  readonly dryRun?: boolean | "client" | undefined;
  /** What becomes of the values of the revision before. @default {"never"} */
  readonly reuseValues?: ReuseValues | undefined;
  /** Do not check the values against the chart's schema. @default {false} */
  readonly skipSchemaValidation?: boolean | undefined;
  /** Keep the notes of subcharts too. @default {false} */
  readonly subNotes?: boolean | undefined;
  /** Leave out of the manifest what Secrets hold; only for a dry run. @default {false} */
  readonly hideSecrets?: boolean | undefined;
  /**
   * Renders with what answers the template function `getHostByName`, again and again until all that
   * it asks for is known. @default {it answers with an empty text}
   */
  readonly withHosts?:
    | (<T>(
      render: (resolveHost: (name: string) => string) => Promise<T>,
    ) => Promise<T>)
    | undefined;
  /** Changes manifests and hooks before they are used; for Helm 3 the manifests alone. */
  readonly postRender?: ((manifest: string, signal?: AbortSignal) => Promise<string>) | undefined;
  /** Create the namespace when it is missing. @default {false} */
  readonly createNamespace?: boolean | undefined;
  /** Do not install the chart's crds/. @default {false} */
  readonly skipCrds?: boolean | undefined;
  /** Drop fields that a kind does not have, instead of refusing them. @default {false} */
  readonly skipFieldValidation?: boolean | undefined;
  /** Take over objects that belong to no release or another. @default {false} */
  readonly takeOwnership?: boolean | undefined;
  /** On failure roll back (upgrade) or uninstall (install); implies `wait`. @default {false} */
  readonly atomic?: boolean | undefined;
  /** When an upgrade fails, delete the objects it has added. @default {false} */
  readonly cleanupOnFail?: boolean | undefined;
  /** Revisions kept; 0 keeps all. @default {10} */
  readonly maxHistory?: number | undefined;
  /** Text kept with the revision. @default Helm's */
  readonly description?: string | undefined;
  /** Labels of the record; `"null"` removes one that the revision before has. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Whether a deployment waits until its objects are ready. */
export function waitsForReady(
  { wait, waitForJobs, atomic }: Pick<DeployRequest, "wait" | "waitForJobs" | "atomic">,
): boolean {
  return Boolean(wait || waitForJobs || atomic);
}
