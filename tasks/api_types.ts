/**
 * Writes `lib/apiserver/types_data.ts`, the field table of Kubernetes' built-in types, from the
 * OpenAPI document of a real API server:
 *
 *     kubectl get --raw /openapi/v2 | deno run -A tasks/api_types.ts
 */

interface Property {
  readonly type?: string;
  readonly format?: string;
  readonly $ref?: string;
  readonly items?: Property;
  readonly additionalProperties?: Property;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-patch-strategy"?: string;
  readonly "x-kubernetes-patch-merge-key"?: string;
}

interface Definition extends Property {
  readonly properties?: Readonly<Record<string, Property>>;
  readonly "x-kubernetes-group-version-kind"?: readonly { group: string; kind: string }[];
}

type Definitions = Readonly<Record<string, Definition>>;

const OMITTED_GROUPS = [
  "resource.k8s.io",
  "flowcontrol.apiserver.k8s.io",
  "certificates.k8s.io",
  "internal.apiserver.k8s.io",
];
const OMITTED_KINDS =
  /List$|Options$|Review$|^(WatchEvent|Status|APIGroup|APIVersions|Binding|ComponentStatus|Eviction|TokenRequest)$/;

const SCALARS: Readonly<Record<string, string>> = {
  Quantity: "q",
  IntOrString: "x",
  Time: "t",
  MicroTime: "t",
  FieldsV1: "o",
  RawExtension: "o",
};

/** The table, one type a line, sorted by name. */
export function table(definitions: Definitions): string[] {
  const used = reachable(definitions);
  const names = shortNames(used);
  return [...used]
    .filter((id) => definitions[id]!.properties !== undefined && SCALARS[last(id)] === undefined)
    .map((id) => line(definitions, names, id))
    .sort();
}

function line(definitions: Definitions, names: ReadonlyMap<string, string>, id: string): string {
  const definition = definitions[id]!;
  const mark = definition["x-kubernetes-map-type"] === "atomic" ? "~" : "";
  const fields = Object.entries(definition.properties ?? {}).map(([name, property]) => {
    const code = codeOf(definitions, names, property) + marks(property);
    return code === "s" ? name : `${name}:${code}`;
  });
  return [names.get(id)! + mark, ...fields].join(" ");
}

function marks(property: Property): string {
  const keys = property["x-kubernetes-list-map-keys"] ?? [];
  const strategy = property["x-kubernetes-patch-strategy"] ?? "";
  const mergeKey = property["x-kubernetes-patch-merge-key"] ?? "";
  let text = "";
  if (property["x-kubernetes-list-type"] === "map") text += `=${keys.join(",")}`;
  if (property["x-kubernetes-list-type"] === "set") text += "=";
  if (property.type === "array" && strategy.includes("merge")) {
    text += `/${mergeKey === keys[0] ? "" : mergeKey}`;
  }
  if (property["x-kubernetes-map-type"] === "atomic") text += "~";
  if (strategy.includes("retainKeys")) text += "!";
  return text;
}

function codeOf(
  definitions: Definitions,
  names: ReadonlyMap<string, string>,
  property: Property,
): string {
  const id = target(property);
  if (id !== undefined) {
    const scalar = SCALARS[last(id)];
    if (scalar !== undefined) return scalar;
    return definitions[id]!.properties === undefined ? "o" : names.get(id)!;
  }
  if (property.items !== undefined) return `[${codeOf(definitions, names, property.items)}`;
  if (property.additionalProperties !== undefined) {
    return `{${codeOf(definitions, names, property.additionalProperties)}`;
  }
  const { type, format } = property;
  if (type === "string") return format === "byte" ? "B" : "s";
  if (type === "integer") return format === "int64" ? "l" : "i";
  return type === "number" ? "n" : type === "boolean" ? "b" : "o";
}

function reachable(definitions: Definitions): Set<string> {
  const used = new Set<string>();
  const visit = (property: Property) => {
    const id = target(property);
    if (id !== undefined) walk(id);
    if (property.items) visit(property.items);
    if (property.additionalProperties) visit(property.additionalProperties);
  };
  const walk = (id: string) => {
    if (used.has(id)) return;
    used.add(id);
    Object.values(definitions[id]!.properties ?? {}).forEach(visit);
  };
  for (const [id, definition] of Object.entries(definitions)) {
    const kinds = definition["x-kubernetes-group-version-kind"];
    if (kinds?.length !== 1) continue;
    const { group, kind } = kinds[0]!;
    if (!OMITTED_GROUPS.includes(group) && !OMITTED_KINDS.test(kind)) walk(id);
  }
  return used;
}

/** The last part of each id; where two share one, `group_version_Name`. */
function shortNames(ids: ReadonlySet<string>): ReadonlyMap<string, string> {
  const count = new Map<string, number>();
  for (const id of ids) count.set(last(id), (count.get(last(id)) ?? 0) + 1);
  return new Map([...ids].map((id) => {
    const unique = count.get(last(id)) === 1;
    return [id, unique ? last(id) : id.split(".").slice(-3).join("_")];
  }));
}

function target(property: Property): string | undefined {
  return property.$ref?.slice("#/definitions/".length);
}

function last(id: string): string {
  return id.slice(id.lastIndexOf(".") + 1);
}

if (import.meta.main) {
  const document = JSON.parse(await new Response(Deno.stdin.readable).text());
  const lines = table(document.definitions);
  const text = `/**
 * The fields of Kubernetes' built-in types, one type a line, written by \`tasks/api_types.ts\` from
 * the OpenAPI document of Kubernetes ${document.info.version}. {@linkcode TypeTable} reads it and
 * says what the marks mean.
 *
 * @module
 */

/** One type a line: its name, then its fields. */
export const TYPES = String.raw\`
${lines.join("\n")}
\`;
`;
  const path = new URL("../lib/apiserver/types_data.ts", import.meta.url);
  await Deno.writeTextFile(path, text);
}
