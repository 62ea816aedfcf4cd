/**
 * From what a client sent to what is stored: decoding, defaults, system fields, checks, owners.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { applySchemaDefaults, schemaErrors } from "./crd.ts";
import { decode, type Decoded, TypeMismatch } from "./decode.ts";
import { applyDefaults } from "./defaults.ts";
import {
  clone,
  type Draft,
  type DraftMeta,
  equal,
  isObject,
  type JsonObject,
  stringAt,
} from "./json.ts";
import { apiVersionOf, type Resource } from "./kinds.ts";
import { sameOwners, trackUpdate, type Writer } from "./ownership.ts";
import { badRequest, conflict, internal, invalid, invalidObject, MODIFIED } from "./status.ts";
import { prepare, type StrategyContext } from "./strategy.ts";
import { BadItem, checkItems } from "./typed.ts";
import { validate } from "./validate.ts";

/** One write to one object. */
export interface WriteRequest {
  readonly resource: Resource;
  /** An empty string for a cluster-scoped kind. */
  readonly namespace: string;
  /** The name in the URL; empty for a create. */
  readonly name: string;
  readonly manager: string;
  readonly dryRun: boolean;
  readonly validation: "Ignore" | "Warn" | "Strict";
  readonly subresource: "" | "status" | "scale";
}

/** What is known before {@linkcode admit}. */
export interface AdmitInput {
  readonly request: WriteRequest;
  readonly body: JsonObject;
  readonly before: KubeObject | undefined;
  /** Owners as server-side apply settled them; tracked as an update where absent. */
  readonly managedFields?: JsonObject[];
  /** Collects what the client is warned of. */
  readonly warnings: string[];
}

/** The object to store; `undefined` where nothing would change. Throws a StatusError. */
export function admit(input: AdmitInput, context: StrategyContext): Draft | undefined {
  const { request, before } = input;
  const { resource } = request;
  const object = decodeBody(input);
  checkIdentity(request, object);
  if (before !== undefined) checkVersion(request, object, before);
  setSystemFields(request, object, before, context);
  keepOtherHalf(request, object, before);
  const whole = request.subresource !== "status";
  if (whole) fillDefaults(resource, object);
  // What is added from here on is the server's own and owned by nobody.
  const owners = input.managedFields ?? ownersAfter(input, object, context);
  if (whole) {
    prepare(resource, object, { ...context, before });
    check(resource, object, before);
  }
  if (before !== undefined) countGeneration(resource, object, before);
  if (owners.length > 0) object.metadata.managedFields = owners;
  else delete object.metadata.managedFields;
  return before !== undefined && isSame(object, before) ? undefined : object;
}

function fillDefaults(resource: Resource, object: Draft): void {
  applyDefaults(resource, object);
  if (resource.custom) applySchemaDefaults(resource.schema, object);
}

/** Whether two states differ in nothing but when owners last wrote. */
function isSame(object: Draft, before: KubeObject): boolean {
  const plain = (value: JsonObject) => {
    const { managedFields: _, resourceVersion: __, ...metadata } = value.metadata as DraftMeta;
    return { ...value, metadata };
  };
  return equal(plain(object), plain(before as unknown as JsonObject)) &&
    sameOwners(object.metadata.managedFields, before.metadata.managedFields);
}

function ownersAfter(
  { request, before }: AdmitInput,
  object: Draft,
  { env }: StrategyContext,
): JsonObject[] {
  const { resource } = request;
  const writer: Writer = {
    manager: request.manager,
    apiVersion: apiVersionOf(resource),
    subresource: request.subresource,
    time: env.timestamp(),
  };
  const hasStatus = resource.subresources.includes("status");
  const sent = object.metadata.managedFields;
  // Sending an empty list is how a client resets the owners; other lists it may edit.
  const base = before === undefined || sent === undefined
    ? before
    : { ...before, metadata: { ...before.metadata, managedFields: resetOwners(sent) } };
  const options = { schema: resource.schema, writer, hasStatus };
  try {
    return trackUpdate(base as JsonObject | undefined, object, options);
  } catch {
    // Items that cannot be told apart cannot be owned; whether they are allowed is checked later.
    return [];
  }
}

function resetOwners(sent: readonly JsonObject[]): readonly JsonObject[] {
  return sent.filter((entry) => Object.keys(entry).length > 0);
}

function decodeBody({ request, body, warnings }: AdmitInput): Draft {
  const { resource, validation } = request;
  const { kind, version } = resource;
  const label = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  const { value, unknown } = decodeOrRefuse(resource, body, label);
  if (unknown.length > 0 && validation === "Strict") {
    const list = unknown.map((path) => `unknown field "${path}"`).join(", ");
    throw badRequest(`${label}: strict decoding error: ${list}`);
  }
  if (validation === "Warn") warnings.push(...unknown.map((path) => `unknown field "${path}"`));
  value.apiVersion = apiVersionOf(resource);
  value.kind = kind;
  if (!isObject(value.metadata)) value.metadata = {};
  return value as Draft;
}

function decodeOrRefuse(resource: Resource, body: JsonObject, label: string): Decoded {
  try {
    return decode(resource.schema, body, { lenient: resource.custom });
  } catch (error) {
    if (error instanceof TypeMismatch) throw badRequest(`${label}: ${error.message}`);
    throw error;
  }
}

