/**
 * The smaller controllers: namespaces, claims, services, definitions, API services.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import type { Control } from "./controllers.ts";
import { definedResources } from "./crd.ts";
import { at, type DraftMeta, type JsonObject, listAt, objectAt, stringAt } from "./json.ts";
import type { Resource } from "./kinds.ts";
import { mergeConditions } from "./pods.ts";

/** Gives a new namespace what every namespace has, and empties one that is deleted. */
export function fillNamespace(control: Control, namespace: KubeObject): void {
  const { name, deletionTimestamp } = namespace.metadata;
  if (deletionTimestamp !== undefined) return emptyNamespace(control, namespace);
  const put = (storage: string, kind: string, rest: JsonObject) => {
    const location = { storage, namespace: name, name: stringAt(rest, "name") };
    if (control.store.get(location) !== undefined) return;
    const { env } = control.objects;
    const metadata = {
      name: location.name,
      namespace: name,
      uid: env.uid(),
      creationTimestamp: env.timestamp(),
    } as DraftMeta;
    const { name: _, ...content } = rest;
    control.store.put(storage, { apiVersion: "v1", kind, metadata, ...content });
  };
  put("/serviceaccounts", "ServiceAccount", { name: "default" });
  put("/configmaps", "ConfigMap", { name: "kube-root-ca.crt", data: { "ca.crt": "" } });
}

function emptyNamespace(control: Control, namespace: KubeObject): void {
  const { name } = namespace.metadata;
  const storages = new Map<string, Resource>();
  for (const resource of control.objects.kinds.all()) {
    if (resource.namespaced && resource.verbs.includes("delete")) {
      storages.set(resource.storage, resource);
    }
  }
  let left = 0;
  for (const [storage] of storages) {
    for (const object of control.store.list(storage, name)) control.remove(object, { now: true });
    left += control.store.list(storage, name).length;
  }
  if (left === 0 && (namespace.metadata.finalizers ?? []).length === 0) {
    control.store.remove({ storage: "/namespaces", namespace: "", name });
  }
}

/** Binds a claim to a volume of its own. */
export function bindClaim(control: Control, claim: KubeObject): void {
  const { uid, deletionTimestamp } = claim.metadata;
  if (deletionTimestamp !== undefined || at(claim, "status", "phase") === "Bound") return;
  if (!control.elapsed(claim, "bound", control.delays.persistentVolumeClaim ?? 0)) return;
  const spec = objectAt(claim, "spec");
  control.update(claim, (next) => {
    next.spec = { ...spec, volumeName: spec.volumeName ?? `pvc-${uid}` };
    next.status = {
      phase: "Bound",
      accessModes: spec.accessModes ?? [],
      capacity: objectAt(spec, "resources", "requests"),
    };
  });
}

/** Gives a service of type LoadBalancer its address. */
export function exposeService(control: Control, service: KubeObject): void {
  if (at(service, "spec", "type") !== "LoadBalancer") return;
  if (listAt(service, "status", "loadBalancer", "ingress").length > 0) return;
  if (!control.elapsed(service, "address", control.delays.service ?? 0)) return;
  const ip = stringAt(service, "spec", "loadBalancerIP") || "127.0.0.1";
  control.setStatus(service, { loadBalancer: { ingress: [{ ip, ipMode: "VIP" }] } });
}

const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

/** Serves the kinds of a definition, and removes their objects with it. */
export function serveDefinition(control: Control, definition: KubeObject): void {
  const { kinds } = control.objects;
  const resources = definedResources(definition, control.types);
  if (definition.metadata.deletionTimestamp !== undefined) {
    return withdrawDefinition(control, definition, resources);
  }
  const names = objectAt(definition, "spec", "names");
  const group = stringAt(definition, "spec", "group");
  const served = resources.map(({ version }) => version);
  for (const known of kinds.all()) {
    const own = known.custom && known.group === group && known.plural === names.plural;
    if (own && !served.includes(known.version)) kinds.remove(known);
  }
  for (const resource of resources) kinds.add(resource);
  const conditions = mergeConditions(
    listAt(definition, "status", "conditions"),
    [
      {
        type: "NamesAccepted",
        status: "True",
        reason: "NoConflicts",
        message: "no conflicts found",
      },
      {
        type: "Established",
        status: "True",
        reason: "InitialNamesAccepted",
        message: "the initial names have been accepted",
      },
    ],
    control.objects.env.timestamp(),
  );
  control.update(definition, (next) => {
    next.metadata.finalizers ??= [CLEANUP];
    next.status = { ...objectAt(definition, "status"), conditions, acceptedNames: names };
  });
}

function withdrawDefinition(
  control: Control,
  definition: KubeObject,
  resources: readonly Resource[],
): void {
  const [first] = resources;
  if (first !== undefined) {
    for (const object of control.store.list(first.storage, undefined)) control.remove(object);
    if (control.store.count(first.storage) > 0) return;
    for (const resource of resources) control.objects.kinds.remove(resource);
  }
  control.update(definition, ({ metadata }) => {
    metadata.finalizers = (metadata.finalizers ?? []).filter((name) => name !== CLEANUP);
  });
}

/** Says of an API service that it answers. */
export function announceApiService(control: Control, service: KubeObject): void {
  const conditions = mergeConditions(
    listAt(service, "status", "conditions"),
    [{
      type: "Available",
      status: "True",
      reason: "Passed",
      message: "all checks passed",
    }],
    control.objects.env.timestamp(),
  );
  control.setStatus(service, { conditions });
}
