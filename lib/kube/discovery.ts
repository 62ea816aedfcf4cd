/**
 * What kinds a cluster serves.
 *
 * Two requests where the server aggregates (Kubernetes 1.26 and later; KEP-3352), else one for each
 * group and version.
 *
 * @module
 */

import { PromisedKinds } from "./definitions.ts";
import { ApiError } from "./errors.ts";
import { formatApiVersion } from "./resource.ts";
import { pause } from "./retry.ts";
import type { Answer, ApiRequest } from "./transport.ts";
import type { ApiResource } from "./types.ts";

/** What a cluster serves, at one moment. */
export interface Served {
  readonly resources: readonly ApiResource[];
  /** `group/version` and `group/version/Kind`, as in Helm's `.Capabilities.APIVersions`. */
  readonly apiVersions: readonly string[];
  /** By apiVersion and kind. */
  readonly byKind: ReadonlyMap<string, ApiResource>;
}

/** Sends one request. */
export type Send = (request: ApiRequest) => Promise<Answer>;

/** One group and version, in either form of discovery. */
interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly resources: readonly ApiResource[];
  /** Kinds of resources and of their subresources. */
  readonly kinds: readonly string[];
}

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const ACCEPT =
  `${AGGREGATED},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json`;

/** One of the two roots, as last seen; the tag makes asking again cheap. */
interface Root {
  readonly etag: string | undefined;
  readonly versions: readonly ServedVersion[];
}

/** How long a kind whose definition was written is looked for, in milliseconds. */
export interface Patience {
  /** Between two looks. @default {100} */
  readonly pause: number;
  /** Of all looks together. @default {10_000} */
  readonly limit: number;
}

const PATIENCE: Patience = { pause: 100, limit: 10_000 };

/** Fetches what is served once, and shares it. */
export class Discovery {
  /** Kinds that are to come, as whoever writes their definitions says. */
  readonly promised: PromisedKinds = new PromisedKinds();
  readonly #send: Send;
  readonly #patience: Patience;
  readonly #roots = new Map<string, Root>();
  #served: Promise<Served> | undefined;
  #arrived = false;

  constructor(send: Send, patience: Patience = PATIENCE) {
    this.#send = send;
    this.#patience = patience;
  }