/** Checks that a body to apply fits the kind, in the words of server-side apply. */
export function checkApplied(request: WriteRequest, body: JsonObject): void {
  const { resource } = request;
  const name = stringAt(body, "metadata", "name");
  const namespace = stringAt(body, "metadata", "namespace");
  const { group, version, kind } = resource;
  const label = `failed to create typed patch object (${namespace}/${name}; ` +
    `${group}/${version}, Kind=${kind})`;
  try {
    const { unknown } = decode(resource.schema, body);
    checkItems(resource.schema, body);
    if (unknown.length > 0) {
      const lines = unknown.map((path) => `.${path}: field not declared in schema`);
      throw internal(
        `${label}: ${lines.length === 1 ? lines[0] : `errors:\n  ${lines.join("\n  ")}`}`,
      );
    }
  } catch (error) {
    if (error instanceof BadItem) throw internal(`${label}: ${error.path}: ${error.message}`);
    if (!(error instanceof TypeMismatch)) throw error;
    const path = error.path.map((part) => typeof part === "number" ? `[${part}]` : `.${part}`);
    throw internal(`${label}: ${path.join("")}: ${expectation(error)}`);
  }
}

function expectation({ schema, value }: TypeMismatch): string {
  switch (schema.kind) {
    case "integer":
    case "number":
      return `expected numeric (int or float), got ${typeof value}`;
    case "boolean":
      return `expected boolean, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`;
    case "list":
      return `expected list, got &{${JSON.stringify(value)}}`;
    case "struct":
    case "map":
      return `expected map, got &{${JSON.stringify(value)}}`;
    default:
      return `expected string, got &value.valueUnstructured{Value:${JSON.stringify(value)}}`;
  }
}

function checkIdentity({ resource, namespace, name }: WriteRequest, object: Draft): void {
  const { metadata } = object;
  if (name !== "" && metadata.name !== undefined && metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
    );
  }
  if (name !== "") metadata.name = name;
  if (!resource.namespaced) {
    delete metadata.namespace;
    return;
  }
  if (metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  metadata.namespace = namespace;
}

function checkVersion({ resource }: WriteRequest, object: Draft, before: KubeObject): void {
  const { name, resourceVersion, uid } = object.metadata;
  if (uid !== undefined && uid !== before.metadata.uid) {
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/${resource.plural}/${name}, ` +
        "ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: " +
        `${uid}, UID in object meta: ${before.metadata.uid}`,
    );
  }
  if (resourceVersion === undefined || resourceVersion === "") return;
  if (resourceVersion !== before.metadata.resourceVersion) throw conflict(resource, name, MODIFIED);
}

function setSystemFields(
  { resource }: WriteRequest,
  object: Draft,
  before: KubeObject | undefined,
  { env }: StrategyContext,
): void {
  const { metadata } = object;
  delete metadata.selfLink;
  delete metadata.resourceVersion;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  for (const field of ["labels", "annotations"] as const) {
    if (isObject(metadata[field]) && Object.keys(metadata[field]).length === 0) {
      delete metadata[field];
    }
  }
  if (Array.isArray(metadata.finalizers) && metadata.finalizers.length === 0) {
    delete metadata.finalizers;
  }
  if (before === undefined) {
    metadata.uid = env.uid();
    metadata.creationTimestamp = env.timestamp();
    if (resource.generation) metadata.generation = 1;
    delete metadata.managedFields;
    return;
  }
  const kept = [
    "uid",
    "creationTimestamp",
    "generation",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
  ] as const;
  for (const field of kept) {
    const value = before.metadata[field as keyof typeof before.metadata];
    if (value !== undefined) (metadata as JsonObject)[field] = value;
    else delete (metadata as JsonObject)[field];
  }
}

/** Status is written through its own subresource, everything else outside it. */
function keepOtherHalf(
  { resource, subresource }: WriteRequest,
  object: Draft,
  before: KubeObject | undefined,
): void {
  if (!resource.subresources.includes("status") || before === undefined) return;
  if (subresource !== "status") {
    if (before.status === undefined) delete object.status;
    else object.status = before.status;
    return;
  }
  for (const key of Object.keys(object)) {
    if (!["apiVersion", "kind", "metadata", "status"].includes(key)) delete object[key];
  }
  for (const [key, value] of Object.entries(before)) {
    if (!["apiVersion", "kind", "metadata", "status"].includes(key)) object[key] = clone(value);
  }
}

function check(resource: Resource, object: Draft, before: KubeObject | undefined): void {
  const errors = validate(resource, object, before);
  if (resource.custom) errors.push(...schemaErrors(resource.schema, object));
  if (errors.length > 0) throw invalidObject(resource, object.metadata.name ?? "", errors);
}

/** Custom resources cannot be replaced without saying which version is meant. */
export function checkReplace({ resource, name }: WriteRequest, body: JsonObject): void {
  // Go names the resource, not the kind, in this one message.
  if (!resource.custom || stringAt(body, "metadata", "resourceVersion") !== "") return;
  const why = "must be specified for an update";
  const subject = { group: resource.group, kind: resource.plural };
  throw invalidObject(subject, name, [invalid("metadata.resourceVersion", 0, why)]);
}

function countGeneration(resource: Resource, object: Draft, before: KubeObject): void {
  if (!resource.generation || before.metadata.generation === undefined) return;
  const desired = ({ metadata: _, status: __, apiVersion: ___, ...rest }: JsonObject) => rest;
  if (equal(desired(object), desired(before as unknown as JsonObject))) return;
  object.metadata.generation = before.metadata.generation + 1;
}
