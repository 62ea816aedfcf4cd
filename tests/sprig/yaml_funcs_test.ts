import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { yamlFuncs } from "../../lib/sprig/yaml_funcs.ts";
import { StringMap } from "../../lib/sprig/string_map.ts";
import { GoNumber, int64 } from "../../lib/template/value.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

const funcs = yamlFuncs(testEnv());

Deno.test("toYaml writes Go's values without a last line break", () => {
  const value = {
    n: null,
    b: new TextEncoder().encode("hi"),
    i: [1n, int64(2), 3, 2.5, new GoNumber("float32", Math.fround(0.1))],
    s: new StringMap({ _1: "b", _0: "a" }),
    t: "a\nb\n",
  };
  strictEqual(
    call(funcs, "toYaml", value),
    'b: aGk=\ni:\n- 1\n- 2\n- 3\n- 2.5\n- 0.1\n"n": null\ns:\n  _0: a\n  _1: b\nt: |\n  a\n  b',
  );
  strictEqual(call(funcs, "toYaml", null), "null");
  strictEqual(call(funcs, "toYaml", "\n\n"), "|2+\n\n");
});

Deno.test("toYamlPretty indents lists and keeps floats", () => {
  const value = { l: [1e6, 1n, { c: ["x", "y"] }], b: Uint8Array.of(1, 2) };
  strictEqual(
    call(funcs, "toYamlPretty", value),
    'b:\n  - 1\n  - 2\nl:\n  - 1e+06\n  - 1\n  - c:\n      - x\n      - "y"',
  );
});

Deno.test("a value without YAML is nothing, or an error where it must be written", () => {
  for (const value of [NaN, "a\x7f", { ["k".repeat(2000)]: 1 }, [() => 1]]) {
    strictEqual(call(funcs, "toYaml", value), "");
  }
  throws(() => call(funcs, "mustToYaml", NaN), {
    message: "error marshaling into JSON: json: unsupported value: NaN",
  });
  throws(() => call(funcs, "mustToYaml", "\x7f"), {
    message: "yaml: control characters are not allowed",
  });
});

Deno.test("mustToYaml is Helm 4's", () => {
  strictEqual(call(funcs, "mustToYaml", [1]), "- 1");
  strictEqual(yamlFuncs(testEnv({ helmVersion: "v3" }))["mustToYaml"], undefined);
});

Deno.test("toYaml spends the budget on what it writes, however often it is shared", () => {
  let value: unknown = { a: "x".repeat(100) };
  for (let i = 0; i < 60; i++) value = { a: value, b: value };
  const bounded = yamlFuncs(testEnv({ budget: limitedBudget(100_000) }));
  throws(() => call(bounded, "toYaml", value), { message: "budget used up" });
  throws(() => call(bounded, "fromYaml", "a".repeat(200_000)), { message: "budget used up" });
});

Deno.test("fromYaml and fromYamlArray read a document", () => {
  strictEqual(
    show(call(funcs, "fromYaml", "a: 010\ny: [1.5, ~]\n")),
    "map[string]interface {} map[a:8 true:[1.5 <nil>]]",
  );
  strictEqual(show(call(funcs, "fromYaml", "# nothing")), "map[string]interface {} map[]");
  strictEqual(show(call(funcs, "fromYamlArray", "- 1\n- a: b")), "[]interface {} [1 map[a:b]]");
  strictEqual(show(call(funcs, "fromYamlArray", "")), "[]interface {} []");
});

Deno.test("fromYaml and fromYamlArray put their complaint in the result", () => {
  strictEqual(
    (call(funcs, "fromYaml", "a: b: c") as { Error: string }).Error,
    "error converting YAML to JSON: yaml: mapping values are not allowed in this context",
  );
  deepStrictEqual(call(funcs, "fromYamlArray", "a: 1"), [
    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal object " +
    "into Go value of type []interface {}",
  ]);
});
