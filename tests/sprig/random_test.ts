import assert from "node:assert/strict";
import { randomBelow, randomFuncs } from "../../lib/sprig/random.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

const funcs = randomFuncs(testEnv());

Deno.test("random strings have the asked length and alphabet", () => {
  const rows: [string, RegExp][] = [
    ["randAlphaNum", /^[A-Za-z0-9]{300}$/],
    ["randAlpha", /^[A-Za-z]{300}$/],
    ["randNumeric", /^[0-9]{300}$/],
    ["randAscii", /^[ -~]{300}$/],
  ];
  for (const [name, pattern] of rows) {
    const text = call(funcs, name, 300n) as string;
    assert.match(text, pattern);
    const alphabet = { randNumeric: 10, randAlpha: 52, randAlphaNum: 62, randAscii: 95 }[name]!;
    assert.equal(new Set(text).size, alphabet, `${name} uses all of its alphabet`);
    for (const count of [0n, -1n]) assert.equal(call(funcs, name, count), "");
  }
});

Deno.test("randBytes gives base64 of as many bytes", () => {
  assert.equal(call(randomFuncs(testEnv()), "randBytes", 3n), "AAEC");
  assert.throws(() => call(funcs, "randBytes", -1n), {
    message: "runtime error: makeslice: len out of range",
  });
});

Deno.test("shuffle keeps the characters and changes their order", () => {
  const text = "häml😀".repeat(10);
  const shuffled = call(funcs, "shuffle", text) as string;
  assert.notEqual(shuffled, text);
  assert.deepEqual([...shuffled].sort(), [...text].sort());
  assert.equal(call(funcs, "shuffle", ""), "");
});

Deno.test("uuidv4 marks its version and variant", () => {
  const uuid = call(randomFuncs(testEnv()), "uuidv4");
  assert.equal(uuid, "00010203-0405-4607-8809-0a0b0c0d0e0f");
});

Deno.test("random strings ask the budget first", () => {
  const poor = randomFuncs(testEnv({ budget: limitedBudget(100) }));
  for (const name of ["randAlphaNum", "randBytes"]) {
    assert.throws(() => call(poor, name, 10n ** 12n), { message: "budget used up" });
  }
});

Deno.test("randomBelow() draws again rather than favour low numbers", () => {
  const draws = [new Uint8Array(8).fill(255), Uint8Array.from([0, 0, 0, 0, 0, 0, 0x10, 0])];
  const drawn = randomBelow(3, { randomBytes: () => draws.shift()! });
  assert.equal(drawn, 2);
  assert.equal(draws.length, 0);
});
