/**
 * `.Chart`: in Helm 3 a struct, in Helm 4 a map of the same fields.
 *
 * @module
 */

import type { Chart, Dependency, HelmVersion, Maintainer, Metadata } from "../chart/chart.ts";
import { GoObject, newMap, nilMap, nilSlice, typedSlice } from "../template/value.ts";
import type { GoMap, Kind } from "../template/value.ts";
import { formatValue } from "../template/format.ts";
import { StructObject } from "./objects.ts";
import type { StructField } from "./objects.ts";

/** What templates see of a chart's metadata. */
export function chartObject(chart: Chart, isRoot: boolean, helmVersion: HelmVersion): unknown {
  const { metadata } = chart;
  if (helmVersion === "v4") return Object.assign(metadataMap(metadata), { IsRoot: isRoot });
  const fields = metadataFields(metadata, "chart");
  const inner = new StructObject({ goType: "chart.Metadata", kind: "struct", fields });
  return new StructObject({
    goType: "struct { chart.Metadata; IsRoot bool }",
    kind: "struct",
    fields: [...fields, { name: "IsRoot", value: isRoot }],
    embedded: { name: "Metadata", value: inner },
  });
}

/** A pointer to the metadata, of a type in this package of Go's. */
export function metadataPointer(metadata: Metadata, pack: string): StructObject {
  return pointer(`*${pack}.Metadata`, metadataFields(metadata, pack));
}

function metadataFields(metadata: Metadata, pack: string): StructField[] {
  const { dependencies = [] } = metadata;
  return [
    text("Name", metadata.name),
    text("Home", metadata.home),
    field("Sources", strings(metadata.sources)),
    text("Version", metadata.version),
    text("Description", metadata.description),
    field("Keywords", strings(metadata.keywords)),
    field(
      "Maintainers",
      pointers(`*${pack}.Maintainer`, metadata.maintainers.map(maintainerFields)),
    ),
    text("Icon", metadata.icon),
    text("APIVersion", metadata.apiVersion, "apiVersion"),
    text("Condition", metadata.condition),
    text("Tags", metadata.tags),
    text("AppVersion", metadata.appVersion, "appVersion"),
    field("Deprecated", metadata.deprecated),
    field("Annotations", new TextMap(metadata.annotations)),
    text("KubeVersion", metadata.kubeVersion, "kubeVersion"),
    field("Dependencies", pointers(`*${pack}.Dependency`, dependencies.map(dependencyFields))),
    text("Type", metadata.type),
  ];
}

function maintainerFields({ name, email, url }: Maintainer): StructField[] {
  return [text("Name", name), text("Email", email), text("URL", url, "url")];
}

function dependencyFields(one: Dependency): StructField[] {
  return [
    { name: "Name", value: one.name, json: "name" },
    text("Version", one.version),
    { name: "Repository", value: one.repository, json: "repository" },
    text("Condition", one.condition),
    field("Tags", strings(one.tags)),
    field("Enabled", one.enabled),
    field("ImportValues", [...one.importValues], "import-values"),
    text("Alias", one.alias),
  ];
}

/** A pointer inside a list prints as an address, which nobody can rely on. */
function pointer(goType: string, fields: readonly StructField[]): StructObject {
  return new StructObject({ goType, kind: "ptr", fields });
}

function text(name: string, value: string, json?: string): StructField {
  return field(name, value, json);
}

function field(name: string, value: unknown, json = name.toLowerCase()): StructField {
  return { name, value, json, omitEmpty: true };
}

function strings(items: readonly string[]): unknown[] {
  return items.length === 0 ? nilSlice("[]string") : typedSlice("[]string", [...items]);
}

function pointers(goType: string, structs: readonly (readonly StructField[])[]): unknown[] {
  if (structs.length === 0) return nilSlice(`[]${goType}`);
  return typedSlice(`[]${goType}`, structs.map((fields) => pointer(goType, fields)));
}

function metadataMap(metadata: Metadata): GoMap {
  const { dependencies = [] } = metadata;
  return Object.assign(newMap(), {
    Name: metadata.name,
    Home: metadata.home,
    Sources: [...metadata.sources],
    Version: metadata.version,
    Description: metadata.description,
    Keywords: [...metadata.keywords],
    Maintainers: metadata.maintainers.map(({ name, email, url }) =>
      Object.assign(newMap(), { Name: name, Email: email, URL: url })
    ),
    Icon: metadata.icon,
    APIVersion: metadata.apiVersion,
    Condition: metadata.condition,
    Tags: metadata.tags,
    AppVersion: metadata.appVersion,
    Deprecated: metadata.deprecated,
    Annotations: new TextMap(metadata.annotations),
    KubeVersion: metadata.kubeVersion,
    Dependencies: dependencies.map(dependencyMap),
    Type: metadata.type,
  });
}

function dependencyMap(one: Dependency): GoMap {
  return Object.assign(newMap(), {
    Name: one.name,
    Version: one.version,
    Repository: one.repository,
    Condition: one.condition,
    Tags: [...one.tags],
    Enabled: one.enabled,
    ImportValues: [...one.importValues],
    Alias: one.alias,
  });
}

/** A map[string]string, nil where it is empty. */
class TextMap extends GoObject {
  override readonly goType = "map[string]string";
  override readonly kind: Kind = "map";
  readonly #entries: GoMap;

  constructor(entries: Readonly<Record<string, string>>) {
    super();
    const isEmpty = Object.keys(entries).length === 0;
    this.#entries = isEmpty ? nilMap() : Object.assign(newMap(), entries);
  }

  override entries(): GoMap {
    return this.#entries;
  }

  override elementType(): string {
    return "string";
  }

  format(): string {
    return formatValue(this.#entries);
  }

  toJSONValue(): unknown {
    return this.#entries;
  }
}
