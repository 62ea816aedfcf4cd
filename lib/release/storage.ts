/**
 * Where release records are kept.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { RequestOptions } from "../kube/types.ts";
import {
  isUnsettled,
  recordName,
  type Release,
  RELEASE_STATUSES,
  type ReleaseStatus,
  type RevisionKey,
} from "./release.ts";

/** What can be told of a revision without reading its record. */
export interface RevisionEntry extends RevisionKey {
  /** State of the revision. */
  readonly status: ReleaseStatus;
  /** The user's labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** See {@linkcode Release.digest}. */
  readonly digest?: string | undefined;
  /** See {@linkcode Release.lock}. */
  readonly lock?: string | undefined;
  /** See {@linkcode Release.run}. */
  readonly run?: string | undefined;
  /** When the record was created, on the server's clock, as RFC 3339 text; absent where nobody says. */
  readonly created?: string | undefined;
}

/** Which revisions {@linkcode Storage.list} looks for. */
export interface ListQuery extends RequestOptions {
  /** One namespace. @default all */
  readonly namespace?: string | undefined;
  /** A label selector over the user's labels. */
  readonly selector?: string | undefined;
}

/**
 * Keeps release records. Listing reads metadata only; a record, which may be large, is read when it
 * is asked for.
 */
export interface Storage {
  /** The record, or `undefined` when there is none. */
  get(key: RevisionKey, options?: RequestOptions): Promise<Release | undefined>;
  /** Revisions of one release, oldest first. */
  history(
    release: { readonly namespace: string; readonly name: string },
    options?: RequestOptions,
  ): Promise<readonly RevisionEntry[]>;
  /** Revisions of all releases, in no order. */
  list(query?: ListQuery): Promise<readonly RevisionEntry[]>;
  /**
   * Reads all records of these states and hands each on as it comes, which for many is faster than
   * one by one. A storage that cannot leaves it out.
   */
  each?(
    query: ListQuery & { readonly statuses: readonly ReleaseStatus[] },
    take: (release: Release) => void,
  ): Promise<void>;
  /** Adds a revision. @throws {CapstanError} `release: already exists`, when it is there already. */
  create(release: Release, options?: RequestOptions): Promise<void>;
  /** Replaces a revision's record. */
  update(release: Release, options?: RequestOptions): Promise<void>;
  /** Removes a revision; `false` when there was none. */
  delete(key: RevisionKey, options?: RequestOptions): Promise<boolean>;
  /** Throws when the release is too large to be kept, before anything of it is applied. */
  check(release: Release): Promise<void>;
}

/** Labels that the record itself uses. */
export const SYSTEM_LABELS: readonly string[] = Object.freeze([
  "name",
  "owner",
  "status",
  "version",
  "createdAt",
  "modifiedAt",
]);

/** Where the digest is kept. */
export const DIGEST_ANNOTATION = "capstan/digest";

/** Where it is kept whose work an unsettled revision is. */
export const LOCK_ANNOTATION = "capstan/lock";
/** Where the id of the run is kept. */
export const RUN_ANNOTATION = "capstan/run";

/** Most bytes that a Secret or ConfigMap may hold (k8s.io/api/core/v1, MaxSecretSize). */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** The labels of a record that is written at `now`, in seconds since the epoch. */
export function recordLabels(
  release: Release,
  stamp: { readonly createdAt: number } | { readonly modifiedAt: number },
): Record<string, string> {
  return {
    ...Object.fromEntries(Object.entries(stamp).map(([name, at]) => [name, String(at)])),
    ...userLabels(release.labels),
    name: release.name,
    owner: "helm",
    status: release.info.status,
    version: String(release.revision),
  };
}

/** Labels without those that the record itself uses. */
export function userLabels(
  labels: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([name]) => !SYSTEM_LABELS.includes(name)),
  );
}

/** What a record's labels and annotations say; `undefined` when it is no record of Helm's. */
export function entryOf(metadata: {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly creationTimestamp?: string;
}): RevisionEntry | undefined {
  const { labels = {}, annotations = {}, namespace = "" } = metadata;
  const { name, owner, version, status } = labels;
  const revision = Number(version);
  if (owner !== "helm" || name === undefined || !Number.isInteger(revision)) return undefined;
  return {
    name,
    namespace,
    revision,
    status: RELEASE_STATUSES.find((known) => known === status) ?? "unknown",
    labels: userLabels(labels),
    digest: annotations[DIGEST_ANNOTATION],
    lock: annotations[LOCK_ANNOTATION],
    ...(annotations[RUN_ANNOTATION] === undefined ? {} : { run: annotations[RUN_ANNOTATION] }),
    ...(metadata.creationTimestamp === undefined ? {} : { created: metadata.creationTimestamp }),
  };
}

/** The annotations of a record. */
export function recordAnnotations({ digest, lock, run, info: { status } }: Release): {
  readonly annotations?: Readonly<Record<string, string>>;
} {
  const annotations = {
    ...(digest === undefined ? {} : { [DIGEST_ANNOTATION]: digest }),
    ...(lock === undefined || !isUnsettled(status) ? {} : { [LOCK_ANNOTATION]: lock }),
    ...(run === undefined ? {} : { [RUN_ANNOTATION]: run }),
  };
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** Oldest first. */
export function sortRevisions<T extends { readonly revision: number }>(entries: readonly T[]): T[] {
  return entries.toSorted((a, b) => a.revision - b.revision);
}

/** The error of a revision that somebody else has created. */
export function alreadyExists(key: RevisionKey, cause?: unknown): CapstanError {
  return new CapstanError("release: already exists", {
    code: "release/exists",
    hint:
      `somebody else has just written revision ${key.revision} of ${key.namespace}/${key.name}; run again`,
    cause,
  });
}

/** Throws when a record's text, and `spare` bytes for what it grows by, are too large to be kept. */
export function checkSize(key: RevisionKey, text: string, spare = 0): void {
  if (text.length + spare <= MAX_RECORD_BYTES) return;
  throw new CapstanError(
    `the record of release ${key.name} would be ${text.length} bytes, and the cluster keeps at most ` +
      `${MAX_RECORD_BYTES} in ${recordName(key)}`,
    {
      code: "release/too-large",
      hint: "the record holds the chart's files and the manifest: leave large files out of the " +
        "chart with .helmignore, or split the chart",
    },
  );
}
