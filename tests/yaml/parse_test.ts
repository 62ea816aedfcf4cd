import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { YamlError } from "../../lib/yaml/error.ts";
import { parseYaml, parseYamlList, parseYamlMap } from "../../lib/yaml/parse.ts";

/** As JSON with sorted keys, so that maps without a prototype compare. */
function json(value: unknown): string {
  return JSON.stringify(value, (_key, item) => {
    if (typeof item === "bigint") return `${item}n`;
    if (typeof item !== "object" || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1));
  });
}

function messageOf(text: string, options = {}): string {
  try {
    return `no error: ${json(parseYaml(text, options))}`;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    return error.message;
  }
}

const VALUES: [text: string, expected: string][] = [
  ["", "null"],
  ["# only a comment\n", "null"],
  [
    'a: yes\nb: No\nc: on\nd: OFF\nf: N\ng: tRUE\nh: "yes"',
    '{"a":true,"b":false,"c":true,"d":false,"f":false,"g":"tRUE","h":"yes"}',
  ],
  ["y: 1\nno: 2\n", '{"false":2,"true":1}'],
  ["[~, null, Null, NULL, nULL, '']", '[null,null,null,null,"nULL",""]'],
  [
    "[010, 0o10, 0x1F, 0b11, 1_000, +5, -5, 08, -0, 0x_1, -0b1, 0o8, 1__0]",
    '[8,8,31,3,1000,5,-5,8,0,1,-1,"0o8",10]',
  ],
  [
    "[.5, 5., 1e3, 1E+3, 1_0.5, 1e, 0x, 1.2.3, 1:30, 190:20:30, 1e400]",
    '[0.5,5,1000,1000,10.5,"1e","0x","1.2.3","1:30","190:20:30","1e400"]',
  ],
  [
    "[12345678901234567890, 123456789012345678901234567890]",
    "[12345678901234567000,1.2345678901234568e+29]",
  ],
  ["2001-01-01: 2001-12-14t21:59:43.10-05:00", '{"2001-01-01":"2001-12-14t21:59:43.10-05:00"}'],
  ["01: a\n1.5: b\n0x10: c\n1e9: d", '{"1":"a","16":"c","1.5":"b","1e+09":"d"}'],
  ["a: 1\na: 2", '{"a":2}'],
  ["__proto__: 1\nconstructor: 2", '{"__proto__":1,"constructor":2}'],
  [
    "b: &b {x: 1, k: 2}\nd:\n  <<: *b\n  k: 3\ne:\n  k: 4\n  <<: *b\nf:\n  <<: [*b, {z: 1, x: 9}]",
    '{"b":{"k":2,"x":1},"d":{"k":3,"x":1},"e":{"k":2,"x":1},"f":{"k":2,"x":1,"z":1}}',
  ],
  ["a: &x [1, 2]\nb: *x", '{"a":[1,2],"b":[1,2]}'],
  [
    "a: |\n  x\n   y\n\n  z\nb: >\n  x\n  y\n\n  z\nc: |-\n  x\n\nd: |+\n  x\n\ne: >-\n  a\n   b\n  c\nf: |2\n   lead\n",
    '{"a":"x\\n y\\n\\nz\\n","b":"x y\\nz\\n","c":"x","d":"x\\n\\n","e":"a\\n b\\nc","f":" lead\\n"}',
  ],
  [
    "{a: [1, 'it''s', \"q\\n\\x41\\u00e9\"], b: {c: d,}, e: , \"f\": g}",
    '{"a":[1,"it\'s","q\\nAé"],"b":{"c":"d"},"e":null,"f":"g"}',
  ],
  ["[a: 1, ? b : 2, c: , {d}]", '[{"a":1},{"b":2},{"c":null},{"d":null}]'],
  [
    'a: "x\n  y\n\n  z"\nb: \'x\n  y\'\nc: x\n  y\n\n  z\nd: "a\\\n   b"',
    '{"a":"x y\\nz","b":"x y","c":"x y\\nz","d":"ab"}',
  ],
  ["a: 1\r\nb: |\r\n  x\r\n  y\r\n", '{"a":1,"b":"x\\ny\\n"}'],
  ["\ufeffa: 1", '{"a":1}'],
  ["a: 1\n---\nb: 2", '{"a":1}'],
  ["--- |\n x\n...\n", '"x\\n"'],
  ["%YAML 1.1\n%TAG !e! tag:e,2000:\n---\n!e!x a", '"a"'],
  ["? a\n: b\n? c\n", '{"a":"b","c":null}'],
  ["a:\n- 1\n- - 2\n  - 3\n-\n  b: 1\n", '{"a":[1,[2,3],{"b":1}]}'],
  [
    'a: !!str 1\nb: !!int "2"\nc: !!float 3\nd: !!binary aGk=\ne: !custom x\nf: !!bool yes\ng: ! 5\nh: !!str\n',
    '{"a":"1","b":2,"c":3,"d":"hi","e":"x","f":true,"g":"5","h":""}',
  ],
  [
    "a: b#c\nb: x #c\nc: http://x:80\nd: -a\ne: ?a",
    '{"a":"b#c","b":"x","c":"http://x:80","d":"-a","e":"?a"}',
  ],
  ["a b: c\n'd e' : f", '{"a b":"c","d e":"f"}'],
];

