/**
 * The rules of the API server that people run into: names, labels, what must be there and what
 * cannot change. Fields of the wrong type never get here (`decode.ts`).
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { at, type Draft, equal, isObject, type JsonObject, listAt, objectAt } from "./json.ts";
import type { Resource } from "./kinds.ts";
import { LABEL, LABEL_PATTERN, podErrors } from "./validate_pod.ts";
import { matchesSelectorObject } from "./selectors.ts";
import { type FieldError, forbiddenField, invalid, required } from "./status.ts";

const SUBDOMAIN = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric " +
  "characters, '-' or '.', and must start and end with an alphanumeric character (e.g. " +
  "'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE = "a valid label must be an empty string or consist of alphanumeric characters, '-', " +
  "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or " +
  "'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const NAME_PART = "name part must consist of alphanumeric characters, '-', '_' or '.', and must " +
  "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', " +
  "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const FIELD_IMMUTABLE = "field is immutable";

const SUBDOMAIN_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const VALUE_PATTERN = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const NAME_PATTERN = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** Everything wrong with an object; `before` is the object that it replaces. */
export function validate(
  resource: Resource,
  object: Draft,
  before?: KubeObject,
): FieldError[] {
  const errors = [...metadataErrors(resource, object)];
  if (!resource.custom) {
    const rule = Object.hasOwn(RULES, resource.kind) ? RULES[resource.kind]! : [];
    for (const check of rule) errors.push(...check(object));
    if (before !== undefined) errors.push(...changeErrors(resource, object, before));
  }
  return errors;
}

function* metadataErrors(resource: Resource, object: Draft): Generator<FieldError> {
  const { name, labels, annotations } = object.metadata;
  if (name === undefined || name === "") {
    yield required("metadata.name", "name or generateName is required");
    return;
  }
  yield* nameErrors(resource, name);
  for (const [key, value] of Object.entries(labels ?? {})) {
    yield* keyErrors("metadata.labels", key);
    if (!VALUE_PATTERN.test(value)) yield invalid("metadata.labels", value, VALUE);
    else if (value.length > 63) {
      yield invalid("metadata.labels", value, "must be no more than 63 bytes");
    }
  }
  for (const key of Object.keys(annotations ?? {})) {
    yield* keyErrors("metadata.annotations", key.toLowerCase());
  }
}

const PATH_NAMES = ["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding"];
const LABEL_NAMES = ["Namespace", "Service"];

function* nameErrors(resource: Resource, name: string): Generator<FieldError> {
  if (PATH_NAMES.includes(resource.kind)) {
    if (/[/%]/.test(name)) yield invalid("metadata.name", name, "may not contain '/' or '%'");
    return;
  }
  const short = LABEL_NAMES.includes(resource.kind);
  const limit = short ? 63 : 253;
  if (name.length > limit) {
    yield invalid("metadata.name", name, `must be no more than ${limit} bytes`);
  }
  if (short && !LABEL_PATTERN.test(name)) yield invalid("metadata.name", name, LABEL);
  if (!short && !SUBDOMAIN_PATTERN.test(name)) yield invalid("metadata.name", name, SUBDOMAIN);
}

function* keyErrors(field: string, key: string): Generator<FieldError> {
  const slash = key.indexOf("/");
  const name = key.slice(slash + 1);
  if (slash >= 0 && !SUBDOMAIN_PATTERN.test(key.slice(0, slash))) {
    yield invalid(field, key, `prefix part ${SUBDOMAIN}`);
  }
  if (name === "") yield invalid(field, key, "name part must be non-empty");
  else if (name.length > 63) {
    yield invalid(field, key, "name part must be no more than 63 bytes");
  }
  if (!NAME_PATTERN.test(name)) yield invalid(field, key, NAME_PART);
}

type Check = (object: Draft) => Iterable<FieldError>;

const RULES: Readonly<Record<string, readonly Check[]>> = {
  Pod: [(object) => podErrors(objectAt(object, "spec"), "spec")],
  Deployment: [workloadErrors],
  ReplicaSet: [workloadErrors],
  StatefulSet: [workloadErrors],
  DaemonSet: [workloadErrors],
  Job: [(object) => jobErrors(objectAt(object, "spec"), "spec")],
  CronJob: [cronJobErrors],
  Service: [serviceErrors],
  ConfigMap: [(object) => keysErrors(object, ["data", "binaryData"])],
  Secret: [(object) => keysErrors(object, ["data"])],
  CustomResourceDefinition: [definitionErrors],
  RoleBinding: [bindingErrors],
  ClusterRoleBinding: [bindingErrors],
  Ingress: [ingressErrors],
  HorizontalPodAutoscaler: [autoscalerErrors],
};

