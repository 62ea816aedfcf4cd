/**
 * The objects that every template sees, with the Go types that Helm gives them.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { pathValue, table } from "../chart/values.ts";
import { plainValue } from "../sprig/json_write.ts";
import { func, GoObject, isMap, newMap } from "../template/value.ts";
import type { GoField, GoFunc, GoMap, Kind } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import { formatValue } from "../template/format.ts";

/** `chartutil.Values`, in Helm 4 `common.Values`: a map with methods, which win over its keys. */
export class ValuesObject extends GoObject {
  readonly kind: Kind = "map";
  readonly goType: string;
  readonly #map: GoMap;
  readonly #helmVersion: HelmVersion;

  constructor(map: GoMap, helmVersion: HelmVersion) {
    super();
    this.#map = map;
    this.#helmVersion = helmVersion;
    this.goType = helmVersion === "v3" ? "chartutil.Values" : "common.Values";
  }

  override entries(): GoMap {
    return this.#map;
  }

  override method(name: string): GoFunc | undefined {
    const map = this.#map;
    switch (name) {
      case "AsMap":
        return func([], () => map);
      case "YAML":
        return func([], () => emitYaml(map, { plain: plainValue }));
      case "Table":
        return func(["string"], (path) => this.#table(path));
      case "PathValue":
        return func(["string"], (path) => valueAt(map, path));
    }
    return undefined;
  }

  format(): string {
    return formatValue(this.#map);
  }

  toJSONValue(): unknown {
    return this.#map;
  }

  #table(path: string): ValuesObject {
    const found = table(this.#map, path);
    if (found === undefined) {
      throw new Error(`${quoteGo(missingPart(this.#map, path))} is not a table`);
    }
    return new ValuesObject(found, this.#helmVersion);
  }
}

function valueAt(map: GoMap, path: string): unknown {
  if (path === "") throw new Error("YAML path cannot be empty");
  const value = pathValue(map, path);
  if (value === undefined) {
    throw new Error(`${quoteGo(path.slice(path.lastIndexOf(".") + 1))} is not a value`);
  }
  return value;
}

/** The first part of a dotted path that is no table. */
function missingPart(map: GoMap, path: string): string {
  let current: unknown = map;
  for (const part of path.split(".")) {
    current = isMap(current) ? current[part] : undefined;
    if (!isMap(current)) return part;
  }
  return path;
}

/** A field of a struct. */
export interface StructField extends GoField {
  /** Its name in JSON; without one it is written under its Go name. */
  readonly json?: string | undefined;
  /** Left out of JSON where it is empty. */
  readonly omitEmpty?: boolean | undefined;
}

/** What a struct or a pointer to one is made of. */
export interface StructShape {
  readonly goType: string;
  readonly kind: "struct" | "ptr";
  readonly fields: readonly StructField[];
  /** A struct whose fields are among `fields`, which can also be had as a whole. */
  readonly embedded?: StructField | undefined;
  readonly methods?: Readonly<Record<string, GoFunc>> | undefined;
  /** What `{{ .x }}` prints, where that is not `%v`. */
  readonly print?: (() => string) | undefined;
}

/** A Go struct, or a pointer to one. */
export class StructObject extends GoObject {
  readonly goType: string;
  readonly kind: Kind;
  readonly #shape: StructShape;

  constructor(shape: StructShape) {
    super();
    this.#shape = shape;
    this.goType = shape.goType;
    this.kind = shape.kind;
  }

  override field(name: string): unknown {
    const { fields, embedded } = this.#shape;
    const found = fields.find((field) => field.name === name) ??
      (embedded?.name === name ? embedded : undefined);
    return found?.hidden === true ? undefined : found?.value;
  }

  override method(name: string): GoFunc | undefined {
    const methods = this.#shape.methods ?? {};
    return Object.hasOwn(methods, name) ? methods[name] : undefined;
  }

  override structFields(): readonly StructField[] {
    const { fields, embedded } = this.#shape;
    if (embedded === undefined) return fields;
    const inner = (embedded.value as StructObject).structFields();
    const own = fields.filter(({ name }) => !inner.some((field) => field.name === name));
    return [{ ...embedded, embedded: true }, ...own];
  }

  override boxed(): StructObject {
    if (this.#shape.print === undefined) return this;
    return new StructObject({ ...this.#shape, methods: undefined, print: undefined });
  }

  format(): string {
    const fields = this.structFields().map(({ value }) => formatValue(value)).join(" ");
    return `${this.kind === "ptr" ? "&" : ""}{${fields}}`;
  }

  override print(): string {
    if (this.#shape.print !== undefined) return this.#shape.print();
    return this.format().replace(/^&/, "");
  }

  toJSONValue(): unknown {
    const result = newMap();
    for (const { name, value, json, omitEmpty, hidden } of this.#shape.fields) {
      if (hidden === true) continue;
      if (omitEmpty === true && isEmpty(value)) continue;
      result[json ?? name] = value;
    }
    return result;
  }
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof GoObject) return Object.keys(value.entries() ?? { one: 1 }).length === 0;
  return value === "" || value === false || value === null || value === undefined;
}
