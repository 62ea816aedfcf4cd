import assert from "node:assert/strict";
import { Together } from "../../lib/kube/together.ts";

/** Answers with the key in capitals, once let, and notes what it was asked. */
function asked() {
  const requests: (readonly string[])[] = [];
  const signals: AbortSignal[] = [];
  const gate = Promise.withResolvers<void>();
  const together = new Together<string>(async (keys, signal) => {
    requests.push(keys);
    signals.push(signal);
    await gate.promise;
    return new Map(keys.filter((key) => key !== "none").map((key) => [key, key.toUpperCase()]));
  });
  return { together, requests, signals, gate };
}

Deno.test("what is asked in one moment is asked once, and each gets its own answer", async () => {
  const { together, requests, gate } = asked();
  gate.resolve();
  const answers = await Promise.all(["a", "b", "a", "none"].map((key) => together.ask(key)));
  assert.deepEqual(answers, ["A", "B", "A", undefined]);
  assert.deepEqual(requests, [["a", "b", "none"]]);
  assert.equal(await together.ask("a"), "A");
  assert.deepEqual(requests[1], ["a"], "an answer is not kept");
});

Deno.test("more than a hundred are asked for a hundred at a time", async () => {
  const { together, requests, gate } = asked();
  gate.resolve();
  await Promise.all(Array.from({ length: 250 }, (_, i) => together.ask(`k${i}`)));
  assert.deepEqual(requests.map((keys) => keys.length), [100, 100, 50]);
});

Deno.test("who gives up leaves the others alone; the request ends when nobody is left", async () => {
  const { together, signals, gate } = asked();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [together.ask("a", first.signal), together.ask("b", second.signal)];
  const settled = Promise.allSettled(waiting);
  while (signals.length === 0) await new Promise((next) => setTimeout(next));
  first.abort(new Error("one"));
  assert.equal(signals[0]!.aborted, false);
  second.abort(new Error("two"));
  assert.equal(signals[0]!.aborted, true);
  gate.resolve();
  const reasons = (await settled).map((one) => one.status === "rejected" && one.reason.message);
  assert.deepEqual(reasons, ["one", "two"]);
});

Deno.test("nothing is asked for somebody who has given up before", async () => {
  const { together, requests } = asked();
  await assert.rejects(together.ask("a", AbortSignal.abort(new Error("late"))), /late/);
  const leaving = new AbortController();
  const left = together.ask("a", leaving.signal);
  leaving.abort(new Error("left"));
  await assert.rejects(left, /left/);
  assert.deepEqual(requests, []);
});

Deno.test("a request that fails fails all who wait for it", async () => {
  const together = new Together<string>(() => Promise.reject(new Error("refused")));
  const settled = await Promise.allSettled([together.ask("a"), together.ask("b")]);
  assert.deepEqual(settled.map((one) => one.status), ["rejected", "rejected"]);
});
