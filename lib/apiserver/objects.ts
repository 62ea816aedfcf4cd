/**
 * What can be done to objects: create, replace, patch, apply, delete. This is the API server
 * without HTTP.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { admit, checkApplied, checkReplace, type WriteRequest } from "./admit.ts";
import type { Env } from "./env.ts";
import {
  clone,
  type Draft,
  draft,
  isObject,
  type JsonObject,
  listAt,
  numberAt,
  objectAt,
  stringAt,
} from "./json.ts";
import { apiVersionOf, type Kinds, type Resource } from "./kinds.ts";
import { applyConfiguration } from "./ownership.ts";
import { alreadyExists, badRequest, conflict, forbidden, notFound } from "./status.ts";
import type { Location, Store } from "./store.ts";
import { convertTo } from "./strategy.ts";

/** What came of a write. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/** How to delete. */
export interface Removal {
  readonly propagation?: "Background" | "Foreground" | "Orphan" | undefined;
  /** Only if the object has this uid. */
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  /** 0 removes a pod without waiting for its end. */
  readonly gracePeriodSeconds?: number | undefined;
  readonly dryRun?: boolean;
}

/** What came of a delete. */
export interface Removed {
  readonly object: KubeObject;
  /** Whether it is gone, rather than marked. */
  readonly gone: boolean;
  readonly warnings: readonly string[];
}

const FINALIZERS = { Foreground: "foregroundDeletion", Orphan: "orphan" } as const;

/** The objects and the rules for changing them. */
export class Objects {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly env: Env;

  constructor(parts: { readonly store: Store; readonly kinds: Kinds; readonly env: Env }) {
    this.store = parts.store;
    this.kinds = parts.kinds;
    this.env = parts.env;
  }

  /** The object in the version of the resource; throws a 404 StatusError. */
  get(resource: Resource, namespace: string, name: string): KubeObject {
    const found = this.store.get({ storage: resource.storage, namespace, name });
    if (found === undefined) throw notFound(resource, name);
    return convertTo(apiVersionOf(resource), found);
  }

  create(request: WriteRequest, body: JsonObject): Written {
    const { resource } = request;
    this.#checkType(resource, body);
    const named = this.#withName(body);
    if (resource.namespaced) this.#checkNamespace(request, stringAt(named, "metadata", "name"));
    return this.#insert(request, named);
  }

  replace(request: WriteRequest, body: JsonObject): Written {
    const { resource, namespace, name } = request;
    const before = this.get(resource, namespace, name);
    this.#checkType(resource, body);
    checkReplace(request, body);
    return this.#update(request, body, before);
  }

  /** Changes the object by a function of its present state. */
  patch(request: WriteRequest, change: (present: JsonObject) => JsonObject): Written {
    const { resource, namespace, name } = request;
    const before = this.get(resource, namespace, name);
    return this.#update(request, change(before as unknown as JsonObject), before);
  }

  /** Server-side apply. */
  apply(request: WriteRequest, config: JsonObject, force: boolean): Written {
    const { resource, namespace, name } = request;
    this.#checkApply(request, config);
    const found = this.store.get({ storage: resource.storage, namespace, name });
    if (found === undefined && resource.namespaced) this.#checkNamespace(request, name);
    const before = found && convertTo(apiVersionOf(resource), found);
    checkApplied(request, config);
    const sent = stringAt(config, "metadata", "resourceVersion");
    if (before === undefined && sent !== "") throw notFound(resource, name);
    const applied = this.#merge(request, config, before, force);
    const object = { ...applied.object };
    if (sent === "" && isObject(object.metadata)) {
      const { resourceVersion: _, ...metadata } = object.metadata;
      object.metadata = metadata;
    }
    return before === undefined
      ? this.#insert(request, object, applied.managedFields)
      : this.#update(request, object, before, applied.managedFields);
  }

