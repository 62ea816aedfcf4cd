/**
 * What the library tells of a release.
 *
 * @module
 */
import type { ReleaseOutcome } from "../events.ts";
import type { Release, ReleaseStatus } from "../release/release.ts";

/** A revision of a release: what one asks for most, and the record as a whole. */
export interface ReleaseResult {
  /** The release's name. */
  readonly name: string;
  /** Where it is. */
  readonly namespace: string;
  /** Counts from 1. */
  readonly revision: number;
  /** State of the revision, e.g. `deployed`. */
  readonly status: ReleaseStatus;
  /** What happened last, e.g. `Install complete`. */
  readonly description: string;
  /** When the revision was made. */
  readonly updated: Date | undefined;
  /** The chart's name. */
  readonly chart: string;
  /** The chart's version. */
  readonly chartVersion: string;
  /** Version of what the chart installs. */
  readonly appVersion: string;
  /** The rendered NOTES.txt. */
  readonly notes: string;
  /** All objects but the hooks, as YAML. */
  readonly manifest: string;
  /** What the operation did; nothing where the release was only read. */
  readonly outcome?: ReleaseOutcome | undefined;
  /** The record. */
  readonly release: Release;
  /** One line: `shop/web revision 3: deployed (Upgrade complete)`. */
  toString(): string;
}

/** A record as a result. */
export function resultOf(release: Release, outcome?: ReleaseOutcome): ReleaseResult {
  const { name, namespace, revision, info, chart: { metadata }, manifest } = release;
  return {
    name,
    namespace,
    revision,
    status: info.status,
    description: info.description,
    updated: info.lastDeployed === undefined ? undefined : new Date(info.lastDeployed),
    chart: metadata.name,
    chartVersion: metadata.version,
    appVersion: metadata.appVersion,
    notes: info.notes,
    manifest,
    ...(outcome === undefined ? {} : { outcome }),
    release,
    toString: () =>
      `${namespace}/${name} revision ${revision}: ${info.status} (${info.description})`,
  };
}
