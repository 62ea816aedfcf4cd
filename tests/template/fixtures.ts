/**
 * Data and functions that the template tests run with, and a way to run one text.
 */
import { parseTemplate, TemplateSet } from "../../lib/template/template.ts";
import type { ExecuteOptions } from "../../lib/template/template.ts";
import {
  fromBytes,
  func,
  GoNumber,
  GoObject,
  int64,
  newMap,
  nilMap,
  nilSlice,
  toBytes,
  typedSlice,
  variadic,
} from "../../lib/template/value.ts";
import type { FuncMap, GoFunc, GoMap } from "../../lib/template/value.ts";
import { formatValue } from "../../lib/template/format.ts";

/** JSON as Go values: every number a float64. */
export function goValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(goValue);
  if (typeof value !== "object" || value === null || value instanceof GoObject) return value;
  const map = newMap();
  for (const [key, item] of Object.entries(value)) map[key] = goValue(item);
  return map;
}

/** `type Values map[string]interface{}` with methods. */
export class Values extends GoObject {
  readonly goType = "main.Values";
  readonly kind = "map";

  constructor(readonly map: GoMap) {
    super();
  }

  override entries(): GoMap {
    return this.map;
  }

  override method(name: string): GoFunc | undefined {
    switch (name) {
      case "AsMap":
        return func([], () => this.map);
      case "Has":
        return func(["string"], (key) => Object.hasOwn(this.map, key));
      case "Sum":
        return func(["int", "int"], (a, b) => BigInt(a + b));
      case "Join":
        return variadic(["string"], "string", (separator, ...parts) => parts.join(separator));
      case "Err":
        return func([], () => {
          throw new Error("boom");
        });
    }
    return undefined;
  }

  format(): string {
    return formatValue(this.map);
  }

  toJSONValue(): unknown {
    return this.map;
  }
}

/** `type VS []string` with a method. */
export class Versions extends GoObject {
  readonly goType = "main.VS";
  readonly kind = "slice";

  constructor(readonly list: string[]) {
    super();
  }

  override underlying(): unknown {
    return typedSlice("[]string", this.list);
  }

  override method(name: string): GoFunc | undefined {
    return name === "Has" ? func(["string"], (item) => this.list.includes(item)) : undefined;
  }

  format(): string {
    return formatValue(this.list);
  }

  toJSONValue(): unknown {
    return this.list;
  }
}

/** `map[string]string` */
export class StringMap extends GoObject {
  readonly goType = "map[string]string";
  readonly kind = "map";

  constructor(readonly map: GoMap) {
    super();
  }

  override entries(): GoMap {
    return this.map;
  }

  override elementType(): string {
    return "string";
  }

  format(): string {
    return formatValue(this.map);
  }

  toJSONValue(): unknown {
    return this.map;
  }
}

/** A pointer to `struct { Name string; N int; Any any; L []string; M map[string]string }`. */
export class Meta extends GoObject {
  readonly goType = "*main.Meta";
  readonly kind = "ptr";
  readonly #fields: GoMap;

  constructor(name: string) {
    super();
    const list = typedSlice("[]string", ["x"]);
    this.#fields = { Name: name, N: 3n, Any: null, L: list, M: new StringMap({ k: "v" }) };
  }

