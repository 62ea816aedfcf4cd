/**
 * Reading what is known of releases: one revision, the history of one, the list of all.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { RequestOptions } from "../kube/types.ts";
import type { Release, ReleaseStatus, RevisionKey } from "../release/release.ts";
import type { RevisionEntry, Storage } from "../release/storage.ts";
import { compareStrings } from "../template/value.ts";
import { elsewhere, ReleaseNotFoundError } from "./errors.ts";
import { checkReleaseName } from "./release_name.ts";

/** What reading works with; an {@linkcode ActionContext} is one. */
export interface ReadContext {
  /** Where the release records are kept. */
  readonly storage: Storage;
}

/** Names a release, and which of its revisions is meant. */
export interface ReadRequest extends RequestOptions {
  /** The release's name. */
  readonly name: string;
  /** The release's namespace. */
  readonly namespace: string;
  /** Which revision. @default the last one */
  readonly revision?: number | undefined;
}

/**
 * A revision of a release, the last one unless told otherwise.
 *
 * @throws {ReleaseNotFoundError} `release: not found`.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, getRelease, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * await deploy({ name: "web", namespace: "default", chart }, context);
 * const { info } = await getRelease({ name: "web", namespace: "default" }, context);
 * api.close();
 * await cluster.close();
 * if (info.description !== "Install complete") throw info;
 * ```
 */
export async function getRelease(request: ReadRequest, context: ReadContext): Promise<Release> {
  const { name, namespace, signal } = request;
  checkReleaseName(name, "releaseContent: Release name", ReleaseNotFoundError);
  const revision = request.revision || (await entriesOf(request, context)).at(-1)!.revision;
  const found = await context.storage.get({ name, namespace, revision }, { signal });
  if (found !== undefined) return found;
  if (request.revision === undefined) throw notFound(request);
  throw new ReleaseNotFoundError("release: not found", name, {
    hint:
      `is there a revision ${revision} of it? \`capstan history ${name} -n ${namespace}\` shows those that are kept`,
  });
}

/** Options of {@linkcode releaseHistory}. */
export interface HistoryRequest extends Omit<ReadRequest, "revision"> {
  /** Most revisions, the newest of them. @default {256} */
  readonly max?: number | undefined;
}

/**
 * The revisions of a release, oldest first.
 *
 * @throws {ReleaseNotFoundError} `release: not found`.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, releaseHistory, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * await deploy(web, context);
 * await deploy({ ...web, values: { replicas: 2 } }, context);
 * const history = await releaseHistory(web, context);
 * api.close();
 * await cluster.close();
 * if (history.map(({ info }) => info.status).join() !== "superseded,deployed") throw history;
 * ```
 */
export async function releaseHistory(
  request: HistoryRequest,
  context: ReadContext,
): Promise<Release[]> {
  const { max = 256, signal } = request;
  checkReleaseName(request.name, "release name", ReleaseNotFoundError);
  const entries = await entriesOf(request, context);
  return await readAll(context, max > 0 ? entries.slice(-max) : entries, { signal });
}

/** Options of {@linkcode listReleases}. */
export interface ListRequest extends RequestOptions {
  /** One namespace. @default all */
  readonly namespace?: string | undefined;
  /** States that are listed; the last revision counts. @default all */
  readonly statuses?: readonly ReleaseStatus[] | undefined;
  /** Label selector over the records' own labels. */
  readonly selector?: string | undefined;
  /** Only names that it accepts. */
  readonly filter?: ((name: string) => boolean) | undefined;
  /** By name, or by the time of the last change, oldest first. @default {"name"} */
  readonly sort?: "name" | "date" | undefined;
  /** The other way round. @default {false} */
  readonly reverse?: boolean | undefined;
  /** Most releases, after `offset` of them were left out; 0 is no limit. @default {256} */
  readonly max?: number | undefined;
  /** Releases left out at the beginning of the list. @default {0} */
  readonly offset?: number | undefined;
}

/**
 * The last revision of each release. Only those that are listed are read whole.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, listReleases, secretStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: secretStorage(api) };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * await deploy({ name: "web", namespace: "default", chart }, context);
 * const releases = await listReleases({}, context);
 * api.close();
 * await cluster.close();
 * if (releases.length !== 1) throw releases;
 * ```
 */
export async function listReleases(
  request: ListRequest,
  context: ReadContext,
): Promise<Release[]> {
  return await listAs(request, context, (release) => release);
}