  /** Deletes, or marks for deletion where finalizers hold the object. */
  remove(resource: Resource, location: Location, removal: Removal = {}): Removed {
    const { namespace, name } = location;
    const found = this.store.get({ storage: resource.storage, namespace, name });
    if (found === undefined) throw notFound(resource, name);
    checkPreconditions(resource, found, removal);
    const warnings = resource.kind === "Job" && removal.propagation === undefined
      ? [PRESERVED_PODS]
      : [];
    const held = finalizersFor(resource, found, removal);
    const graceful = isGraceful(resource, found, removal);
    if (removal.dryRun === true) return { object: found, gone: held.length === 0, warnings };
    if (held.length === 0 && !graceful) {
      this.store.remove({ storage: resource.storage, namespace, name });
      return { object: found, gone: resource.kind !== "Pod", warnings };
    }
    return { object: this.#mark(resource, found, held, removal), gone: false, warnings };
  }

  /** Writes a new state of an object for a controller: no checks, no owners. */
  write(before: KubeObject, change: (object: ReturnType<typeof draft>) => void): KubeObject {
    const resource = this.kinds.ofObject(before.apiVersion, before.kind)!;
    const { namespace = "", name } = before.metadata;
    const next = draft(before);
    change(next);
    if (isReleased(next as unknown as KubeObject)) {
      this.store.remove({ storage: resource.storage, namespace, name });
      return before;
    }
    return this.store.put(resource.storage, next);
  }

  #mark(
    resource: Resource,
    found: KubeObject,
    finalizers: readonly string[],
    { gracePeriodSeconds }: Removal,
  ): KubeObject {
    const known = found.metadata.finalizers ?? [];
    const marked = found.metadata.deletionTimestamp !== undefined;
    if (marked && finalizers.length === known.length) return found;
    const next = draft(found);
    const { metadata } = next;
    if (finalizers.length > 0) metadata.finalizers = [...finalizers];
    metadata.deletionTimestamp ??= this.env.timestamp();
    if (!announceEnd(next, metadata.deletionTimestamp)) {
      metadata.deletionGracePeriodSeconds ??= gracePeriodSeconds ?? gracePeriodOf(found);
      if (metadata.generation !== undefined && !marked) metadata.generation++;
    }
    return this.store.put(resource.storage, next);
  }

