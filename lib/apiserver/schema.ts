/**
 * Types of Kubernetes objects: which fields there are, how lists merge, what is atomic. Built-in
 * types come from {@linkcode TypeTable}, those of custom resources from their OpenAPI schema
 * (`crd_schema.ts`); everything that walks objects (apply, patches, pruning) knows only
 * {@linkcode Schema}.
 *
 * @module
 */
import { TYPES } from "./types_data.ts";

/** What a value is. `any` takes its shape from the value: maps merge, lists are atomic. */
export type SchemaKind =
  | "struct"
  | "map"
  | "list"
  | "string"
  | "bytes"
  | "time"
  | "integer"
  | "number"
  | "boolean"
  | "intOrString"
  | "quantity"
  | "any";

/** What a custom resource's schema says beyond the shape. */
export interface Constraints {
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

/** How a type is made. Children are functions because types may contain themselves. */
export interface SchemaInit {
  readonly kind: SchemaKind;
  readonly fields?: () => ReadonlyMap<string, Schema>;
  readonly element?: () => Schema;
  /** A map or struct that is replaced as a whole. @default {false} */
  readonly atomic?: boolean;
  /** How a list merges under server-side apply. @default {"atomic"} */
  readonly list?: "atomic" | "set" | "map";
  /** Fields that identify an item of a list of type `map`. */
  readonly keys?: readonly string[];
  /** Whether strategic merge patch merges this list, and by which key (none: plain values). */
  readonly patchMerge?: { readonly key: string | undefined };
  /** Whether a strategic merge patch drops the fields it does not name. @default {false} */
  readonly retainKeys?: boolean;
  /** Whether a struct keeps fields it does not declare. @default {false} */
  readonly open?: boolean;
  readonly bits?: 32 | 64;
  readonly constraints?: Constraints;
  /** Name of the type in messages. */
  readonly name?: string;
}

/** One type. */
export class Schema {
  readonly kind: SchemaKind;
  readonly atomic: boolean;
  readonly list: "atomic" | "set" | "map";
  readonly keys: readonly string[];
  readonly patchMerge: { readonly key: string | undefined } | undefined;
  readonly retainKeys: boolean;
  readonly open: boolean;
  readonly bits: 32 | 64;
  readonly constraints: Constraints;
  readonly name: string;
  readonly #init: SchemaInit;
  #fields: ReadonlyMap<string, Schema> | undefined;
  #element: Schema | undefined;

  constructor(init: SchemaInit) {
    this.kind = init.kind;
    this.atomic = init.atomic ?? false;
    this.list = init.list ?? "atomic";
    this.keys = init.keys ?? [];
    this.patchMerge = init.patchMerge;
    this.retainKeys = init.retainKeys ?? false;
    this.open = init.open ?? false;
    this.bits = init.bits ?? 32;
    this.constraints = init.constraints ?? {};
    this.name = init.name ?? "";
    this.#init = init;
  }

  /** Declared fields of a struct. */
  get fields(): ReadonlyMap<string, Schema> {
    return this.#fields ??= this.#init.fields?.() ?? new Map();
  }

  /** Type of a map's values, a list's items, an open struct's undeclared fields. */
  get element(): Schema {
    return this.#element ??= this.#init.element?.() ?? ANY;
  }

  /** Type of the value under a key of a struct or map. */
  child(key: string): Schema {
    return this.kind === "struct" ? this.fields.get(key) ?? this.element : this.element;
  }
}

/** The type of values that no schema describes. */
export const ANY: Schema = new Schema({ kind: "any" });

const SCALARS: Readonly<Record<string, Omit<SchemaInit, "fields">>> = {
  s: { kind: "string" },
  B: { kind: "bytes" },
  t: { kind: "time" },
  i: { kind: "integer", bits: 32, name: "int32" },
  l: { kind: "integer", bits: 64, name: "int64" },
  n: { kind: "number" },
  b: { kind: "boolean" },
  x: { kind: "intOrString" },
  q: { kind: "quantity" },
  o: { kind: "any" },
};

/**
 * The built-in types, read from their table when first asked for. In the table:
 *
 * | mark       | meaning                                                                  |
 * | ---------- | ------------------------------------------------------------------------ |
 * | `name`     | a string field                                                           |
 * | `name:T`   | a field of type T: a scalar's letter or another line of the table         |
 * | `[T`, `{T` | list of T, map from string to T                                          |
 * | `=`, `=k,l`| the list is a set, a map keyed by fields k and l                         |
 * | `/`, `/k`  | strategic merge patch merges the list, by the first list key or by k      |
 * | `~`        | atomic                                                                   |
 * | `!`        | strategic merge patch uses retainKeys                                    |
 */
export class TypeTable {
  readonly #lines = new Map<string, string>();
  readonly #types = new Map<string, Schema>();

  constructor() {
    for (const line of TYPES.trim().split("\n")) {
      const [head] = line.split(" ", 1);
      this.#lines.set(head!.replace("~", ""), line);
    }
  }

  /** A type by its name in the table; throws a RangeError where there is none. */
  get(name: string): Schema {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const line = this.#lines.get(name);
    if (line === undefined) throw new RangeError(`no built-in type ${name}`);
    const [head, ...fields] = line.split(" ");
    const schema = new Schema({
      kind: "struct",
      name,
      atomic: head!.endsWith("~"),
      fields: () => new Map(fields.map((field) => this.#field(field))),
    });
    this.#types.set(name, schema);
    return schema;
  }

  #field(text: string): [string, Schema] {
    const colon = text.indexOf(":");
    if (colon < 0) return [text, this.#parse("s")];
    return [text.slice(0, colon), this.#parse(text.slice(colon + 1))];
  }

  #parse(code: string): Schema {
    const key = ` ${code}`;
    const known = this.#types.get(key);
    if (known !== undefined) return known;
    const schema = this.#make(code);
    this.#types.set(key, schema);
    return schema;
  }

  #make(code: string): Schema {
    const [, type, list, patch, atomic, retain] = /^([^=/~!]+)(=[^/~!]*)?(\/[^~!]*)?(~)?(!)?$/.exec(
      code,
    )!;
    if (type!.startsWith("[")) {
      const keys = list === undefined || list === "=" ? [] : list.slice(1).split(",");
      const relation = list === undefined ? "atomic" : keys.length > 0 ? "map" : "set";
      return new Schema({
        kind: "list",
        list: relation,
        keys,
        element: () => this.#parse(type!.slice(1)),
        retainKeys: retain !== undefined,
        ...(patch === undefined ? {} : { patchMerge: { key: patch.slice(1) || keys[0] } }),
      });
    }
    if (type!.startsWith("{")) {
      return new Schema({
        kind: "map",
        atomic: atomic !== undefined,
        element: () => this.#parse(type!.slice(1)),
      });
    }
    const scalar = SCALARS[type!];
    if (scalar !== undefined) return new Schema(scalar);
    const named = this.get(type!);
    if (atomic === undefined && retain === undefined) return named;
    return new Schema({
      kind: "struct",
      name: named.name,
      atomic: named.atomic || atomic !== undefined,
      retainKeys: retain !== undefined,
      fields: () => named.fields,
    });
  }
}
