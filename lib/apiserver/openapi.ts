/**
 * The OpenAPI documents that kubectl and helm look into before they write: which paths there are,
 * and that patches can ask for validation by the server.
 *
 * @module
 */
import { KUBERNETES_VERSION } from "./discovery.ts";
import type { JsonObject } from "./json.ts";
import { apiVersionOf, type Kinds, type Resource } from "./kinds.ts";

function documentPath({ group, version }: Pick<Resource, "group" | "version">): string {
  return group === "" ? `api/${version}` : `apis/${group}/${version}`;
}

/** `/openapi/v3`: one document for each group and version. */
export function openApiIndex(kinds: Kinds): JsonObject {
  const paths: JsonObject = {};
  for (const resource of kinds.all()) {
    const path = documentPath(resource);
    paths[path] = { serverRelativeURL: `/openapi/v3/${path}` };
  }
  return { paths };
}

/** `/openapi/v3/PATH`; `undefined` where nothing is served there. */
export function openApiDocument(kinds: Kinds, path: string): JsonObject | undefined {
  const resources = kinds.all().filter((resource) => documentPath(resource) === path);
  const [first] = resources;
  if (first === undefined) return undefined;
  const version = KUBERNETES_VERSION.gitVersion;
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version },
    paths: Object.fromEntries(resources.flatMap((resource) => pathsOf(path, resource))),
    components: { schemas: schemasOf(resources) },
  };
}

const parameter = (name: string) => ({ name, in: "query", schema: { type: "string" } });
const WRITE = ["dryRun", "fieldManager", "fieldValidation"].map(parameter);
const PATCH = [...WRITE, { name: "force", in: "query", schema: { type: "boolean" } }];
const RESPONSES = { 200: { description: "OK" } };

function pathsOf(base: string, resource: Resource): [string, JsonObject][] {
  const { group, version, kind, namespaced, plural, verbs } = resource;
  const collection = `/${base}/${namespaced ? "namespaces/{namespace}/" : ""}${plural}`;
  const gvk = { group, version, kind };
  const operation = (action: string, parameters: unknown[] = []) => ({
    operationId: `${action}${kind}`,
    parameters,
    responses: RESPONSES,
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": gvk,
  });
  if (!verbs.includes("patch")) return [[collection, { post: operation("post", WRITE) }]];
  return [
    [collection, {
      get: operation("list"),
      post: operation("post", WRITE),
      delete: operation("deletecollection"),
    }],
    [`${collection}/{name}`, {
      get: operation("get"),
      put: operation("put", WRITE),
      patch: operation("patch", PATCH),
      delete: operation("delete"),
    }],
  ];
}

/** Kinds without their fields: the server itself checks those. */
function schemasOf(resources: readonly Resource[]): JsonObject {
  return Object.fromEntries(resources.map((resource) => {
    const { group, version, kind } = resource;
    const name = `${apiVersionOf(resource).replaceAll("/", ".")}.${kind}`;
    return [name, {
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      "x-kubernetes-group-version-kind": [{ group, version, kind }],
    }];
  }));
}
