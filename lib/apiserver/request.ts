/**
 * What a request asks for: its URL taken apart, its body parsed.
 *
 * @module
 */
import type { WriteRequest } from "./admit.ts";
import { isObject, type JsonObject } from "./json.ts";
import type { Kinds, Resource } from "./kinds.ts";
import type { Removal } from "./objects.ts";
import { parseFieldSelector, parseLabelSelector, type Selector } from "./selectors.ts";
import { decodeProtobuf, isProtobuf } from "./protobuf.ts";
import {
  badRequest,
  invalidObject,
  noSuchResource,
  unsupported,
  unsupportedMediaType,
} from "./status.ts";

/** A request to a resource. */
export interface Target {
  readonly resource: Resource;
  /** `undefined`: all namespaces; empty for a cluster-scoped kind. */
  readonly namespace: string | undefined;
  /** Empty for the collection. */
  readonly name: string;
  /** Empty for the object itself. */
  readonly subresource: string;
}

/** Takes a path below `/api/v1` or `/apis/GROUP/VERSION` apart; throws a 404 StatusError. */
export function parseTarget(
  kinds: Kinds,
  gv: { readonly group: string; readonly version: string },
  parts: readonly string[],
): Target {
  const find = (plural: string) => {
    const resource = kinds.find(gv.group, gv.version, plural);
    if (resource === undefined) throw noSuchResource();
    return resource;
  };
  const inNamespace = parts[0] === "namespaces" && parts.length > 2 &&
    !(parts.length === 3 && ["status", "finalize"].includes(parts[2]!));
  const [plural, name = "", subresource = "", ...rest] = inNamespace ? parts.slice(2) : parts;
  if (plural === undefined || rest.length > 0) throw noSuchResource();
  const resource = find(plural);
  if (inNamespace !== resource.namespaced && (inNamespace || name !== "")) throw noSuchResource();
  const namespace = inNamespace ? parts[1]! : resource.namespaced ? undefined : "";
  return { resource, namespace, name, subresource };
}

/** Options of a write, from the query and the client's name. */
export function parseWrite(
  target: Target,
  query: URLSearchParams,
  { method, agent }: { readonly method: string; readonly agent: string },
): WriteRequest {
  const validation = query.get("fieldValidation");
  return {
    resource: target.resource,
    namespace: target.namespace ?? "",
    name: target.name,
    manager: query.get("fieldManager") || agent.split("/")[0]!.slice(0, 128) || "unknown",
    dryRun: parseDryRun(query.getAll("dryRun"), method),
    validation: validation === "Strict" || validation === "Ignore" ? validation : "Warn",
    subresource: target.subresource === "status" || target.subresource === "scale"
      ? target.subresource
      : "",
  };
}

const OPTIONS: Readonly<Record<string, string>> = {
  POST: "CreateOptions",
  PUT: "UpdateOptions",
  PATCH: "PatchOptions",
  DELETE: "DeleteOptions",
};

function parseDryRun(values: readonly string[], method: string): boolean {
  if (values.length === 0) return false;
  if (values.length === 1 && values[0] === "All") return true;
  const kind = OPTIONS[method] ?? "CreateOptions";
  const error = unsupported("dryRun", values, ["All"]);
  throw invalidObject({ group: "meta.k8s.io", kind }, "", [error]);
}

/** What to delete and how, from the query and the body. */
export function parseRemoval(query: URLSearchParams, body: JsonObject): Removal {
  const preconditions = isObject(body.preconditions) ? body.preconditions : {};
  const policy = query.get("propagationPolicy") ?? body.propagationPolicy;
  const grace = query.get("gracePeriodSeconds") ?? body.gracePeriodSeconds;
  const dryRun = [...query.getAll("dryRun"), ...(Array.isArray(body.dryRun) ? body.dryRun : [])];
  return {
    propagation: parsePolicy(policy, query.get("orphanDependents") ?? body.orphanDependents),
    uid: typeof preconditions.uid === "string" ? preconditions.uid : undefined,
    resourceVersion: typeof preconditions.resourceVersion === "string"
      ? preconditions.resourceVersion
      : undefined,
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    dryRun: parseDryRun(dryRun.map(String), "DELETE"),
  };
}

function parsePolicy(policy: unknown, orphan: unknown): Removal["propagation"] {
  if (policy === "Background" || policy === "Foreground" || policy === "Orphan") return policy;
  if (policy !== undefined && policy !== null) {
    const supported = ["Foreground", "Background", "Orphan", "nil"];
    throw invalidObject({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
      unsupported("propagationPolicy", policy, supported),
    ]);
  }
  if (String(orphan) === "true") return "Orphan";
  return String(orphan) === "false" ? "Background" : undefined;
}

/** Selectors of a list or watch. */
export function parseSelector(query: URLSearchParams, kind: string): Selector {
  return {
    labels: parseLabelSelector(query.get("labelSelector") ?? ""),
    fields: parseFieldSelector(query.get("fieldSelector") ?? "", kind),
  };
}

/** Whether a flag such as `watch` is set. */
export function isSet(query: URLSearchParams, name: string): boolean {
  return ["1", "true", ""].includes(query.get(name) ?? "false");
}

/** Whether the client asks for metadata alone. */
export function wantsMetadata(accept: string | null): boolean {
  return accept !== null && /;\s*as=PartialObjectMetadata(List)?\b/.test(accept);
}

/** Parses a body in JSON, YAML or protobuf; an empty one is an empty object. Throws a 400 StatusError. */
export async function parseBody(request: Request): Promise<unknown> {
  const bytes = await request.bytes();
  if (bytes.length === 0) return {};
  if (isProtobuf(bytes)) return decodeProtobuf(bytes) ?? refuseProtobuf();
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    const type = request.headers.get("content-type") ?? "";
    if (!type.includes("yaml")) {
      throw badRequest(
        `couldn't get version/kind; json parse error: ${(error as Error).message}`,
      );
    }
    return await parseYaml(text);
  }
}

function refuseProtobuf(): never {
  throw unsupportedMediaType(["application/json", "application/yaml"]);
}

/** YAML is for people with curl: clients send JSON, which is YAML too. */
async function parseYaml(text: string): Promise<unknown> {
  const yaml = await import("../yaml/parse.ts");
  try {
    return yaml.parseYaml(text);
  } catch (error) {
    throw badRequest((error as Error).message);
  }
}

/** The same, where nothing but an object will do. */
export async function parseObject(request: Request): Promise<JsonObject> {
  const body = await parseBody(request);
  if (!isObject(body)) throw badRequest("the object provided is unrecognized: expected an object");
  return body;
}
