/**
 * Release records in Helm's format: JSON, gzip, base64.
 *
 * Fields are those that Helm 3 and Helm 4 both read (pkg/release and pkg/storage/driver/util.go); a
 * moment that is not set is left out, as Helm 4 does and Helm 3 accepts.
 *
 * @module
 */
import { joinBytes } from "../files.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { type GoMap, GoNumber, GoObject, isMap } from "../template/value.ts";
import {
  type HookPhase,
  type Release,
  RELEASE_STATUSES,
  type ReleaseHook,
  type ReleaseInfo,
  type ReleaseStatus,
} from "./release.ts";
import { readStoredChart } from "./stored_chart.ts";

/** A release as the text that a record keeps. */
export async function encodeRelease(release: Release): Promise<string> {
  const json = goJSON(releaseJSON(release));
  const zipped = await through(new CompressionStream("gzip"), new TextEncoder().encode(json));
  return zipped.toBase64();
}

/**
 * The release that a record's text says. What a record does not say, such as labels, is the
 * storage's to add.
 *
 * @throws {CapstanError} when the text is no release.
 */
export async function decodeRelease(text: string): Promise<Release> {
  try {
    const json = jsonOf(await unzip(Uint8Array.fromBase64(text)));
    if (!isMap(json)) throw new TypeError("it is not a JSON object");
    return readRelease(json);
  } catch (error) {
    throw new CapstanError(`cannot read a release record: ${messageOf(error)}`, {
      code: "release/corrupt",
      hint:
        "the record was damaged, or written by something other than Helm; deleting it leaves the revision before",
      cause: error,
    });
  }
}

/** A record may be a secret, or no text at all: nothing of it is shown. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError("it is not JSON");
  }
}

async function unzip(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  // Records of early Helm versions are not compressed.
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
  if (!zipped) return new TextDecoder().decode(bytes);
  return new TextDecoder().decode(await through(new DecompressionStream("gzip"), bytes));
}

/**
 * What a stream makes of some bytes. A thousand records at once take a fifth of the time that
 * `pipeThrough` would need.
 */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array> {
  const writer = stream.writable.getWriter();
  // What goes wrong is thrown where it is read.
  const written = Promise.allSettled([writer.write(bytes), writer.close()]);
  const parts: Uint8Array[] = [];
  for await (const part of stream.readable) parts.push(part);
  await written;
  return parts.length === 1 ? parts[0]! : joinBytes(parts);
}

/** The record's JSON tree, fields in Helm's order and empty ones left out. */
export function releaseJSON(release: Release): GoMap {
  const { name, info, chart, config, manifest, hooks, revision, namespace, applyMethod } = release;
  return present({
    name,
    info: infoJSON(info),
    chart: chart.json,
    config: config === undefined || Object.keys(config).length === 0 ? undefined : config,
    manifest: manifest || undefined,
    hooks: hooks.length === 0 ? undefined : hooks.map(hookJSON),
    version: revision || undefined,
    namespace: namespace || undefined,
    apply_method: applyMethod,
  });
}

function infoJSON(info: ReleaseInfo): GoMap {
  return present({
    first_deployed: info.firstDeployed,
    last_deployed: info.lastDeployed,
    deleted: info.deleted,
    description: info.description || undefined,
    status: info.status,
    rollback_revision: info.rollbackRevision || undefined,
    notes: info.notes || undefined,
  });
}

function hookJSON(hook: ReleaseHook): GoMap {
  const { startedAt, completedAt, phase } = hook.lastRun;
  const list = (items: readonly string[]) => items.length === 0 ? undefined : items;
  return present({
    name: hook.name || undefined,
    kind: hook.kind || undefined,
    path: hook.path || undefined,
    manifest: hook.manifest || undefined,
    events: list(hook.events),
    last_run: present({ started_at: startedAt, completed_at: completedAt, phase }),
    weight: hook.weight || undefined,
    delete_policies: list(hook.deletePolicies),
    output_log_policies: list(hook.outputLogPolicies),
  });
}

function present(fields: GoMap): GoMap {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** JSON text of a value that may hold values of the template engine. */
export function goJSON(value: unknown): string {
  return JSON.stringify(value, goValue);
}

/** Values of the template engine as JSON has them. */
function goValue(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return exactNumber(value);
  if (value instanceof GoNumber) return exactNumber(value.value);
  if (value instanceof GoObject) return value.toJSONValue();
  if (value instanceof Uint8Array) return value.toBase64();
  return value;
}

/** An integer with all its digits; a number would round it beyond 2^53. */
function exactNumber(value: bigint | number): unknown {
  return Number.isSafeInteger(Number(value)) || typeof value === "number"
    ? Number(value)
    : (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(String(value));
}

function readRelease(json: GoMap): Release {
  const method = json["apply_method"];
  const config = json["config"];
  const hooks = json["hooks"];
  return {
    name: text(json["name"]),
    namespace: text(json["namespace"]),
    revision: integer(json["version"]),
    info: readInfo(isMap(json["info"]) ? json["info"] : {}),
    chart: readStoredChart(json["chart"]),
    config: isMap(config) ? config : undefined,
    manifest: text(json["manifest"]),
    hooks: Array.isArray(hooks) ? hooks.filter(isMap).map(readHook) : [],
    applyMethod: method === "ssa" || method === "csa" ? method : undefined,
    labels: {},
  };
}

function readInfo(json: GoMap): ReleaseInfo {
  const status = RELEASE_STATUSES.find((known) => known === json["status"]);
  return {
    firstDeployed: moment(json["first_deployed"]),
    lastDeployed: moment(json["last_deployed"]),
    deleted: moment(json["deleted"]),
    description: text(json["description"]),
    status: status ?? "unknown" satisfies ReleaseStatus,
    notes: text(json["notes"]),
    rollbackRevision: integer(json["rollback_revision"]) || undefined,
  };
}

const PHASES: readonly HookPhase[] = ["Unknown", "Running", "Succeeded", "Failed"];

function readHook(json: GoMap): ReleaseHook {
  const run = isMap(json["last_run"]) ? json["last_run"] : {};
  return {
    name: text(json["name"]),
    kind: text(json["kind"]),
    path: text(json["path"]),
    manifest: text(json["manifest"]),
    events: texts(json["events"]),
    weight: integer(json["weight"]),
    deletePolicies: texts(json["delete_policies"]),
    outputLogPolicies: texts(json["output_log_policies"]),
    lastRun: {
      startedAt: moment(run["started_at"]),
      completedAt: moment(run["completed_at"]),
      phase: PHASES.find((known) => known === run["phase"]) ?? "",
    },
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}

function integer(value: unknown): number {
  return typeof value === "number" && Number.isInteger(value) ? value : 0;
}

/** Helm 3 writes a moment that is not set as an empty text, Go as the year 1. */
function moment(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && !value.startsWith("0001-01-01")
    ? value
    : undefined;
}
