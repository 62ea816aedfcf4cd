import { deepStrictEqual, throws } from "node:assert/strict";
import { parseSet, typedValue } from "../../lib/chart/strvals.ts";
import type { SetReader } from "../../lib/chart/strvals.ts";
import { int64 } from "../../lib/template/value.ts";
import { plain } from "./plain.ts";

// Each row was asked of Helm's own parser.
const ROWS: [string, SetReader, unknown][] = [
  ["a=1", "typed", { a: 1 }],
  ["a.b.c=1,l={x,2,true}", "typed", { a: { b: { c: 1 } }, l: ["x", 2, true] }],
  ["a=TRUE,b=Null,c=0,d=+5,e=-3", "typed", { a: true, b: null, c: 0, d: 5, e: -3 }],
  ["a=1.5,b=1e3,c=007,d=99999999999999999999", "typed", {
    a: "1.5",
    b: "1e3",
    c: "007",
    d: "99999999999999999999",
  }],
  ["a= x ,b=1, c=2", "typed", { a: " x ", b: 1, " c": 2 }],
  ["a={},b={,}", "typed", { a: [""], b: ["", ""] }],
  ["n[2]=z,o[0][1]=q", "typed", { n: [null, null, "z"], o: [[null, "q"]] }],
  ["m[1].k=w,m[0].k=v", "typed", { m: [{ k: "v" }, { k: "w" }] }],
  ["a\\.b=1,c=x\\,y,e={a\\,b,c}", "typed", { "a.b": 1, c: "x,y", e: ["a,b", "c"] }],
  ["a=", "typed", { a: "" }],
  ["a[0].b=", "typed", { a: [] }],
  ["", "typed", {}],
  ["a=1,b=null,c={1,true}", "string", { a: "1", b: "null", c: ["1", "true"] }],
  ["a.b=x,y=\\z{1}", "literal", { a: { b: "x,y=\\z{1}" } }],
  ["c[0]=null", "literal", { c: ["null"] }],
  ['a={"x":[1,2.5,null]},b="s",c=null', "json", { a: { x: [1, 2.5, null] }, b: "s", c: null }],
  ["a=,b=1", "json", { a: null, b: 1 }],
  ['l[1]={"k":true}', "json", { l: [null, { k: true }] }],
  ["a=true1=2", "json", { "1": 2, a: true }],
  ["a=p,b={q,r}", (text) => `<${text}>`, { a: "<p>", b: ["<q>", "<r>"] }],
];

Deno.test("parseSet() reads assignments as Helm does", () => {
  for (const [text, reader, expected] of ROWS) {
    deepStrictEqual(plain(parseSet(text, undefined, reader)), expected, text);
  }
});

Deno.test("parseSet() adds to what is there", () => {
  const values = parseSet("a.b=1,l={x}");
  parseSet("a.c=2,l[1]=y", values);
  deepStrictEqual(plain(values), { a: { b: 1, c: 2 }, l: ["x", "y"] });
});

Deno.test("parseSet() says what is wrong in Helm's words", () => {
  const rows: [string, SetReader, string][] = [
    ["a", "typed", 'key "a" has no value'],
    ["a=1,b", "typed", 'key "b" has no value'],
    ["a,b=1", "typed", 'key "a" has no value (cannot end with ,)'],
    ["a.=1", "typed", 'key map "a" has no value'],
    ["a={x", "typed", "list must terminate with '}'"],
    ["a[-1]=x", "typed", "negative -1 index not allowed"],
    ["a[x]=1", "typed", 'error parsing index: strconv.Atoi: parsing "x": invalid syntax'],
    [
      "a[65537]=x",
      "typed",
      "index of 65537 is greater than maximum supported index of 65536",
    ],
    ["a[0]b=1", "typed", "unexpected data at end of array index: ['b']"],
    [
      `${"a.".repeat(31)}a=1`,
      "typed",
      "value name nested level is greater than maximum supported nested level of 30",
    ],
    [
      "a=1,a.b=2",
      "typed",
      "unable to parse key: interface conversion: interface {} is int64, not map[string]interface {}",
    ],
    [
      "a=null,a.b=2",
      "typed",
      "unable to parse key: interface conversion: interface {} is nil, not map[string]interface {}",
    ],
    [
      "a=x,a[0]=2",
      "typed",
      "unable to parse key: interface conversion: interface {} is string, not []interface {}",
    ],
  ];
  for (const [text, reader, message] of rows) {
    throws(() => parseSet(text, undefined, reader), { message }, text);
  }
});

Deno.test("typedValue() makes whole numbers int64", () => {
  deepStrictEqual(typedValue("9223372036854775807"), int64(9223372036854775807n));
  deepStrictEqual(typedValue("9223372036854775808"), "9223372036854775808");
});
