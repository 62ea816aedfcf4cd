import assert from "node:assert/strict";
import { chargeText } from "../../lib/sprig/charge.ts";
import { sprigFuncs } from "../../lib/sprig/table.ts";
import { func, variadic } from "../../lib/template/value.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

Deno.test("chargeText() takes the length of all text before the function runs", () => {
  let taken = 0;
  const budget = { take: (amount: number) => taken += amount };
  const funcs = chargeText({
    seen: variadic(["int"], "any", () => taken),
    none: func([], () => taken),
  }, budget);
  assert.equal(call(funcs, "seen", 7n, "abc", ["not text"], "de"), 5);
  assert.equal(call(funcs, "none"), 5);
  assert.deepEqual(funcs["seen"]!.params, ["int", "any"]);
});

Deno.test("working on a long text again and again uses up the budget", () => {
  const text = "aé ".repeat(1000);
  for (const name of ["upper", "snakecase", "sha512sum", "b64enc", "trim", "clean", "quote"]) {
    const funcs = sprigFuncs(testEnv({ budget: limitedBudget(100_000) }));
    assert.throws(
      () => {
        for (let i = 0; i < 100; i++) call(funcs, name, text);
      },
      { message: "budget used up" },
      name,
    );
  }
});
