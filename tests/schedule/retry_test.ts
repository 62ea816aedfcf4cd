import assert from "node:assert/strict";
import { retry, sleepFor } from "../../lib/schedule/retry.ts";

/** Fails with the numbers 1, 2, … until the given call. */
function failsUntil(good: number) {
  let calls = 0;
  return () => {
    if (++calls < good) throw new Error(String(calls));
    return calls;
  };
}

Deno.test("retry() pauses longer each time, up to the longest pause", async () => {
  const pauses: number[] = [];
  const sleep = (ms: number) => Promise.resolve(void pauses.push(ms));
  assert.equal(
    await retry(failsUntil(6), { attempts: 6, delay: 100, maxDelay: 500, random: () => 1, sleep }),
    6,
  );
  assert.deepEqual(pauses, [100, 200, 400, 500, 500]);
});

Deno.test("retry() spreads pauses over the upper half of the bound", async () => {
  const pauses: number[] = [];
  const sleep = (ms: number) => Promise.resolve(void pauses.push(ms));
  await retry(failsUntil(3), { delay: 100, random: () => 0, sleep });
  assert.deepEqual(pauses, [50, 100]);
});

Deno.test("retry() throws the last error when all attempts failed", async () => {
  await assert.rejects(
    retry(failsUntil(9), { attempts: 3, sleep: () => Promise.resolve() }),
    /^Error: 3$/,
  );
});

Deno.test("retry() does not try again what cannot help, and waits as long as it is told", async () => {
  await assert.rejects(retry(failsUntil(9), { when: () => false }), /^Error: 1$/);
  const pauses: number[] = [];
  await retry(failsUntil(2), {
    when: () => 1234,
    sleep: (ms) => Promise.resolve(void pauses.push(ms)),
  });
  assert.deepEqual(pauses, [1234]);
});

Deno.test("retry() stops waiting when its signal is aborted", async () => {
  const controller = new AbortController();
  const running = retry(failsUntil(9), { delay: 60_000, signal: controller.signal });
  queueMicrotask(() => controller.abort(new Error("enough")));
  await assert.rejects(running, /enough/);
});

Deno.test("retry() refuses a senseless number of attempts", async () => {
  for (const attempts of [0, -1, 1.5, NaN]) {
    await assert.rejects(retry(() => 1, { attempts }), RangeError);
  }
});

Deno.test("sleepFor() rejects at once with the reason of an aborted signal", async () => {
  await assert.rejects(sleepFor(60_000, AbortSignal.abort(new Error("no"))), /no/);
});