function* workloadErrors(object: Draft): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  if (!isObject(spec.selector)) yield required("spec.selector");
  else if (Object.keys(spec.selector).length === 0) {
    yield invalid("spec.selector", spec.selector, "empty selector is invalid for deployment");
  }
  const labels = at(spec, "template", "metadata", "labels") as Record<string, string> | undefined;
  if (!matchesSelectorObject(spec.selector, labels)) {
    yield invalid(
      "spec.template.metadata.labels",
      labels,
      "`selector` does not match template `labels`",
    );
  }
  if (typeof spec.replicas === "number" && spec.replicas < 0) {
    yield invalid("spec.replicas", spec.replicas, "must be greater than or equal to 0");
  }
  // The API server leaves the pods of a StatefulSet to its controller: their claims are volumes too.
  if (object.kind !== "StatefulSet") {
    yield* podErrors(objectAt(spec, "template", "spec"), "spec.template.spec");
  }
  const strategy = objectAt(spec, "strategy");
  if (strategy.type === "Recreate" && strategy.rollingUpdate !== undefined) {
    const why = "may not be specified when strategy `type` is 'Recreate'";
    yield forbiddenField("spec.strategy.rollingUpdate", why);
  }
  const policy = at(spec, "template", "spec", "restartPolicy");
  if (policy !== "Always") {
    yield {
      field: "spec.template.spec.restartPolicy",
      reason: "FieldValueNotSupported",
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Always"`,
    };
  }
}

function* jobErrors(spec: JsonObject, path: string): Generator<FieldError> {
  const pod = objectAt(spec, "template", "spec");
  yield* podErrors(pod, `${path}.template.spec`);
  if (pod.restartPolicy === "OnFailure" || pod.restartPolicy === "Never") return;
  yield {
    field: `${path}.template.spec.restartPolicy`,
    reason: "FieldValueRequired",
    message: `Required value: valid values: "OnFailure", "Never"`,
  };
}

function* cronJobErrors(object: Draft): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  if (typeof spec.schedule !== "string" || spec.schedule === "") yield required("spec.schedule");
  yield* jobErrors(objectAt(spec, "jobTemplate", "spec"), "spec.jobTemplate.spec");
}

function* serviceErrors(object: Draft): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  const ports = listAt(spec, "ports");
  const headless = spec.clusterIP === "None";
  if (ports.length === 0 && spec.type !== "ExternalName" && !headless) yield required("spec.ports");
  for (const [i, port] of ports.entries()) {
    const number = port.port;
    if (typeof number !== "number" || number < 1 || number > 65535) {
      yield invalid(`spec.ports[${i}].port`, number, "must be between 1 and 65535, inclusive");
    }
    if (ports.length > 1 && typeof port.name !== "string") yield required(`spec.ports[${i}].name`);
  }
  if (spec.type === "ExternalName" && typeof spec.externalName !== "string") {
    yield required("spec.externalName", "");
  }
}

const DATA_KEY = /^[-._a-zA-Z0-9]+$/;

function* keysErrors(object: Draft, fields: readonly string[]): Generator<FieldError> {
  for (const field of fields) {
    for (const key of Object.keys(objectAt(object, field))) {
      if (DATA_KEY.test(key)) continue;
      const why = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' " +
        "(e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is " +
        "'[-._a-zA-Z0-9]+')";
      yield invalid(`${field}[${key}]`, key, why);
    }
  }
}

function* definitionErrors(object: Draft): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  const names = objectAt(spec, "names");
  const expected = `${names.plural}.${spec.group}`;
  if (object.metadata.name !== expected) {
    yield invalid(
      "metadata.name",
      object.metadata.name,
      'must be spec.names.plural+"."+spec.group',
    );
  }
  const versions = listAt(spec, "versions");
  if (versions.filter(({ storage }) => storage === true).length !== 1) {
    const why = "must have exactly one version marked as storage version";
    yield invalid("spec.versions", versions, why);
  }
  for (const [i, version] of versions.entries()) {
    if (isObject(at(version, "schema", "openAPIV3Schema"))) continue;
    yield required(`spec.versions[${i}].schema.openAPIV3Schema`, "schemas are required");
  }
}

function* bindingErrors(object: Draft): Generator<FieldError> {
  const name = at(object, "roleRef", "name");
  if (typeof name !== "string" || name === "") yield required("roleRef.name");
  for (const [i, subject] of listAt(object, "subjects").entries()) {
    if (subject.kind === "ServiceAccount" && !subject.namespace) {
      if (object.kind === "ClusterRoleBinding") yield required(`subjects[${i}].namespace`);
    }
  }
}

