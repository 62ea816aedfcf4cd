import assert from "node:assert/strict";
import { Recorder } from "../../lib/action/recorder.ts";
import { memoryStorage } from "../../lib/release/memory_storage.ts";
import { type Release, withStatus } from "../../lib/release/release.ts";
import type { Storage } from "../../lib/release/storage.ts";
import { sleepFor } from "../../lib/schedule/retry.ts";
import { buildHook, buildRelease } from "../release/builders.ts";

const NEVER = new AbortController().signal;
const RELEASE = buildRelease({ hooks: [buildHook({ name: "a" }), buildHook({ name: "b" })] });

/** A storage that notes what is written, and may be slow or fail. */
function watched(update?: (release: Release) => Promise<void>) {
  const writes: string[] = [];
  const inner = memoryStorage();
  const storage: Storage = {
    get: (key) => inner.get(key),
    history: (release) => inner.history(release),
    list: (query) => inner.list(query),
    delete: (key) => inner.delete(key),
    check: (release) => inner.check(release),
    async create(release) {
      writes.push("create");
      await inner.create(release);
    },
    async update(release) {
      const phases = release.hooks.map(({ lastRun }) => lastRun.phase || "-").join();
      writes.push(`${release.info.status} ${phases}`);
      await update?.(release);
      await inner.update(release);
    },
  };
  return { storage, writes };
}

Deno.test("Recorder writes progress once an interval, and the end once", async () => {
  const { storage, writes } = watched();
  const recorder = new Recorder(storage, RELEASE, { interval: 10, onError: () => {} });
  await recorder.create(NEVER);
  recorder.hookRan(0, { phase: "Running" });
  recorder.hookRan(0, { phase: "Succeeded" });
  recorder.hookRan(1, { phase: "Running" });
  await sleepFor(25);
  recorder.hookRan(1, { phase: "Failed" });
  await recorder.settle((release) => withStatus(release, "failed", "no"), NEVER);
  await sleepFor(25);
  assert.deepEqual(writes, ["create", "deployed Succeeded,Running", "failed Succeeded,Failed"]);
  assert.equal(recorder.release.info.description, "no");
});

Deno.test("Recorder lets no write of progress come after the end", async () => {
  let pending = Promise.withResolvers<void>();
  const { storage, writes } = watched(() => pending.promise);
  const recorder = new Recorder(storage, RELEASE, { interval: 1, onError: () => {} });
  await recorder.create(NEVER);
  recorder.hookRan(0, { phase: "Running" });
  await sleepFor(10);
  const settled = recorder.settle((release) => withStatus(release, "failed", "no"), NEVER);
  await sleepFor(5);
  assert.deepEqual(writes, ["create", "deployed Running,-"]);
  pending.resolve();
  pending = Promise.withResolvers();
  pending.resolve();
  await settled;
  assert.deepEqual(writes.at(-1), "failed Running,-");
});

Deno.test("Recorder tells of a write of progress that failed, and goes on", async () => {
  const errors: unknown[] = [];
  let failing = true;
  const { storage } = watched(() =>
    failing ? Promise.reject(new Error("full")) : Promise.resolve()
  );
  const recorder = new Recorder(storage, RELEASE, { interval: 1, onError: (e) => errors.push(e) });
  await recorder.create(NEVER);
  recorder.hookRan(0, { phase: "Running" });
  await sleepFor(10);
  failing = false;
  await recorder.settle((release) => release, NEVER);
  assert.equal(errors.length, 1);
});

Deno.test("Recorder writes nothing before the revision is there", async () => {
  const { storage, writes } = watched();
  const recorder = new Recorder(storage, RELEASE, { interval: 1, onError: () => {} });
  recorder.hookRan(0, { phase: "Running" });
  await sleepFor(5);
  assert.deepEqual(writes, []);
  assert.equal(recorder.created, false);
});

Deno.test("Recorder keeps the policy that a hook without any was run by, as Helm does", async () => {
  const { storage } = watched();
  const hooks = ["plain", "own", "never"].map((name) =>
    buildHook({ name, deletePolicies: name === "own" ? ["hook-failed"] : [] })
  );
  const recorder = new Recorder(storage, buildRelease({ hooks }), {
    interval: 1_000,
    onError: () => {},
  });
  recorder.hookRan(0, { phase: "Succeeded" });
  recorder.hookRan(1, { phase: "Succeeded" });
  assert.deepEqual(recorder.release.hooks.map(({ deletePolicies }) => deletePolicies), [
    ["before-hook-creation"],
    ["hook-failed"],
    [],
  ]);
  await recorder.stop();
});