  override field(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  format(): string {
    return `&${this.print()}`;
  }

  override print(): string {
    const fields = Object.values(this.#fields).map((value) => formatValue(value));
    return `{${fields.join(" ")}}`;
  }

  toJSONValue(): unknown {
    return this.#fields;
  }
}

/** `time.Month`, an int with a String method. */
export class Month extends GoObject {
  readonly goType = "time.Month";
  readonly kind = "int";

  constructor(readonly number: number) {
    super();
  }

  override integer(): bigint {
    return BigInt(this.number);
  }

  override method(name: string): GoFunc | undefined {
    return name === "String" ? func([], () => this.format()) : undefined;
  }

  format(): string {
    return ["", "January", "February", "March"][this.number] ?? "";
  }

  toJSONValue(): unknown {
    return this.number;
  }
}

/** What every row sees as dot. */
export function testData(): GoMap {
  const data = goValue({
    Values: {
      a: { b: { c: "deep" }, s: "txt" },
      n: 3,
      f: 1.5,
      big: 1234567,
      t: true,
      nul: null,
      l: [1, "two", null, { x: 1 }, [1, 2]],
      e: [],
      em: {},
      s: "str",
      zero: 0,
      m: { k1: "v1", k2: 2 },
    },
    l: ["a", "b", "c"],
    m: { x: 1, y: "z" },
    n: 5,
    s: "hello",
  }) as GoMap;
  data["Values"] = new Values(data["Values"] as GoMap);
  data["meta"] = new Meta("chart");
  return data;
}

function unsigned(type: "uint8" | "uint64", value: number): GoNumber {
  const bits = type === "uint8" ? 8 : 64;
  return new GoNumber(type, BigInt.asUintN(bits, BigInt(Math.trunc(value))));
}

/** Functions of every parameter type, and makers of values that templates cannot write. */
export const FUNCS: FuncMap = {
  str: func(["string"], (value) => value),
  num: func(["int"], (value) => BigInt(value)),
  i64: func(["int64"], (value) => int64(value)),
  u32: func(["uint32"], (value) => new GoNumber("uint32", BigInt(value))),
  flt: func(["float64"], (value) => value),
  bl: func(["bool"], (value) => value),
  mp: func(["map"], (value) => value),
  lst: func(["[]any"], (value) => value),
  sl: func(["[]string"], (value) => value),
  bs: func(["[]byte"], (value) => value),
  anyf: func(["any"], (value) => value),
  tm: func(["time.Month"], (value) => value.format()),
  vr: variadic(["string"], "int", (text, ...numbers) => `${text}[${numbers.join(" ")}]`),
  vs: variadic([], "string", (...items) => typedSlice("[]string", items)),
  fail: func(["string"], (message) => {
    throw new Error(message);
  }),
  list: variadic([], "any", (...items) => items),
  dict: variadic([], "any", (...pairs) => {
    const map = newMap();
    for (let i = 0; i < pairs.length; i += 2) map[formatValue(pairs[i])] = pairs[i + 1];
    return map;
  }),
  bytes: func(["string"], (text) => toBytes(text)),
  toi64: func(["float64"], (value) => int64(Math.trunc(value))),
  tou8: func(["float64"], (value) => unsigned("uint8", value)),
  tou64: func(["float64"], (value) => unsigned("uint64", value)),
  tof32: func(["float64"], (value) => new GoNumber("float32", Math.fround(value))),
  smap: variadic(
    [],
    "string",
    (...items) => new StringMap(Object.fromEntries(items.map((item, i) => [`_${i}`, item]))),
  ),
  nilmap: func([], () => nilMap()),
  nillist: func([], () => nilSlice()),
  none: func([], () => null),
  vers: variadic([], "string", (...items) => new Versions(items)),
  month: func(["int"], (number) => new Month(number)),
};

/** How {@linkcode render} runs a text. */
export interface RenderOptions extends Partial<ExecuteOptions> {
  /** @default {testData()} */
  readonly data?: unknown;
}

/** Runs a text named `a.yaml`, with an `include` on the same set. */
export function render(text: string, options: RenderOptions = {}): string {
  const set = new TemplateSet();
  const all: ExecuteOptions = {
    ...options,
    funcs: {
      ...FUNCS,
      include: func(["string", "any"], (name, data) => set.execute(name, data, all)),
      ...options.funcs,
    },
  };
  set.add(parseTemplate("a.yaml", text, { functions: (name) => Object.hasOwn(all.funcs, name) }));
  return set.execute("a.yaml", "data" in options ? options.data : testData(), all);
}

/** A text and what Go makes of it: its output, or its error. */
export type Row = readonly [text: string, expected: string | { readonly error: string }];

/** What a text renders to, in the shape of a row. Stray bytes read as U+FFFD, as in a terminal. */
export function outcome(text: string, options: RenderOptions = {}): Row[1] {
  try {
    return new TextDecoder().decode(toBytes(render(text, options)));
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** Bytes of text that is not UTF-8. */
export function goString(...bytes: number[]): string {
  return fromBytes(Uint8Array.from(bytes));
}
