/**
 * HTTP: which path and method does what, and how the answer looks.
 *
 * @module
 */
import {
  type Call,
  json,
  JSON_HEADERS,
  PageNotFound,
  type Routes,
  writeOf,
  written,
} from "./answer.ts";
import { aggregated, coreVersions, group, groupList } from "./discovery.ts";
import { KUBERNETES_VERSION, resourceList } from "./discovery.ts";
import type { Verdict } from "./faults.ts";
import { isObject, type JsonObject } from "./json.ts";
import { apiVersionOf } from "./kinds.ts";
import { list, select } from "./list.ts";
import { metadataOnly } from "./objects.ts";
import { openApiDocument, openApiIndex } from "./openapi.ts";
import { jsonPatch, mergePatch } from "./patch.ts";
import {
  isSet,
  parseBody,
  parseObject,
  parseRemoval,
  parseSelector,
  parseTarget,
  type Target,
  wantsMetadata,
} from "./request.ts";
import {
  internal,
  invalidObject,
  methodNotAllowed,
  noSuchResource,
  required,
  StatusError,
  unsupportedMediaType,
} from "./status.ts";
import { strategicPatch } from "./strategic.ts";
import { subresource } from "./subresources.ts";

/** Answers a request. Throws StatusErrors. */
export function route(
  routes: Routes,
  request: Request,
  { url, verdict }: { readonly url: URL; readonly verdict: Verdict | undefined },
): Promise<Response> | Response {
  const parts = url.pathname.split("/").filter((part) => part !== "").map(decodeURIComponent);
  const fixed = routeFixed(routes, request, parts, url);
  if (fixed !== undefined) return fixed;
  const core = parts[0] === "api";
  const [groupName, version, rest] = core
    ? ["", parts[1]!, parts.slice(2)]
    : [parts[1]!, parts[2]!, parts.slice(3)];
  const gv = { group: groupName, version };
  const { kinds } = routes.objects;
  if (rest.length === 0) {
    return json(resourceList(kinds, groupName, version) ?? notThere());
  }
  if (!kinds.hasVersion(groupName, version)) throw new PageNotFound();
  const target = parseTarget(kinds, gv, rest);
  return dispatch({ routes, request, query: url.searchParams, target, verdict });
}

function notThere(): never {
  throw new PageNotFound();
}

/** Discovery and health; `undefined` for paths of resources. */
function routeFixed(
  { objects: { kinds } }: Routes,
  request: Request,
  parts: readonly string[],
  url: URL,
): Response | undefined {
  const [first, second] = parts;
  if (first === "api" || first === "apis") {
    if (parts.length === 1) {
      const core = first === "api";
      if (wantsAggregated(request)) return aggregatedResponse(aggregated(kinds, core));
      return json(core ? coreVersions(url.host) : groupList(kinds));
    }
    if (first === "apis" && parts.length === 2) return json(group(kinds, second!) ?? notThere());
    return undefined;
  }
  if (parts.length === 0) return json({ paths: ["/api", "/api/v1", "/apis", "/version"] });
  if (first === "openapi" && second === "v3") {
    const path = parts.slice(2).join("/");
    return json((path === "" ? openApiIndex(kinds) : openApiDocument(kinds, path)) ?? notThere());
  }
  if (first === "version") return json(KUBERNETES_VERSION);
  if (["healthz", "livez", "readyz"].includes(first!)) return new Response("ok");
  throw new PageNotFound();
}

function wantsAggregated(request: Request): boolean {
  return /as=APIGroupDiscoveryList/.test(request.headers.get("accept") ?? "");
}

function aggregatedResponse(value: JsonObject): Response {
  const response = json(value);
  const type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  response.headers.set("content-type", type);
  return response;
}

function dispatch(call: Call): Promise<Response> | Response {
  const { target, request } = call;
  if (target.subresource !== "" && target.subresource !== "status") return subresource(call);
  if (target.subresource === "status" && !target.resource.subresources.includes("status")) {
    throw noSuchResource();
  }
  if (!isSupported(target, request.method)) throw methodNotAllowed();
  switch (request.method) {
    case "GET":
      return target.name === "" ? getCollection(call) : getOne(call);
    case "POST":
      return create(call);
    case "PUT":
      return replace(call);
    case "PATCH":
      return patch(call);
    default:
      return target.name === "" ? removeCollection(call) : remove(call);
  }
}

function isSupported({ resource, namespace, name, subresource }: Target, method: string): boolean {
  const { verbs, namespaced } = resource;
  const whole = namespaced && namespace === undefined;
  switch (method) {
    case "GET":
      return verbs.includes("get");
    case "POST":
      return name === "" && !whole && subresource === "" && verbs.includes("create");
    case "PUT":
    case "PATCH":
      return name !== "" && verbs.includes("update");
    case "DELETE":
      if (subresource !== "" || whole) return false;
      return verbs.includes(name === "" ? "deletecollection" : "delete");
    default:
      return false;
  }
}

function getOne({ routes, request, target }: Call): Response {
  const { resource, namespace = "", name } = target;
  const object = routes.objects.get(resource, namespace, name);
  return json(wantsMetadata(request.headers.get("accept")) ? metadataOnly(object) : object);
}

