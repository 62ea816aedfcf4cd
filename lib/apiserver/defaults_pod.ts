/**
 * Defaults of pods and of pod templates.
 *
 * @module
 */
import { isObject, type JsonObject, listAt, objectAt, stringAt } from "./json.ts";

/** Sets the fields that are missing. */
export function fill(target: JsonObject, defaults: JsonObject): void {
  for (const [key, value] of Object.entries(defaults)) {
    if (target[key] === undefined) target[key] = value;
  }
}

/** Fills in a pod template: `spec.template` of a workload. */
export function defaultPodTemplate(owner: JsonObject): void {
  const template = isObject(owner.template) ? owner.template : owner.template = {};
  fill(template as JsonObject, { metadata: {}, spec: {} });
  defaultPodSpec((template as JsonObject).spec as JsonObject);
}

/** Fills in a pod's spec. */
export function defaultPodSpec(spec: JsonObject): void {
  fill(spec, {
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  });
  // The old name of the field is kept in step with the new one.
  const account = stringAt(spec, "serviceAccountName") || stringAt(spec, "serviceAccount");
  if (account !== "") Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const container of listAt(spec, "containers")) defaultContainer(container, spec);
  for (const container of listAt(spec, "initContainers")) defaultContainer(container, spec);
  for (const volume of listAt(spec, "volumes")) defaultVolume(volume);
}

/** Pods, though not their templates, ask for as much as they are limited to. */
export function defaultRequests(spec: JsonObject): void {
  for (const container of [...listAt(spec, "containers"), ...listAt(spec, "initContainers")]) {
    const resources = objectAt(container, "resources");
    const limits = objectAt(resources, "limits");
    if (Object.keys(limits).length === 0) continue;
    resources.requests = { ...limits, ...objectAt(resources, "requests") };
  }
}

function defaultContainer(container: JsonObject, pod: JsonObject): void {
  fill(container, {
    resources: {},
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    imagePullPolicy: isFloating(stringAt(container, "image")) ? "Always" : "IfNotPresent",
  });
  for (const port of listAt(container, "ports")) {
    fill(port, { protocol: "TCP" });
    if (pod.hostNetwork === true) fill(port, { hostPort: port.containerPort });
  }
  for (const variable of listAt(container, "env")) {
    const fieldRef = objectAt(variable, "valueFrom").fieldRef;
    if (isObject(fieldRef)) fill(fieldRef, { apiVersion: "v1" });
  }
  for (const name of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    if (isObject(container[name])) defaultProbe(container[name]);
  }
  const lifecycle = objectAt(container, "lifecycle");
  for (const hook of [lifecycle.postStart, lifecycle.preStop]) {
    if (isObject(hook)) defaultHttpGet(hook);
  }
}

/** Whether an image's tag may name another image tomorrow. */
function isFloating(image: string): boolean {
  if (image.includes("@")) return false;
  const tag = /:([^/:]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest";
}

function defaultProbe(probe: JsonObject): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (isObject(probe.grpc)) fill(probe.grpc, { service: "" });
  defaultHttpGet(probe);
}

function defaultHttpGet(handler: JsonObject): void {
  if (isObject(handler.httpGet)) fill(handler.httpGet, { path: "/", scheme: "HTTP" });
}

function defaultVolume(volume: JsonObject): void {
  if (Object.keys(volume).every((key) => key === "name")) volume.emptyDir = {};
  for (const source of ["configMap", "secret", "downwardAPI", "projected"]) {
    if (isObject(volume[source])) fill(volume[source], { defaultMode: 420 });
  }
  if (isObject(volume.hostPath)) fill(volume.hostPath, { type: "" });
  for (const source of listAt(volume, "projected", "sources")) {
    if (isObject(source.serviceAccountToken)) {
      fill(source.serviceAccountToken, { expirationSeconds: 3600 });
    }
    for (const item of listAt(source, "downwardAPI", "items")) defaultFieldRef(item);
  }
  for (const item of listAt(volume, "downwardAPI", "items")) defaultFieldRef(item);
  const claim = objectAt(volume, "ephemeral", "volumeClaimTemplate").spec;
  if (isObject(claim)) fill(claim, { volumeMode: "Filesystem" });
}

function defaultFieldRef(item: JsonObject): void {
  if (isObject(item.fieldRef)) fill(item.fieldRef, { apiVersion: "v1" });
}
