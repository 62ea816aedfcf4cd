/**
 * Chart.yaml and Chart.lock: decoded as leniently as Helm does, through YAML to JSON to a Go
 * struct. Unknown fields pass, names match in any case, scalars become text where text is wanted.
 *
 * @module
 */

import { isMap, newMap, sortedKeys } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { ChartError } from "./chart.ts";
import type { Dependency, Lock, Maintainer, Metadata } from "./chart.ts";
import { scalarText } from "./scalar.ts";

type Decode<T> = (value: unknown, at: string) => T;
type Fields = Readonly<Record<string, { readonly to: string; readonly decode: Decode<unknown> }>>;

const EMPTY_METADATA: Metadata = Object.freeze({
  name: "",
  home: "",
  sources: [],
  version: "",
  description: "",
  keywords: [],
  maintainers: [],
  icon: "",
  apiVersion: "",
  condition: "",
  tags: "",
  appVersion: "",
  deprecated: false,
  annotations: {},
  kubeVersion: "",
  dependencies: undefined,
  type: "",
});

const EMPTY_DEPENDENCY: Dependency = Object.freeze({
  name: "",
  version: "",
  repository: "",
  condition: "",
  tags: [],
  enabled: false,
  importValues: [],
  alias: "",
});

const MAINTAINER_FIELDS: Fields = fields({ name: text, email: text, url: text });

const DEPENDENCY_FIELDS: Fields = {
  ...fields({
    name: text,
    version: text,
    repository: text,
    condition: text,
    tags: list(text, "[]string"),
    enabled: bool,
    alias: text,
  }),
  "import-values": { to: "importValues", decode: list((value) => value, "[]interface {}") },
};

const METADATA_FIELDS: Fields = fields({
  name: text,
  home: text,
  sources: list(text, "[]string"),
  version: text,
  description: text,
  keywords: list(text, "[]string"),
  maintainers: list(decodeMaintainer, "[]*chart.Maintainer"),
  icon: text,
  apiVersion: text,
  condition: text,
  tags: text,
  appVersion: text,
  deprecated: bool,
  annotations: textMap,
  kubeVersion: text,
  dependencies: list(decodeDependency, "[]*chart.Dependency"),
  type: text,
});

const LOCK_FIELDS: Fields = fields({
  generated: text,
  digest: text,
  dependencies: list(decodeDependency, "[]*chart.Dependency"),
});

/**
 * Decodes a parsed Chart.yaml, over metadata that is there already (requirements.yaml).
 *
 * A null among maintainers or dependencies stays a null, for the validation to refuse.
 */
export function decodeMetadata(value: unknown, over: Metadata = EMPTY_METADATA): Metadata {
  return decodeStruct(value, METADATA_FIELDS, over, "Metadata");
}

/** Decodes a parsed Chart.lock. */
export function decodeLock(value: unknown): Lock {
  const empty: Lock = { generated: "", digest: "", dependencies: [] };
  return decodeStruct(value, LOCK_FIELDS, empty, "Lock");
}

/** Metadata as Helm writes it to JSON: empty fields left out. */
export function metadataJSON(metadata: Metadata): GoMap {
  return compact({
    name: metadata.name,
    home: metadata.home,
    sources: [...metadata.sources],
    version: metadata.version,
    description: metadata.description,
    keywords: [...metadata.keywords],
    maintainers: metadata.maintainers.map((one) => compact({ ...one })),
    icon: metadata.icon,
    apiVersion: metadata.apiVersion,
    condition: metadata.condition,
    tags: metadata.tags,
    appVersion: metadata.appVersion,
    deprecated: metadata.deprecated,
    annotations: Object.assign(newMap(), metadata.annotations),
    kubeVersion: metadata.kubeVersion,
    dependencies: (metadata.dependencies ?? []).map(dependencyJSON),
    type: metadata.type,
  });
}

/** A dependency as Helm writes it to JSON: name and repository always, the rest if not empty. */
export function dependencyJSON(dependency: Dependency): GoMap {
  const { name, repository, importValues, ...rest } = dependency;
  return Object.assign(
    newMap(),
    { name, repository },
    compact({ ...rest, tags: [...rest.tags], "import-values": [...importValues] }),
  );
}

function compact(fields: Record<string, unknown>): GoMap {
  const result = newMap();
  for (const [name, value] of Object.entries(fields)) {
    const empty = value === "" || value === false || value === undefined ||
      (Array.isArray(value) && value.length === 0) ||
      (isMap(value) && Object.keys(value).length === 0);
    if (!empty) result[name] = value;
  }
  return result;
}

function fields(decoders: Record<string, Decode<unknown>>): Fields {
  return Object.fromEntries(
    Object.entries(decoders).map(([name, decode]) => [name.toLowerCase(), { to: name, decode }]),
  );
}

function decodeStruct<T extends object>(value: unknown, known: Fields, over: T, at: string): T {
  if (value === null || value === undefined) return over;
  if (!isMap(value)) {
    const struct = at.includes(".") ? `struct field ${at} of type chart.X` : `value of type ${at}`;
    throw mismatch(
      value,
      struct.replace(
        /chart\.X|Metadata$|Lock$/,
        (word) => word === "chart.X" ? "chart.Maintainer" : `chart.${word}`,
      ),
    );
  }
  const result = { ...over } as Record<string, unknown>;
  // Go sees the keys of the JSON text in byte order; the last of two spellings wins.
  for (const key of sortedKeys(value)) {
    const field = Object.hasOwn(known, key.toLowerCase()) ? known[key.toLowerCase()] : undefined;
    if (field === undefined || value[key] === null) continue;
    result[field.to] = field.decode(value[key], `${at}.${key}`);
  }
  return result as T;
}

function decodeMaintainer(value: unknown, at: string): Maintainer {
  if (value === null) return null as unknown as Maintainer;
  return decodeStruct(value, MAINTAINER_FIELDS, { name: "", email: "", url: "" }, at);
}

function decodeDependency(value: unknown, at: string): Dependency {
  if (value === null) return null as unknown as Dependency;
  return decodeStruct(value, DEPENDENCY_FIELDS, EMPTY_DEPENDENCY, at);
}

function text(value: unknown, at: string): string {
  if (value === null) return "";
  const result = scalarText(value);
  if (result === undefined) throw mismatch(value, `struct field ${at} of type string`);
  return result;
}

function bool(value: unknown, at: string): boolean {
  if (typeof value !== "boolean") throw mismatch(value, `struct field ${at} of type bool`);
  return value;
}

function list<T>(item: Decode<T>, type: string): Decode<T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw mismatch(value, `struct field ${at} of type ${type}`);
    return value.map((one) => item(one, at));
  };
}

function textMap(value: unknown, at: string): Record<string, string> {
  if (!isMap(value)) throw mismatch(value, `struct field ${at} of type map[string]string`);
  const result: Record<string, string> = Object.create(null);
  for (const key of sortedKeys(value)) result[key] = text(value[key], at);
  return result;
}

function mismatch(value: unknown, target: string): ChartError {
  return new ChartError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${
      jsonKind(value)
    } into Go ${target}`,
  );
}

/** A message about a Go type by the name that it has in Helm 4. */
export function helm4Types(message: string): string {
  return message.replace(/\bchart\.(?=Metadata|Maintainer|Dependency|Lock)/g, "v2.");
}

/** What Go's encoding/json calls a value that does not fit. */
export function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return isMap(value) ? "object" : "number";
}