  #withName(body: JsonObject): JsonObject {
    const metadata = isObject(body.metadata) ? body.metadata : {};
    const base = stringAt(metadata, "generateName");
    if (base === "" || stringAt(metadata, "name") !== "") return body;
    return { ...body, metadata: { ...metadata, name: base + this.env.suffix() } };
  }

  #insert(request: WriteRequest, body: JsonObject, managedFields?: JsonObject[]): Written {
    const { resource, namespace } = request;
    const warnings: string[] = [];
    const object = admit(
      { request, body, before: undefined, warnings, ...(managedFields && { managedFields }) },
      this,
    )!;
    const { name } = object.metadata;
    const location = { storage: resource.storage, namespace, name };
    const existing = this.store.get(location);
    if (existing !== undefined) {
      const leaving = existing.metadata.deletionTimestamp !== undefined;
      throw alreadyExists(resource, name, leaving ? "object is being deleted: " : "");
    }
    const stored = request.dryRun ? object : this.store.put(resource.storage, object);
    return { object: stored as KubeObject, created: true, warnings };
  }

  #update(
    request: WriteRequest,
    body: JsonObject,
    before: KubeObject,
    managedFields?: JsonObject[],
  ): Written {
    const { resource, namespace, name } = request;
    const warnings: string[] = [];
    const input = { request, body, before, warnings, ...(managedFields && { managedFields }) };
    const next = admit(input, this);
    if (next === undefined) return { object: before, created: false, warnings };
    const object = next as unknown as KubeObject;
    if (request.dryRun) {
      next.metadata.resourceVersion = before.metadata.resourceVersion!;
      return { object, created: false, warnings };
    }
    if (isReleased(object)) {
      this.store.remove({ storage: resource.storage, namespace, name });
      next.metadata.resourceVersion = String(this.store.version);
      return { object, created: false, warnings };
    }
    return { object: this.store.put(resource.storage, next), created: false, warnings };
  }

  #merge(
    request: WriteRequest,
    config: JsonObject,
    before: KubeObject | undefined,
    force: boolean,
  ): ReturnType<typeof applyConfiguration> {
    const { resource, manager, subresource } = request;
    return applyConfiguration((before ?? {}) as JsonObject, config, {
      schema: resource.schema,
      writer: {
        manager,
        apiVersion: apiVersionOf(resource),
        subresource,
        time: this.env.timestamp(),
      },
      hasStatus: resource.subresources.includes("status"),
      force,
    });
  }

  #checkApply(request: WriteRequest, config: JsonObject): void {
    const { resource, name } = request;
    const apiVersion = stringAt(config, "apiVersion");
    const kind = stringAt(config, "kind");
    if (apiVersion !== apiVersionOf(resource) || kind !== resource.kind) {
      const slash = apiVersion.includes("/") ? apiVersion : `/${apiVersion}`;
      throw badRequest(`invalid object type: ${slash}, Kind=${kind}`);
    }
    const given = stringAt(config, "metadata", "name");
    if (given !== "" && given !== name) {
      throw badRequest(
        `the name of the object (${given}) does not match the name on the URL (${name})`,
      );
    }
    const namespace = stringAt(config, "metadata", "namespace");
    if (resource.namespaced && namespace !== "" && namespace !== request.namespace) {
      throw badRequest(
        "the namespace of the provided object does not match the namespace sent on the request",
      );
    }
    if (isObject(config.metadata) && config.metadata.managedFields !== undefined) {
      throw badRequest("metadata.managedFields must be nil");
    }
  }

  #checkType(resource: Resource, body: JsonObject): void {
    const apiVersion = stringAt(body, "apiVersion");
    const kind = stringAt(body, "kind");
    const expected = apiVersionOf(resource);
    if (resource.custom && kind === "") {
      const text = JSON.stringify(body);
      throw badRequest(
        `the object provided is unrecognized (must be of type ${resource.kind}): ` +
          `Object 'Kind' is missing in '${text}' (${text})`,
      );
    }
    if (kind !== "" && kind !== resource.kind) {
      throw badRequest(
        `${kind} in version "${apiVersion.split("/").at(-1)}" cannot be handled as a ` +
          `${resource.kind}: converting to ${resource.kind}: unknown conversion`,
      );
    }
    if (apiVersion !== "" && apiVersion !== expected) {
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version ` +
          `(${expected})`,
      );
    }
  }

  #checkNamespace({ resource, namespace }: WriteRequest, name: string): void {
    const found = this.store.get({ storage: "/namespaces", namespace: "", name: namespace });
    if (found === undefined) {
      throw notFound({ group: "", plural: "namespaces", kind: "Namespace" }, namespace);
    }
    if (found.metadata.deletionTimestamp === undefined) return;
    const why =
      `unable to create new content in namespace ${namespace} because it is being terminated`;
    throw forbidden(resource, name, why, [{
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    }]);
  }
}

const PRESERVED_PODS = "child pods are preserved by default when jobs are deleted; set " +
  "propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this " +
  "warning";

/** Namespaces and definitions say in their status that they are being deleted. */
function announceEnd(object: Draft, now: string): boolean {
  const status = objectAt(object, "status");
  if (object.kind === "Namespace") object.status = { ...status, phase: "Terminating" };
  else if (object.kind === "CustomResourceDefinition") {
    const others = listAt(status, "conditions").filter(({ type }) => type !== "Terminating");
    const condition = {
      type: "Terminating",
      status: "True",
      lastTransitionTime: now,
      reason: "InstanceDeletionPending",
      message:
        "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
    };
    object.status = { ...status, conditions: [...others, condition] };
  } else return false;
  return true;
}

/** Whether an object marked for deletion has nothing left that holds it. */
function isReleased(object: KubeObject): boolean {
  const { deletionTimestamp, finalizers = [], deletionGracePeriodSeconds = 0 } = object
    .metadata as KubeObject["metadata"] & { deletionGracePeriodSeconds?: number };
  if (deletionTimestamp === undefined || finalizers.length > 0) return false;
  return object.kind !== "Namespace" && deletionGracePeriodSeconds === 0;
}

/** Pods that run end by themselves after they were told to; everything else is gone at once. */
function isGraceful(resource: Resource, object: KubeObject, removal: Removal): boolean {
  if (resource.kind === "Namespace") return true;
  return resource.kind === "Pod" && removal.gracePeriodSeconds !== 0 &&
    object.metadata.deletionTimestamp === undefined;
}

function gracePeriodOf(object: KubeObject): number {
  return object.kind === "Pod"
    ? numberAt(object, ["spec", "terminationGracePeriodSeconds"], 30)
    : 0;
}

function finalizersFor(resource: Resource, object: KubeObject, removal: Removal): string[] {
  const policy = removal.propagation ?? (resource.kind === "Job" ? "Orphan" : "Background");
  const known = (object.metadata.finalizers ?? [])
    .filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  return policy === "Background" ? known : [...known, FINALIZERS[policy]];
}

function checkPreconditions(resource: Resource, object: KubeObject, removal: Removal): void {
  const { name, uid, resourceVersion } = object.metadata;
  const subject = { group: resource.group, plural: resource.kind, kind: resource.kind };
  if (removal.uid !== undefined && removal.uid !== uid) {
    throw conflict(
      subject,
      name,
      `the UID in the precondition (${removal.uid}) does not match the UID in record (${uid}). ` +
        "The object might have been deleted and then recreated",
    );
  }
  if (removal.resourceVersion !== undefined && removal.resourceVersion !== resourceVersion) {
    throw conflict(
      subject,
      name,
      `the ResourceVersion in the precondition (${removal.resourceVersion}) does not match the ` +
        `ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

/** A copy of an object's metadata alone. */
export function metadataOnly(object: KubeObject): JsonObject {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: "meta.k8s.io/v1",
    metadata: clone(object.metadata),
  };
}