Deno.test("parseYaml() reads YAML 1.1 as Helm does", () => {
  for (const [text, expected] of VALUES) strictEqual(json(parseYaml(text)), expected, text);
});

const ERRORS: [text: string, message: string][] = [
  ["a: b: c", "yaml: mapping values are not allowed in this context"],
  ["a:\n\tb: c", "yaml: line 2: found character that cannot start any token"],
  ["a: @x", "yaml: found character that cannot start any token"],
  ["a: [1, 2\n", "yaml: line 1: did not find expected ',' or ']'"],
  ["a:\n  b: 1\n c: 2\n", "yaml: line 2: did not find expected key"],
  ["a: *nope", "yaml: unknown anchor 'nope' referenced"],
  ["a: {{ x }}", 'yaml: invalid map key: map[interface {}]interface {}{"x":interface {}(nil)}'],
  [
    "a: {{ .Values.x }}",
    'yaml: invalid map key: map[interface {}]interface {}{".Values.x":interface {}(nil)}',
  ],
  ["? [x]\n: c", 'yaml: invalid map key: []interface {}{"x"}'],
  ["~: e", 'unsupported map key of type: %!s(<nil>), key: <nil>, value: "e"'],
  ["a: .inf", "json: unsupported value: +Inf"],
  ["a: 1\nb\nc: 2", "yaml: line 3: could not find expected ':'"],
  ['a: "x', "yaml: found unexpected end of stream"],
  ["? a\n: b\n? c\n- d", "yaml: line 3: did not find expected key"],
  ['a: "\\q"', "yaml: found unknown escape character"],
  ['a: "\\ud83d\\ude00"', "yaml: found invalid Unicode character escape code"],
  ["a: |\n\tx", "yaml: line 2: found a tab character where an indentation space is expected"],
  ["<<: 1", "yaml: map merge requires map or sequence of maps as the value"],
  ["a: !!int x", "yaml: cannot decode !!str `x` as a !!int"],
  ["a: !!binary '*'", "yaml: !!binary value contains invalid base64 data"],
  ["a: &a [*a]", "yaml: anchor 'a' value contains itself"],
  ["a: \x07", "yaml: control characters are not allowed"],
  ["a: \udcff", "yaml: invalid leading UTF-8 octet"],
  ["%YAML 1.2\n---\na", "yaml: found incompatible YAML document"],
  ["a: - b", "yaml: block sequence entries are not allowed in this context"],
];

Deno.test("parseYaml() complains in goyaml's words", () => {
  for (const [text, message] of ERRORS) {
    strictEqual(messageOf(text), `error converting YAML to JSON: ${message}`, text);
  }
});

Deno.test("parseYaml() tells where the problem is", () => {
  throws(() => parseYaml("a:\n  b: 1\n c: 2\n", { file: "values.yaml" }), (error) => {
    deepStrictEqual((error as YamlError).position, { file: "values.yaml", line: 3, column: 2 });
    return true;
  });
});

Deno.test("parseYaml() refuses a key that stands twice when it is strict", () => {
  strictEqual(
    messageOf("a: 1\nb: 2\na: 3\nc: {d: 1, d: 2}", { strict: true }),
    "error converting YAML to JSON: yaml: unmarshal errors:\n" +
      '  line 3: key "a" already set in map\n  line 4: key "d" already set in map',
  );
  strictEqual(json(parseYaml("a: 1\nb: {a: 2}", { strict: true })), '{"a":1,"b":{"a":2}}');
});

Deno.test("parseYaml() keeps integers exact when asked", () => {
  const text = "[1, 1.0, 12345678901234567, 0x10, 1e3, -0]";
  strictEqual(
    json(parseYaml(text, { bigints: true })),
    '["1n",1,"12345678901234567n","16n",1000,"0n"]',
  );
});

Deno.test("parseYaml() gives each alias values of its own", () => {
  const value = parseYaml("a: &x {k: [1]}\nb: *x") as Record<string, { k: number[] }>;
  value["a"]!.k.push(2);
  deepStrictEqual(value["b"]!.k, [1]);
});

Deno.test("parseYaml() ends an alias bomb with an error", () => {
  const lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < 12; i++) {
    lines.push(`a${i}: &a${i} [${Array(9).fill(`*a${i - 1}`).join(",")}]`);
  }
  strictEqual(
    messageOf(lines.join("\n")),
    "error converting YAML to JSON: yaml: document contains excessive aliasing",
  );
});

Deno.test("parseYaml() ends at a bounded depth", () => {
  for (const text of ["[".repeat(100_000), "- ".repeat(100_000), "{a: ".repeat(100_000)]) {
    strictEqual(
      messageOf(text),
      "error converting YAML to JSON: yaml: exceeded max depth of 1000",
    );
  }
});

Deno.test("parseYamlMap() takes a map or nothing", () => {
  strictEqual(json(parseYamlMap("# nothing")), "{}");
  strictEqual(json(parseYamlMap("a: 1")), '{"a":1}');
  throws(() => parseYamlMap("- a"), {
    message: "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array " +
      "into Go value of type map[string]interface {}",
  });
});

Deno.test("parseYamlList() takes a list or nothing", () => {
  deepStrictEqual(parseYamlList("null"), []);
  deepStrictEqual(parseYamlList("- 1"), [1]);
  throws(() => parseYamlList("a: 1"), {
    message: "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object " +
      "into Go value of type []interface {}",
  });
});