function getCollection({ routes, request, query, target, verdict }: Call): Response {
  const { resource, namespace } = target;
  const { store } = routes.objects;
  const selector = parseSelector(query, resource.kind);
  const metadata = wantsMetadata(request.headers.get("accept"));
  const since = parseVersion(query.get("resourceVersion"));
  if (!isSet(query, "watch")) {
    if (since > store.version) throw tooLarge(since, store.version);
    const limit = Number(query.get("limit") ?? 0);
    const token = query.get("continue") ?? "";
    return json(
      list(store, {
        resource,
        namespace,
        selector,
        limit,
        continue: token,
        metadataOnly: metadata,
      }),
    );
  }
  const timeout = query.get("timeoutSeconds");
  const stream = routes.watches.open({
    resource,
    namespace,
    selector,
    since: since === 0 ? undefined : since,
    bookmarks: isSet(query, "allowWatchBookmarks"),
    metadataOnly: metadata,
    timeoutSeconds: timeout === null ? undefined : Number(timeout),
    cutAfter: verdict?.cutAfter,
  });
  return new Response(stream, { headers: JSON_HEADERS });
}

function parseVersion(text: string | null): number {
  if (text === null || text === "") return 0;
  if (/^\d+$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  throw internal(
    `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`,
  );
}

function tooLarge(asked: number, current: number): StatusError {
  const message = `Timeout: Too large resource version: ${asked}, current: ${current}`;
  return new StatusError(504, "Timeout", message, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  });
}

async function create(call: Call): Promise<Response> {
  const { target, routes } = call;
  const write = writeOf(call);
  const body = await parseObject(call.request);
  if (target.resource.verbs.length === 1) return json(review(call, body), 201);
  return written(routes.objects.create(write, body));
}

/** Everybody may do everything on a rehearsal cluster. */
function review({ target: { resource } }: Call, body: JsonObject): JsonObject {
  const user = { username: "rehearsal", groups: ["system:masters", "system:authenticated"] };
  const rules = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
  const status = resource.kind.endsWith("AccessReview")
    ? { allowed: true }
    : resource.kind === "TokenReview"
    ? { authenticated: true, user }
    : resource.kind === "SelfSubjectRulesReview"
    ? { resourceRules: rules, nonResourceRules: [], incomplete: false }
    : { userInfo: user };
  return { ...body, kind: resource.kind, apiVersion: apiVersionOf(resource), status };
}

async function replace(call: Call): Promise<Response> {
  const write = writeOf(call);
  return written(call.routes.objects.replace(write, await parseObject(call.request)));
}

const PATCH_TYPES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];

async function patch(call: Call): Promise<Response> {
  const { routes, request, target } = call;
  const type = (request.headers.get("content-type") ?? "").split(";")[0]!.trim();
  const accepted = PATCH_TYPES.filter((one) =>
    !target.resource.custom || !one.includes("strategic")
  );
  if (!PATCH_TYPES.includes(type)) {
    throw new StatusError(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  }
  if (!accepted.includes(type)) throw unsupportedMediaType(accepted);
  const write = writeOf(call);
  if (type.includes("apply")) return await apply(call, write);
  const body = await parseBody(request);
  return written(routes.objects.patch(write, (present) => change(call, type, present, body)));
}

function change(call: Call, type: string, present: JsonObject, body: unknown): JsonObject {
  const { schema } = call.target.resource;
  if (type.includes("json-patch")) return jsonPatch(present, body);
  if (!isObject(body)) {
    throw new StatusError(400, "BadRequest", "error decoding patch: not an object");
  }
  const patched = type.includes("strategic")
    ? strategicPatch(schema, present, body)
    : mergePatch(present, body);
  return isObject(patched) ? patched : {};
}

async function apply(call: Call, write: ReturnType<typeof writeOf>): Promise<Response> {
  const { routes, request, query } = call;
  if (!query.get("fieldManager")) {
    const error = required("fieldManager", "is required for apply patch");
    throw invalidObject({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [error]);
  }
  const config = await parseObject(request);
  return written(routes.objects.apply(write, config, isSet(query, "force")));
}

async function remove({ routes, request, query, target }: Call): Promise<Response> {
  const { resource, namespace = "", name } = target;
  const removal = parseRemoval(query, await parseObject(request));
  const location = { storage: resource.storage, namespace, name };
  const { object, gone, warnings } = routes.objects.remove(resource, location, removal);
  if (!gone) return json(object, 200, warnings);
  const { group, plural } = resource;
  const details = { name, ...(group !== "" && { group }), kind: plural, uid: object.metadata.uid };
  const status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
  return json(status, 200, warnings);
}

async function removeCollection({ routes, request, query, target }: Call): Promise<Response> {
  const { resource, namespace } = target;
  const { objects } = routes;
  const removal = parseRemoval(query, await parseObject(request));
  const selector = parseSelector(query, resource.kind);
  const found = select(objects.store, { resource, namespace, selector });
  for (const { metadata } of found) {
    const location = {
      storage: resource.storage,
      namespace: metadata.namespace ?? "",
      name: metadata.name,
    };
    objects.remove(resource, location, removal);
  }
  return json({
    kind: resource.listKind,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(objects.store.version) },
    items: found,
  });
}
