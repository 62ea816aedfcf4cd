import assert from "node:assert/strict";
import { mergeMaps, TypeConflict } from "../../lib/sprig/merge.ts";
import { StringMap } from "../../lib/sprig/string_map.ts";
import { GoObject, newMap } from "../../lib/template/value.ts";
import { dictFuncs } from "../../lib/sprig/dicts.ts";
import { call, limitedBudget, show, testEnv } from "./environment.ts";

class Pointer extends GoObject {
  readonly goType = "*x.Thing";
  readonly kind = "ptr";
  format(): string {
    return "&{}";
  }
  toJSONValue(): unknown {
    return null;
  }
}

const { budget } = testEnv();

Deno.test("mergeMaps() refuses a map over a pointer, which merge turns to nothing", () => {
  const target = () => ({ a: new Pointer() });
  const source = { a: newMap() };
  assert.throws(() => mergeMaps(target(), source, { overwrite: false, budget }), TypeConflict);
  const funcs = dictFuncs({ budget });
  assert.equal(call(funcs, "merge", target(), source), "");
  assert.throws(() => call(funcs, "mustMerge", target(), source), {
    message: "src and dst must be of same type",
  });
  const overwritten = target();
  mergeMaps(overwritten, source, { overwrite: true, budget });
  assert.ok(!(overwritten.a instanceof Pointer));
});

Deno.test("mergeMaps() writes no other type into a map of strings", () => {
  const target = { a: new StringMap({ b: "x" }) };
  mergeMaps(target, { a: new StringMap({ c: "y" }) }, { overwrite: false, budget });
  assert.equal(show(target), "map[string]interface {} map[a:map[b:x c:y]]");
  assert.throws(() => mergeMaps(target, { a: { d: 1n } }, { overwrite: false, budget }), {
    message:
      "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
  });
});

Deno.test("mergeMaps() takes from the budget for each key", () => {
  const source = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]));
  const options = { overwrite: true, budget: limitedBudget(50) };
  assert.throws(() => mergeMaps({}, source, options), { message: "budget used up" });
});
