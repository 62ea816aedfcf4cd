/**
 * The rules of the API server for pods and pod templates.
 *
 * @module
 */
import { at, isObject, type JsonObject, listAt } from "./json.ts";
import { duplicate, type FieldError, forbiddenField, invalid, required } from "./status.ts";

/** What a DNS label must be, in the API server's words. */
export const LABEL =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or " +
  "'-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', " +
  "regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
/** A DNS label. */
export const LABEL_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Everything wrong with a pod's spec at a path. */
export function* podErrors(spec: JsonObject, path: string): Generator<FieldError> {
  yield* volumeErrors(spec, `${path}.volumes`);
  const volumes = new Set(listAt(spec, "volumes").map(({ name }) => name));
  const names = new Set<unknown>();
  if (listAt(spec, "containers").length === 0) yield required(`${path}.containers`);
  for (const list of ["containers", "initContainers"]) {
    for (const [i, container] of listAt(spec, list).entries()) {
      const field = `${path}.${list}[${i}]`;
      yield* containerErrors(container, field, volumes);
      if (names.has(container.name)) yield duplicate(`${field}.name`, container.name);
      names.add(container.name);
    }
  }
}

/** Volume types in the order in which the API server looks at them; others come last. */
const VOLUME_TYPES = [
  "emptyDir",
  "hostPath",
  "gitRepo",
  "secret",
  "nfs",
  "iscsi",
  "persistentVolumeClaim",
  "downwardAPI",
  "configMap",
  "projected",
  "csi",
  "ephemeral",
  "image",
];

function rank(type: string): number {
  const at = VOLUME_TYPES.indexOf(type);
  return at < 0 ? VOLUME_TYPES.length : at;
}

function* volumeErrors(spec: JsonObject, path: string): Generator<FieldError> {
  const names = new Set<unknown>();
  for (const [i, volume] of listAt(spec, "volumes").entries()) {
    const field = `${path}[${i}]`;
    const { name, ...sources } = volume;
    const [, second] = Object.keys(sources).sort((a, b) => rank(a) - rank(b));
    if (typeof name !== "string" || name === "") yield required(`${field}.name`);
    else if (!LABEL_PATTERN.test(name)) yield invalid(`${field}.name`, name, LABEL);
    else if (names.has(name)) yield duplicate(`${field}.name`, name);
    names.add(name);
    if (second !== undefined) {
      yield forbiddenField(`${field}.${second}`, "may not specify more than 1 volume type");
    }
  }
}

function* containerErrors(
  container: JsonObject,
  path: string,
  volumes: ReadonlySet<unknown>,
): Generator<FieldError> {
  const { name, image } = container;
  if (typeof name !== "string" || name === "") yield required(`${path}.name`);
  else if (!LABEL_PATTERN.test(name)) yield invalid(`${path}.name`, name, LABEL);
  if (typeof image !== "string" || image === "") yield required(`${path}.image`);
  yield* portErrors(container, `${path}.ports`);
  for (const [i, variable] of listAt(container, "env").entries()) {
    if (typeof variable.name !== "string" || variable.name === "") {
      yield required(`${path}.env[${i}].name`);
    }
    if (variable.value !== undefined && variable.value !== "" && isObject(variable.valueFrom)) {
      const why = "may not be specified when `value` is not empty";
      yield invalid(`${path}.env[${i}].valueFrom`, "", why);
    }
  }
  for (const [i, mount] of listAt(container, "volumeMounts").entries()) {
    if (volumes.has(mount.name) || typeof mount.name !== "string") continue;
    const message = `Not found: ${JSON.stringify(mount.name)}`;
    yield { field: `${path}.volumeMounts[${i}].name`, reason: "FieldValueNotFound", message };
  }
  for (const probe of ["livenessProbe", "readinessProbe", "startupProbe"]) {
    if (isObject(container[probe])) yield* handlerErrors(container[probe], `${path}.${probe}`);
  }
  for (const hook of ["postStart", "preStop"]) {
    const handler = at(container, "lifecycle", hook);
    if (isObject(handler)) yield* handlerErrors(handler, `${path}.lifecycle.${hook}`);
  }
}

const RANGE = "must be between 1 and 65535, inclusive";

function* portErrors(container: JsonObject, path: string): Generator<FieldError> {
  const names = new Set<unknown>();
  for (const [i, { name, containerPort }] of listAt(container, "ports").entries()) {
    if (containerPort === undefined || containerPort === 0) {
      yield required(`${path}[${i}].containerPort`);
    } else if (!isPort(containerPort)) {
      yield invalid(`${path}[${i}].containerPort`, containerPort, RANGE);
    }
    if (name === undefined) continue;
    if (names.has(name)) yield duplicate(`${path}[${i}].name`, name);
    names.add(name);
  }
}

function isPort(port: unknown): boolean {
  return typeof port === "number" && port >= 1 && port <= 65535;
}

const HANDLERS = ["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

/** A probe or lifecycle hook does one thing. */
function* handlerErrors(handler: JsonObject, path: string): Generator<FieldError> {
  const used = HANDLERS.filter((name) => isObject(handler[name]));
  if (used.length === 0) yield required(path, "must specify a handler type");
  for (const name of used.slice(1)) {
    yield forbiddenField(`${path}.${name}`, "may not specify more than 1 handler type");
  }
  for (const name of used) {
    if (name === "exec" || name === "sleep") continue;
    const port = at(handler, name, "port") ?? 0;
    if (typeof port === "number" && !isPort(port)) {
      yield invalid(`${path}.${name}.port`, port, RANGE);
    }
  }
}
