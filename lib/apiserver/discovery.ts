/**
 * What the server says it serves: `/api`, `/apis`, their groups and versions, in the aggregated
 * and in the classic form.
 *
 * @module
 */
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Kinds, type Resource, type Subresource } from "./kinds.ts";

/** The version of Kubernetes whose behaviour the rehearsal cluster follows. */
export const KUBERNETES_VERSION: JsonObject = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3",
  gitCommit: "",
  gitTreeState: "clean",
  buildDate: "1970-01-01T00:00:00Z",
  goVersion: "go1.26.8",
  compiler: "gc",
  platform: "linux/amd64",
};

const STATUS_VERBS = ["get", "patch", "update"];

const SUBRESOURCES: Readonly<
  Record<
    Subresource,
    { readonly gvk?: readonly [string, string, string]; readonly verbs: string[] }
  >
> = {
  status: { verbs: STATUS_VERBS },
  scale: { gvk: ["autoscaling", "v1", "Scale"], verbs: STATUS_VERBS },
  log: { verbs: ["get"] },
  eviction: { gvk: ["policy", "v1", "Eviction"], verbs: ["create"] },
  binding: { gvk: ["", "v1", "Binding"], verbs: ["create"] },
  token: { gvk: ["authentication.k8s.io", "v1", "TokenRequest"], verbs: ["create"] },
  finalize: { verbs: ["update"] },
  approval: { verbs: STATUS_VERBS },
};

interface Group {
  readonly name: string;
  /** Version and its resources, the preferred one first. */
  readonly versions: Map<string, Resource[]>;
}

function groupsOf(kinds: Kinds): Group[] {
  const groups = new Map<string, Group>();
  for (const resource of kinds.all()) {
    const { group, version } = resource;
    const known = groups.get(group) ?? { name: group, versions: new Map() };
    groups.set(group, known);
    known.versions.set(version, [...known.versions.get(version) ?? [], resource]);
  }
  return [...groups.values()].map(({ name, versions }) => ({
    name,
    versions: new Map([...versions].sort(([a], [b]) => compareVersions(a, b))),
  }));
}

/** Kubernetes' order: stable before beta before alpha, higher before lower, others by name. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) {
    if (left === right) return a < b ? -1 : a > b ? 1 : 0;
    return left === undefined ? 1 : -1;
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

function parseVersion(text: string): { stage: number; major: number; minor: number } | undefined {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const stage = match[2] === undefined ? 2 : match[2] === "beta" ? 1 : 0;
  return { stage, major: Number(match[1]), minor: Number(match[3] ?? 0) };
}

/** `APIGroupDiscoveryList` of the core group or of all others. */
export function aggregated(kinds: Kinds, core: boolean): JsonObject {
  const groups = groupsOf(kinds).filter(({ name }) => (name === "") === core);
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: "apidiscovery.k8s.io/v2",
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: name === "" ? {} : { name },
      versions: [...versions].map(([version, resources]) => ({
        version,
        resources: resources.map(discovered),
        freshness: "Current",
      })),
    })),
  };
}

function discovered(resource: Resource): JsonObject {
  const { group, version, kind, plural, singular, namespaced, verbs } = resource;
  const { shortNames, categories, subresources } = resource;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((name) => {
        const { gvk = [group, version, kind], verbs } = SUBRESOURCES[name];
        const responseKind = { group: gvk[0], version: gvk[1], kind: gvk[2] };
        return { subresource: name, responseKind, verbs };
      }),
    }),
  };
}

/** `/api`. */
export function coreVersions(host: string): JsonObject {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: host }],
  };
}

/** `/apis`. */
export function groupList(kinds: Kinds): JsonObject {
  const groups = groupsOf(kinds).filter(({ name }) => name !== "").map(describe);
  return { kind: "APIGroupList", apiVersion: "v1", groups };
}

/** `/apis/GROUP`; `undefined` where nothing of the group is served. */
export function group(kinds: Kinds, name: string): JsonObject | undefined {
  const found = groupsOf(kinds).find((group) => group.name === name && name !== "");
  return found && { kind: "APIGroup", apiVersion: "v1", ...describe(found) };
}

function describe({ name, versions }: Group): JsonObject {
  const list = [...versions.keys()].map((version) => ({
    groupVersion: `${name}/${version}`,
    version,
  }));
  return { name, versions: list, preferredVersion: list[0] };
}

/** `/api/v1` or `/apis/GROUP/VERSION`; `undefined` where it is not served. */
export function resourceList(kinds: Kinds, group: string, version: string): JsonObject | undefined {
  const found = kinds.all().filter((kind) => kind.group === group && kind.version === version);
  if (found.length === 0) return undefined;
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: apiVersionOf({ group, version }),
    resources: found.flatMap(listed),
  };
}

function listed(resource: Resource): JsonObject[] {
  const { kind, plural, singular, namespaced, verbs, shortNames, categories } = resource;
  const main = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const parts = resource.subresources.map((name) => {
    const { gvk, verbs } = SUBRESOURCES[name];
    const version = gvk && { group: gvk[0], version: gvk[1] };
    return {
      name: `${plural}/${name}`,
      singularName: "",
      namespaced,
      ...version,
      kind: gvk?.[2] ?? kind,
      verbs,
    };
  });
  return [main, ...parts];
}
