/**
 * A release record: what Helm keeps of each revision of a release.
 *
 * @module
 */
import type { GoMap } from "../template/value.ts";
import type { StoredChart } from "./stored_chart.ts";

/** States of a revision, in Helm's words. */
export const RELEASE_STATUSES = [
  "unknown",
  "deployed",
  "uninstalled",
  "superseded",
  "failed",
  "uninstalling",
  "pending-install",
  "pending-upgrade",
  "pending-rollback",
] as const;

/** State of a revision. */
export type ReleaseStatus = (typeof RELEASE_STATUSES)[number];

/** How far a hook got when it last ran; empty when it never did. */
export type HookPhase = "" | "Unknown" | "Running" | "Succeeded" | "Failed";

/** A moment as RFC 3339 text, e.g. `2026-11-21T04:43:52.123Z`. */
export type Timestamp = string;

/** A chart hook as the record keeps it. */
export interface ReleaseHook {
  /** The object's name. */
  readonly name: string;
  /** The object's kind; Jobs and Pods are waited for. */
  readonly kind: string;
  /** The template it comes from. */
  readonly path: string;
  /** The rendered YAML of the object. */
  readonly manifest: string;
  /** When it runs, e.g. `pre-install`. */
  readonly events: readonly string[];
  /** Lower ones run first. */
  readonly weight: number;
  /** When its object is deleted, e.g. `hook-succeeded`. */
  readonly deletePolicies: readonly string[];
  /** When its log lines are shown, e.g. `hook-failed`. */
  readonly outputLogPolicies: readonly string[];
  /** How it went when it last ran. */
  readonly lastRun: {
    readonly startedAt?: Timestamp | undefined;
    readonly completedAt?: Timestamp | undefined;
    readonly phase: HookPhase;
  };
}

/** What is known of a revision beside its contents. */
export interface ReleaseInfo {
  /** When the release was installed. */
  readonly firstDeployed?: Timestamp | undefined;
  /** When this revision was made. */
  readonly lastDeployed?: Timestamp | undefined;
  /** When the release was uninstalled. */
  readonly deleted?: Timestamp | undefined;
  /** What happened last, e.g. `Install complete`. */
  readonly description: string;
  /** State of this revision. */
  readonly status: ReleaseStatus;
  /** The rendered NOTES.txt. */
  readonly notes: string;
  /** The revision that was rolled back to. */
  readonly rollbackRevision?: number | undefined;
}

/** One revision of a release. */
export interface Release {
  /** The release's name. */
  readonly name: string;
  /** Where its record is, and objects that name no namespace. */
  readonly namespace: string;
  /** Counts from 1. */
  readonly revision: number;
  /** State, times and notes. */
  readonly info: ReleaseInfo;
  /** The chart it was made from, without its subcharts. */
  readonly chart: StoredChart;
  /** Values the user gave; `undefined` when none. */
  readonly config: GoMap | undefined;
  /** Everything but the hooks. */
  readonly manifest: string;
  /** Its hooks, and how each went. */
  readonly hooks: readonly ReleaseHook[];
  /** Whether objects were applied by the server or patched by the client. */
  readonly applyMethod?: "ssa" | "csa" | undefined;
  /** The user's labels of the record. */
  readonly labels: Readonly<Record<string, string>>;
  /**
   * Digest of all that the revision was made from, which tells an unchanged release without
   * rendering its record. Kept as an annotation of the record, which Helm drops when it writes.
   */
  readonly digest?: string | undefined;
  /**
   * Whose work it is, while the revision is not settled: the Lease and the holder that say whether
   * that goes on. Kept as an annotation of the record.
   */
  readonly lock?: string | undefined;
  /** Id of the stack's run that made the revision. Kept as the digest is. */
  readonly run?: string | undefined;
}

/** Names one revision. */
export interface RevisionKey {
  /** The release's namespace. */
  readonly namespace: string;
  /** The release's name. */
  readonly name: string;
  /** Counts from 1. */
  readonly revision: number;
}

/** The name of the Secret or ConfigMap that keeps a revision. */
export function recordName({ name, revision }: Pick<RevisionKey, "name" | "revision">): string {
  return `sh.helm.release.v1.${name}.v${revision}`;
}

/** Whether an operation on the release is under way, or died on the way. */
export function isPending(status: ReleaseStatus): boolean {
  return status === "pending-install" || status === "pending-upgrade" ||
    status === "pending-rollback";
}

/** Whether a record of this state waits for whoever wrote it to come to an end. */
export function isUnsettled(status: ReleaseStatus): boolean {
  return isPending(status) || status === "uninstalling";
}

/** A release in another state, with the text that says why. */
export function withStatus(release: Release, status: ReleaseStatus, description: string): Release {
  return { ...release, info: { ...release.info, status, description } };
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether Helm accepts this as the name of a release. */
export function isReleaseName(name: string): boolean {
  return name.length <= 53 && NAME.test(name);
}
