import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { Pressure } from "../../lib/kube/pressure.ts";

function fill(pressure: Pressure, count: number): void {
  for (let i = 0; i < count; i++) equal(pressure.acquire(), undefined);
}

Deno.test("Pressure lets at most `max` requests through, the others in order", async () => {
  const pressure = new Pressure({ max: 2, now: () => 0 });
  fill(pressure, 2);
  const order: number[] = [];
  const waiting = [1, 2, 3].map((n) =>
    Promise.resolve(pressure.acquire()).then(() => order.push(n))
  );
  equal(pressure.inFlight, 2);
  for (let i = 0; i < 3; i++) pressure.release("answered", 1);
  await Promise.all(waiting);
  deepEqual(order, [1, 2, 3]);
  equal(pressure.inFlight, 2);
});

Deno.test("Pressure halves on overload, once for each burst, and never below one", () => {
  let now = 0;
  const pressure = new Pressure({ max: 64, now: () => now });
  fill(pressure, 10);
  for (let i = 0; i < 5; i++) pressure.release("overloaded", 1);
  equal(pressure.limit, 32);
  for (const expected of [16, 8, 4]) {
    now += 1000;
    pressure.release("overloaded", 1);
    equal(pressure.limit, expected);
  }
  for (let i = 0; i < 10; i++) {
    now += 1000;
    pressure.release("overloaded", 1);
  }
  equal(pressure.limit, 1);
});

Deno.test("Pressure grows again by one for each round of good answers", () => {
  const pressure = new Pressure({ max: 8, now: () => 0 });
  fill(pressure, 8);
  pressure.release("overloaded", 1);
  equal(pressure.limit, 4);
  for (let i = 0; i < 5; i++) pressure.release("answered", 1);
  equal(pressure.limit, 5);
  for (let i = 0; i < 100; i++) pressure.release("answered", 1);
  equal(pressure.limit, 8);
});

Deno.test("Pressure gives way to a server that grows slow, not to one that always is", () => {
  let now = 0;
  const steady = new Pressure({ max: 64, now: () => now += 1000 });
  for (let i = 0; i < 100; i++) steady.release("answered", 900);
  equal(steady.limit, 64);
  const slowing = new Pressure({ max: 64, now: () => now += 1000 });
  slowing.release("answered", 10);
  for (let i = 0; i < 30; i++) slowing.release("answered", 2000);
  equal(slowing.limit < 20, true);
});

Deno.test("Pressure.acquire() that is aborted leaves the queue", async () => {
  const pressure = new Pressure({ max: 1, now: () => 0 });
  pressure.acquire();
  const controller = new AbortController();
  const aborted = pressure.acquire(controller.signal) as Promise<void>;
  const next = pressure.acquire() as Promise<void>;
  controller.abort(new Error("enough"));
  await rejects(aborted, new Error("enough"));
  pressure.release("answered", 1);
  await next;
  equal(pressure.inFlight, 1);
  throws(() => pressure.acquire(AbortSignal.abort(new Error("before"))), new Error("before"));
});