function* ingressErrors(object: Draft): Generator<FieldError> {
  for (const [r, rule] of listAt(object, "spec", "rules").entries()) {
    for (const [p, path] of listAt(rule, "http", "paths").entries()) {
      const field = `spec.rules[${r}].http.paths[${p}]`;
      if (path.pathType === undefined) {
        yield required(`${field}.pathType`, "pathType must be specified");
      }
    }
  }
}

function* autoscalerErrors(object: Draft): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  if (typeof spec.maxReplicas !== "number" || spec.maxReplicas < 1) {
    yield invalid("spec.maxReplicas", spec.maxReplicas ?? 0, "must be greater than 0");
  }
}

function* changeErrors(
  resource: Resource,
  object: Draft,
  before: KubeObject,
): Generator<FieldError> {
  const spec = objectAt(object, "spec");
  const old = objectAt(before, "spec");
  switch (resource.kind) {
    case "Deployment":
    case "DaemonSet":
    case "ReplicaSet":
      yield* immutable(spec, old, ["selector"]);
      return;
    case "Job":
      yield* immutable(spec, old, ["completions", "selector", "template", "completionMode"]);
      return;
    case "StatefulSet":
      yield* statefulSetChange(spec, old);
      return;
    case "Service":
      yield* serviceChange(spec, old);
      return;
    case "Secret":
      if (object.type !== before.type) yield invalid("type", object.type, FIELD_IMMUTABLE);
      yield* sealed(object, before, ["data"]);
      return;
    case "ConfigMap":
      yield* sealed(object, before, ["data", "binaryData"]);
      return;
    case "RoleBinding":
    case "ClusterRoleBinding":
      if (!equal(object.roleRef, before.roleRef)) {
        yield invalid("roleRef", object.roleRef, "cannot change roleRef");
      }
      return;
    case "PersistentVolumeClaim":
      yield* claimChange(spec, old);
      return;
    case "StorageClass":
      for (const field of ["provisioner", "parameters", "reclaimPolicy"]) {
        if (equal(object[field], before[field])) continue;
        yield forbiddenField(field, `updates to ${field} are forbidden.`);
      }
      return;
  }
}

function* immutable(
  spec: JsonObject,
  old: JsonObject,
  fields: readonly string[],
): Generator<FieldError> {
  for (const field of fields) {
    if (equal(spec[field], old[field])) continue;
    yield invalid(`spec.${field}`, spec[field], FIELD_IMMUTABLE);
  }
}

const STATEFUL_SET_CHANGES = [
  "replicas",
  "ordinals",
  "template",
  "updateStrategy",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
  "minReadySeconds",
];

function* statefulSetChange(spec: JsonObject, old: JsonObject): Generator<FieldError> {
  const fixed = (value: JsonObject) => {
    const entries = Object.entries(value).filter(([key]) => !STATEFUL_SET_CHANGES.includes(key));
    return Object.fromEntries(entries);
  };
  if (equal(fixed(spec), fixed(old))) return;
  const [last, ...rest] = STATEFUL_SET_CHANGES.toReversed().map((name) => `'${name}'`);
  yield forbiddenField(
    "spec",
    `updates to statefulset spec for fields other than ${rest.reverse().join(", ")} and ${last} ` +
      "are forbidden",
  );
}

function* serviceChange(spec: JsonObject, old: JsonObject): Generator<FieldError> {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return;
  const [now, then] = [spec.clusterIP, old.clusterIP];
  if (then === undefined || then === "" || now === then) return;
  yield invalid("spec.clusterIPs[0]", [now], "may not change once set");
}

function* sealed(
  object: Draft,
  before: KubeObject,
  fields: readonly string[],
): Generator<FieldError> {
  if (before.immutable !== true) return;
  const why = "field is immutable when `immutable` is set";
  if (object.immutable !== true) yield forbiddenField("immutable", why);
  for (const field of fields) {
    if (!equal(object[field], before[field])) yield forbiddenField(field, why);
  }
}

const CLAIM_CHANGES = ["resources", "volumeName", "volumeAttributesClassName"];

function* claimChange(spec: JsonObject, old: JsonObject): Generator<FieldError> {
  const keys = new Set([...Object.keys(spec), ...Object.keys(old)]);
  const changed = [...keys].filter((key) => !equal(spec[key], old[key]));
  if (changed.every((key) => CLAIM_CHANGES.includes(key))) return;
  yield forbiddenField(
    "spec",
    "spec is immutable after creation except resources.requests and volumeAttributesClassName " +
      "for bound claims",
  );
}
