/**
 * Parts of an object that have a URL of their own, apart from status.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { type Call, json, writeOf, written } from "./answer.ts";
import { at, clone, type JsonObject } from "./json.ts";
import { jsonPatch, mergePatch } from "./patch.ts";
import { parseBody, parseObject } from "./request.ts";
import { scaleOf, withScale } from "./scale.ts";
import { methodNotAllowed, noSuchResource } from "./status.ts";

/** Answers a request to a subresource. Throws StatusErrors. */
export async function subresource(call: Call): Promise<Response> {
  const { routes: { objects, logs }, request, query, target } = call;
  const { resource, namespace = "", name } = target;
  const { method } = request;
  const served = resource.subresources.find((one) => one === target.subresource);
  if (served === undefined) throw noSuchResource();
  const object = objects.get(resource, namespace, name);
  if (served === "scale") return scale(call, object);
  if (served === "log" && method === "GET") {
    return new Response(logs(object, query), { headers: { "content-type": "text/plain" } });
  }
  if (served === "eviction" && method === "POST") {
    objects.remove(resource, { storage: resource.storage, namespace, name });
    return json({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" }, 201);
  }
  if (served === "token" && method === "POST") {
    const expirationTimestamp = new Date(objects.env.clock.now() + 3_600_000).toISOString();
    const status = { token: `rehearsal.${object.metadata.uid}`, expirationTimestamp };
    const body = await parseObject(request);
    return json(
      { ...body, kind: "TokenRequest", apiVersion: "authentication.k8s.io/v1", status },
      201,
    );
  }
  if (served === "finalize" && method === "PUT") {
    return written(objects.replace(writeOf(call), await parseObject(request)));
  }
  throw methodNotAllowed();
}

async function scale(call: Call, object: KubeObject): Promise<Response> {
  const { routes: { objects }, request, target: { resource } } = call;
  const present = scaleOf(resource, object);
  if (request.method === "GET") return json(present);
  if (request.method !== "PUT" && request.method !== "PATCH") throw methodNotAllowed();
  const body = await parseBody(request);
  const type = request.headers.get("content-type") ?? "";
  const wanted = request.method === "PUT"
    ? body as JsonObject
    : type.includes("json-patch")
    ? jsonPatch(clone(present), body)
    : mergePatch(present, body) as JsonObject;
  const sent = at(wanted, "metadata", "resourceVersion");
  const { object: next } = objects.patch(writeOf(call), (before) => {
    const scaled = withScale(resource, before, wanted);
    if (sent !== undefined) (scaled.metadata as JsonObject).resourceVersion = sent;
    return scaled;
  });
  return json(scaleOf(resource, next));
}
