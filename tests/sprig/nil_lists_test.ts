import assert from "node:assert/strict";
import { jsonFuncs } from "../../lib/sprig/json.ts";
import { sprigFuncs } from "../../lib/sprig/table.ts";
import { yamlFuncs } from "../../lib/sprig/yaml_funcs.ts";
import { call, testEnv } from "./environment.ts";

const env = testEnv();
const funcs = { ...sprigFuncs(env), ...jsonFuncs(env), ...yamlFuncs(env) };

Deno.test("a list that is nil in Go is null in JSON and YAML, an empty one is not", () => {
  const rows: [list: unknown, json: string][] = [
    [call(funcs, "rest", []), "null"],
    [call(funcs, "initial", []), "null"],
    [call(funcs, "concat", [], []), "null"],
    [call(funcs, "regexFindAll", "x", "abc", -1n), "null"],
    [call(funcs, "splitList", "", ""), "[]"],
    [call(funcs, "without", ["a"], "a"), "[]"],
    [call(funcs, "list"), "[]"],
  ];
  for (const [list, json] of rows) {
    assert.equal(call(funcs, "toJson", list), json);
    assert.equal(call(funcs, "toYaml", list), json);
    assert.equal(call(funcs, "toYaml", { a: list }), `a: ${json}`);
    assert.equal(call(funcs, "toString", list), "[]");
  }
});
