import assert from "node:assert/strict";
import { sprigFuncs } from "../../lib/sprig/table.ts";
import { call, testEnv } from "./environment.ts";

const funcs = sprigFuncs(testEnv());

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
