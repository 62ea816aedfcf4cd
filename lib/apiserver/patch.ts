/**
 * JSON patch (RFC 6902) and JSON merge patch (RFC 7386). Values given in are never changed.
 *
 * @module
 */
import { clone, define, equal, isObject, type JsonObject } from "./json.ts";
import { badRequest, StatusError } from "./status.ts";

/** Applies a merge patch: objects merge, null removes, anything else replaces. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return clone(patch);
  const out: JsonObject = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete out[key];
    else define(out, key, mergePatch(Object.hasOwn(out, key) ? out[key] : undefined, value));
  }
  return out;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** Applies a list of operations; throws a 400 or 422 StatusError as the API server does. */
export function jsonPatch(target: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) {
    const type = isObject(patch) ? "object" : typeof patch;
    throw badRequest(
      `error decoding patch: json: cannot unmarshal ${type} into Go value of type ` +
        "[]handlers.jsonPatchOp",
    );
  }
  let document: unknown = clone(target);
  for (const operation of patch) document = run(document, operation as Operation);
  return document as JsonObject;
}

function run(document: unknown, operation: Operation): unknown {
  const path = pointer(operation.path);
  switch (operation.op) {
    case "add":
      return insert(document, path, clone(operation.value));
    case "remove":
      return remove(document, path);
    case "replace":
      find(document, path);
      return insert(
        path.length === 0 ? document : remove(document, path),
        path,
        clone(operation.value),
      );
    case "move": {
      const from = pointer(operation.from);
      const value = find(document, from);
      return insert(remove(document, from), path, value);
    }
    case "copy":
      return insert(document, path, clone(find(document, pointer(operation.from))));
    case "test":
      if (!equal(find(document, path, null), operation.value ?? null)) throw rejected();
      return document;
    default:
      throw rejected();
  }
}

function pointer(text: string | undefined): string[] {
  if (text === "") return [];
  if (typeof text !== "string" || !text.startsWith("/")) throw rejected();
  return text.slice(1).split("/").map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function find(document: unknown, path: readonly string[], missing?: unknown): unknown {
  let value = document;
  for (const part of path) {
    const container = value as JsonObject;
    const known = Array.isArray(value)
      ? indexOf(part) < value.length
      : isObject(value) && Object.hasOwn(value, part);
    if (!known) {
      if (missing !== undefined) return missing;
      throw rejected();
    }
    value = container[part];
  }
  return value;
}

function insert(document: unknown, path: readonly string[], value: unknown): unknown {
  if (path.length === 0) return value;
  const parent = find(document, path.slice(0, -1));
  const last = path.at(-1)!;
  if (Array.isArray(parent)) {
    const at = last === "-" ? parent.length : indexOf(last);
    if (at > parent.length) throw rejected();
    parent.splice(at, 0, value);
  } else if (isObject(parent)) define(parent, last, value);
  else throw rejected();
  return document;
}

function remove(document: unknown, path: readonly string[]): unknown {
  find(document, path);
  const parent = find(document, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined) return null;
  if (Array.isArray(parent)) parent.splice(indexOf(last), 1);
  else delete (parent as JsonObject)[last];
  return document;
}

function indexOf(part: string): number {
  if (!/^(0|[1-9]\d*)$/.test(part)) throw rejected();
  return Number(part);
}

function rejected(): StatusError {
  const message = "the server rejected our request due to an error in our request";
  return new StatusError(422, "Invalid", message, {});
}