  /** What is served, fetched when it is not known. */
  served(signal?: AbortSignal): Promise<Served> {
    if (this.#served === undefined) this.#fetch();
    return abortable(this.#served!, signal);
  }

  /**
   * The resource of a kind. One that is not known is looked for again, since another release may
   * have brought its CRD; a fetch under way when that is found out is shared. One that is promised
   * is looked for until the server lists it.
   */
  async resourceFor(
    apiVersion: string,
    kind: string,
    signal?: AbortSignal,
  ): Promise<ApiResource | undefined> {
    const key = `${apiVersion}/${kind}`;
    const fresh = this.#served === undefined;
    let found = (await this.served(signal)).byKind.get(key);
    if (found === undefined && !fresh) found = await this.#again(key, signal);
    const { pause: interval, limit } = this.#patience;
    for (let waited = 0; !found && this.promised.has(key); waited += interval) {
      if (waited >= limit) this.promised.giveUp(key);
      await pause(interval, signal);
      found = await this.#again(key, signal);
    }
    return found;
  }

  /** Looks for a kind in what is served now, together with others who do. */
  async #again(key: string, signal: AbortSignal | undefined): Promise<ApiResource | undefined> {
    if (this.#arrived) this.forget();
    return (await this.served(signal)).byKind.get(key);
  }

  /** Drops what is known. The next answer is asked for anew, with the tags of the last. */
  forget(): void {
    this.#served = undefined;
    this.#arrived = false;
  }

  /** Not bound to the signal of whoever asks first, as others share the result. */
  #fetch(): void {
    const served = Promise.all([this.#root("/api"), this.#root("/apis")])
      .then(([core, groups]) => index([...core, ...groups]));
    this.#served = served;
    this.#arrived = false;
    served.then(
      () => {
        if (this.#served === served) this.#arrived = true;
      },
      () => {
        if (this.#served === served) this.#served = undefined;
      },
    );
  }

  async #root(path: "/api" | "/apis"): Promise<readonly ServedVersion[]> {
    const last = this.#roots.get(path);
    const headers: Record<string, string> = { accept: ACCEPT };
    if (last?.etag !== undefined) headers["if-none-match"] = last.etag;
    const answer = await this.#send({ method: "GET", path, headers, accept: [304] });
    if (answer.status === 304) return last!.versions;
    const versions = answer.headers.get("content-type")?.includes("APIGroupDiscoveryList")
      ? readAggregated(JSON.parse(answer.body))
      : await this.#classic(path, JSON.parse(answer.body));
    const etag = answer.headers.get("etag") ?? undefined;
    this.#roots.set(path, { etag, versions });
    return versions;
  }

  /** Before 1.26: the root only names groups and versions, each of which has its own list. */
  async #classic(path: string, root: ClassicRoot): Promise<readonly ServedVersion[]> {
    const named = root.versions?.map((version) => ({ group: "", version })) ??
      (root.groups ?? []).flatMap((group) =>
        preferredFirst(group).map(({ version }) => ({ group: group.name, version }))
      );
    return await Promise.all(named.map(async ({ group, version }) => {
      const where = group === "" ? `${path}/${version}` : `${path}/${group}/${version}`;
      try {
        const { body } = await this.#send({ method: "GET", path: where });
        return readClassic(group, version, JSON.parse(body).resources ?? []);
      } catch (error) {
        // One broken aggregated API must not hide all the others.
        if (error instanceof ApiError && error.status >= 404) {
          return { group, version, resources: [], kinds: [] };
        }
        throw error;
      }
    }));
  }
}

function index(versions: readonly ServedVersion[]): Served {
  const resources = versions.flatMap((one) => one.resources);
  const byKind = new Map<string, ApiResource>();
  const names = new Set<string>();
  for (const { group, version, kinds } of versions) {
    const apiVersion = formatApiVersion(group, version);
    names.add(apiVersion);
    for (const kind of kinds) names.add(`${apiVersion}/${kind}`);
  }
  for (const resource of resources) {
    const key = `${formatApiVersion(resource.group, resource.version)}/${resource.kind}`;
    if (!byKind.has(key)) byKind.set(key, resource);
  }
  return { resources, byKind, apiVersions: [...names] };
}

/** `APIGroupDiscoveryList` of apidiscovery.k8s.io v2 (and v2beta1, which has the same shape). */
interface Aggregated {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly AggregatedResource[];
    }[];
  }[];
}

interface AggregatedResource {
  readonly resource: string;
  readonly responseKind?: { readonly kind?: string } | null;
  readonly scope: "Namespaced" | "Cluster";
  readonly verbs?: readonly string[];
  readonly subresources?: readonly { readonly responseKind?: { readonly kind?: string } | null }[];
}

function readAggregated(list: Aggregated): ServedVersion[] {
  return (list.items ?? []).flatMap((item) => {
    const group = item.metadata?.name ?? "";
    return (item.versions ?? []).map(({ version, resources }) =>
      readVersion(group, version, resources ?? [])
    );
  });
}

function readVersion(
  group: string,
  version: string,
  served: readonly AggregatedResource[],
): ServedVersion {
  const resources: ApiResource[] = [];
  const kinds: string[] = [];
  for (const { resource: plural, responseKind, scope, verbs = [], subresources = [] } of served) {
    const kind = responseKind?.kind;
    if (kind) {
      kinds.push(kind);
      resources.push({ group, version, kind, plural, namespaced: scope === "Namespaced", verbs });
    }
    for (const sub of subresources) if (sub.responseKind?.kind) kinds.push(sub.responseKind.kind);
  }
  return { group, version, resources, kinds };
}

/** `APIVersions` (of /api) or `APIGroupList` (of /apis). */
interface ClassicRoot {
  readonly versions?: readonly string[];
  readonly groups?: readonly ClassicGroup[];
}

interface ClassicGroup {
  readonly name: string;
  readonly versions: readonly { readonly version: string }[];
  readonly preferredVersion?: { readonly version: string };
}

interface ClassicResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs?: readonly string[];
}

function preferredFirst(group: ClassicGroup): readonly { readonly version: string }[] {
  const preferred = group.preferredVersion?.version;
  return [...group.versions].sort((a, b) =>
    Number(b.version === preferred) - Number(a.version === preferred)
  );
}

function readClassic(
  group: string,
  version: string,
  served: readonly ClassicResource[],
): ServedVersion {
  const resources = served.filter(({ name }) => !name.includes("/")).map((
    { name: plural, kind, namespaced, verbs = [] },
  ) => ({ group, version, kind, plural, namespaced, verbs }));
  return { group, version, resources, kinds: served.map(({ kind }) => kind) };
}

/** The same promise, given up when the signal aborts. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const aborted = () => reject(signal.reason);
    signal.addEventListener("abort", aborted, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", aborted));
  });
}