/** What `pick` makes of each release that {@linkcode listReleases} finds; nothing else is kept. */
export async function listAs<T>(
  request: ListRequest,
  context: ReadContext,
  pick: (release: Release) => T,
): Promise<T[]> {
  const { namespace, selector, statuses, filter = () => true, signal } = request;
  const [entries, labelled] = await Promise.all([
    context.storage.list({ namespace, signal }),
    selector ? context.storage.list({ namespace, selector, signal }) : undefined,
  ]);
  // Which revision is the last is not for the labels to say.
  const named = labelled && new Set(labelled.map(keyOf));
  const wanted = latestOf(entries, statuses)
    .filter((entry) => named?.has(keyOf(entry)) ?? true)
    .filter(({ name }) => filter(name))
    .filter(({ status }) => statuses === undefined || statuses.includes(status));
  const { sort = "name", reverse = false, max = 256, offset = 0 } = request;
  const window = <T>(list: readonly T[]) => list.slice(offset, max > 0 ? offset + max : undefined);
  const direction = reverse ? -1 : 1;
  if (sort === "name") {
    const sorted = wanted.toSorted((a, b) =>
      direction * compareStrings(a.name, b.name) || compareStrings(a.namespace, b.namespace)
    );
    return await readMany(context, window(sorted), { among: entries, request, pick });
  }
  const dated = await readMany(context, wanted, {
    among: entries,
    request,
    pick: (release) => ({
      at: Date.parse(release.info.lastDeployed ?? "") || 0,
      picked: pick(release),
    }),
  });
  const sorted = dated.sort((a, b) => direction * (a.at - b.at));
  return window(sorted).map(({ picked }) => picked);
}

interface Many<T> {
  /** All that the storage has told of. */
  readonly among: readonly RevisionEntry[];
  readonly request: ListRequest;
  readonly pick: (release: Release) => T;
}

/** From this many on, records are read together. */
const MANY = 32;

/** The records of these revisions, read together where that is not much more than asked for. */
async function readMany<T>(
  context: ReadContext,
  entries: readonly RevisionEntry[],
  { among, request: { namespace, selector, signal }, pick }: Many<T>,
): Promise<T[]> {
  const statuses = [...new Set(entries.map(({ status }) => status))];
  const read = among.filter(({ status }) => statuses.includes(status)).length;
  if (context.storage.each === undefined || entries.length < MANY || read > 2 * entries.length) {
    return (await readAll(context, entries, { signal })).map(pick);
  }
  const wanted = new Set(entries.map(keyOf));
  const found = new Map<string, T>();
  await context.storage.each({ namespace, selector, statuses, signal }, (release) => {
    const name = keyOf(release);
    if (wanted.has(name)) found.set(name, pick(release));
  });
  // Those that have changed their state meanwhile are read by themselves.
  const rest = entries.filter((entry) => !found.has(keyOf(entry)));
  for (const release of await readAll(context, rest, { signal })) {
    found.set(keyOf(release), pick(release));
  }
  return entries.map(keyOf).filter((name) => found.has(name)).map((name) => found.get(name)!);
}

function keyOf({ namespace, name, revision }: RevisionKey): string {
  return `${namespace}/${name}/${revision}`;
}

/** The last revision of each; all of them where only superseded ones are asked for. */
function latestOf(
  entries: readonly RevisionEntry[],
  statuses: readonly ReleaseStatus[] | undefined,
): RevisionEntry[] {
  if (statuses?.length === 1 && statuses[0] === "superseded") return [...entries];
  const latest = new Map<string, RevisionEntry>();
  for (const entry of entries) {
    const key = `${entry.namespace}/${entry.name}`;
    if ((latest.get(key)?.revision ?? 0) < entry.revision) latest.set(key, entry);
  }
  return [...latest.values()];
}

/** The records of these revisions; those that vanish meanwhile are left out. */
async function readAll(
  { storage }: ReadContext,
  entries: readonly RevisionEntry[],
  { signal }: RequestOptions,
): Promise<Release[]> {
  const read = await Promise.all(entries.map(async (entry) => {
    try {
      return await storage.get(entry, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      const { name, namespace, revision } = entry;
      throw new CapstanError(
        `cannot read revision ${revision} of ${namespace}/${name}: ${messageOf(error)}`,
        {
          code: error instanceof CapstanError ? error.code : "release/corrupt",
          hint: error instanceof CapstanError ? error.hint : undefined,
          cause: error,
        },
      );
    }
  }));
  return read.filter((release) => release !== undefined);
}

async function entriesOf(
  request: Pick<ReadRequest, "name" | "namespace" | "signal">,
  { storage }: ReadContext,
): Promise<readonly RevisionEntry[]> {
  const { name, namespace, signal } = request;
  const entries = await storage.history({ name, namespace }, { signal });
  if (entries.length === 0) throw notFound(request);
  return entries;
}

function notFound({ name, namespace }: Pick<ReadRequest, "name" | "namespace">) {
  return new ReleaseNotFoundError("release: not found", name, elsewhere(namespace));
}
