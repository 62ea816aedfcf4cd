import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { jsonFuncs } from "../../lib/sprig/json.ts";
import { func, GoNumber, GoObject, int64, newMap, typedSlice } from "../../lib/template/value.ts";
import type { Kind } from "../../lib/template/value.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = jsonFuncs(testEnv());

/** A struct or a named map with the given fields. */
class Fields extends GoObject {
  readonly goType = "test.Fields";

  constructor(readonly kind: Kind, readonly fields: Record<string, unknown>) {
    super();
  }

  format(): string {
    return "";
  }

  toJSONValue(): unknown {
    return this.fields;
  }
}

const WRITTEN: [value: unknown, json: string][] = [
  [null, "null"],
  [undefined, "null"],
  [{ b: 1, a: [1, "x", null, true], Z: {} }, '{"Z":{},"a":[1,"x",null,true],"b":1}'],
  [
    [1e6, 1e20, 1e21, 1e-6, 1e-7, 0.1, -0],
    "[1000000,100000000000000000000,1e+21,0.000001,1e-7,0.1,-0]",
  ],
  [12345678901234567n, "12345678901234567"],
  [int64(-5), "-5"],
  [new GoNumber("float32", Math.fround(0.1)), "0.1"],
  [new TextEncoder().encode("readme"), '"cmVhZG1l"'],
  [typedSlice("[]string", ["a"]), '["a"]'],
  ["a<b>&\u2028\u2029", '"a\\u003cb\\u003e\\u0026\\u2028\\u2029"'],
  ['\x01\t\n\r\b\f\x7fé😀"\\/', '"\\u0001\\t\\n\\r\\b\\f\x7fé😀\\"\\\\/"'],
  ["\udcc3(\ufffd", '"\\ufffd(\ufffd"'],
  [{ "\u{1f600}": 1, "\uffee": 2, é: 3, z: 4 }, '{"z":4,"é":3,"\uffee":2,"😀":1}'],
  [new Fields("struct", { z: { b: 1, a: 2 }, a: 1 }), '{"z":{"a":2,"b":1},"a":1}'],
  [new Fields("map", { z: 1, a: 1 }), '{"a":1,"z":1}'],
];

Deno.test("toJson writes as encoding/json does", () => {
  for (const [value, json] of WRITTEN) {
    strictEqual(call(funcs, "toJson", value), json);
    strictEqual(call(funcs, "mustToJson", value), json);
  }
});

Deno.test("toRawJson leaves HTML characters alone", () => {
  strictEqual(call(funcs, "toRawJson", { x: "<&>\u2028" }), '{"x":"<&>\\u2028"}');
});

Deno.test("toPrettyJson indents by two spaces", () => {
  strictEqual(
    call(funcs, "toPrettyJson", { b: 1, a: [1, { c: "<" }], e: [], f: {} }),
    '{\n  "a": [\n    1,\n    {\n      "c": "\\u003c"\n    }\n  ],\n  "b": 1,\n  "e": [],\n  "f": {}\n}',
  );
});

const UNWRITABLE: [value: unknown, message: string][] = [
  [NaN, "json: unsupported value: NaN"],
  [[-Infinity], "json: unsupported value: -Inf"],
  [func([], () => 1).call, "json: unsupported type: func()"],
  [selfHolding(), "json: unsupported value: encountered a cycle via map[string]interface {}"],
];

function selfHolding(): unknown {
  const map = newMap();
  map["self"] = map;
  return map;
}

Deno.test("a value without JSON is nothing, or an error where it must be written", () => {
  for (const [value, message] of UNWRITABLE) {
    strictEqual(call(funcs, "toJson", value), "");
    strictEqual(call(funcs, "toPrettyJson", value), "");
    for (const name of ["mustToJson", "mustToPrettyJson", "toRawJson", "mustToRawJson"]) {
      throws(() => call(funcs, name, value), { message });
    }
  }
});

Deno.test("toJson spends the budget on what it writes, however often it is shared", () => {
  let value: unknown = "x".repeat(100);
  for (let i = 0; i < 60; i++) value = [value, value];
  const bounded = jsonFuncs(testEnv({ budget: limitedBudget(100_000) }));
  throws(() => call(bounded, "toJson", value), { message: "budget used up" });
});

Deno.test("fromJson reads numbers as float64 and lets the last key win", () => {
  strictEqual(
    show(call(funcs, "fromJson", '{"a":[1,2.5,"x",null],"b":1,"b":12345678901234567890}')),
    "map[string]interface {} map[a:[1 2.5 x <nil>] b:1.2345678901234567e+19]",
  );
  strictEqual(show(call(funcs, "mustFromJson", " [1,true] ")), "[]interface {} [1 true]");
  strictEqual(show(call(funcs, "fromJsonArray", '[1,"a"]')), "[]interface {} [1 a]");
  strictEqual(call(funcs, "mustFromJson", '"\\ud800"'), "\ufffd");
  deepStrictEqual(Object.keys(call(funcs, "fromJson", '{"__proto__":1}') as object), ["__proto__"]);
});

const UNREADABLE: [text: string, message: string][] = [
  ["", "unexpected end of JSON input"],
  ["{bad", "invalid character 'b' looking for beginning of object key string"],
  ['{"a" 1}', "invalid character '1' after object key"],
  ['{"a":1 2}', "invalid character '2' after object key:value pair"],
  ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ["[1 2]", "invalid character '2' after array element"],
  ["[1,]", "invalid character ']' looking for beginning of value"],
  ['{"a":1} x', "invalid character 'x' after top-level value"],
  ["01", "invalid character '1' after top-level value"],
  ["-", "invalid character ' ' in numeric literal"],
  ["1.x", "invalid character 'x' after decimal point in numeric literal"],
  ["1e", "invalid character ' ' in exponent of numeric literal"],
  ["trux", "invalid character 'x' in literal true (expecting 'e')"],
  ['"\n"', "invalid character '\\n' in string literal"],
  ['"\\x"', "invalid character 'x' in string escape code"],
  ['"\\u12x"', "invalid character 'x' in \\u hexadecimal character escape"],
  ['"abc', "unexpected end of JSON input"],
  ["é", "invalid character 'Ã' looking for beginning of value"],
  ["'a'", "invalid character '\\'' looking for beginning of value"],
  ["\x07", "invalid character '\\a' looking for beginning of value"],
  ["\x01", "invalid character '\\x01' looking for beginning of value"],
  ["[1e400]", "json: cannot unmarshal number 1e400 into Go value of type float64"],
];

Deno.test("fromJson complains in encoding/json's words", () => {
  for (const [text, message] of UNREADABLE) {
    throws(() => call(funcs, "mustFromJson", text), { message });
    strictEqual((call(funcs, "fromJson", text) as { Error: string }).Error, message);
    deepStrictEqual(call(funcs, "fromJsonArray", text), [message]);
  }
});

Deno.test("fromJson and fromJsonArray refuse a value of another type", () => {
  const types: [string, string][] = [["[1]", "array"], ['"a"', "string"], ["1", "number"], [
    "true",
    "bool",
  ]];
  for (const [text, type] of types) {
    strictEqual(
      (call(funcs, "fromJson", text) as { Error: string }).Error,
      `json: cannot unmarshal ${type} into Go value of type map[string]interface {}`,
    );
  }
  deepStrictEqual(call(funcs, "fromJsonArray", "{}"), [
    "json: cannot unmarshal object into Go value of type []interface {}",
  ]);
});
