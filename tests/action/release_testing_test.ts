import assert from "node:assert/strict";
import { TestError } from "../../lib/action/errors.ts";
import { deploy, test } from "../../lib/action/run.ts";
import { chart, configMap, hookJob, onCluster, overlap, started, web } from "./harness.ts";

const WEB = { name: "web", namespace: "shop" };

function tests(...texts: string[]) {
  return chart({ "a.yaml": configMap("a"), "tests/t.yaml": texts.join("\n") });
}

Deno.test("test() runs the tests and keeps how they went", async () => {
  await onCluster(async ({ context, events, records }) => {
    await deploy(web(tests(hookJob("b", "test"), hookJob("a", "test-success"))), context);
    events.length = 0;
    const release = await test(WEB, context);
    assert.deepEqual(release.hooks.map(({ name, lastRun }) => `${name} ${lastRun.phase}`).sort(), [
      "a Succeeded",
      "b Succeeded",
    ]);
    assert.deepEqual(started(events).slice(1, 3), [
      "test/hook test Job/a",
      "test/hook test Job/b",
    ]);
    const stored = await context.storage.get({ ...WEB, revision: 1 });
    assert.equal(stored!.hooks[0]!.lastRun.phase, "Succeeded");
    assert.deepEqual(await records(), ["1 deployed Install complete"]);
  });
});

Deno.test("test() runs tests at once, and reports every failure", async () => {
  await onCluster(async ({ context, events }) => {
    const three = ["a", "b", "c"].map((name) =>
      hookJob(name, "test", { delay: "20ms", fail: name !== "c" })
    );
    await deploy(web(tests(...three)), context);
    events.length = 0;
    await assert.rejects(
      test({ ...WEB, hookParallelism: 3 }, context),
      (error) =>
        error instanceof TestError && /Job\/shop\/a not ready/.test(error.message) &&
        /Job\/shop\/b not ready/.test(error.message),
    );
    assert.equal(overlap(events), 3);
  });
});

Deno.test("test() runs only the tests asked for", async () => {
  await onCluster(async ({ context, events }) => {
    await deploy(web(tests(...["a", "b", "c"].map((name) => hookJob(name, "test")))), context);
    const rows: [Partial<Parameters<typeof test>[0]>, string][] = [
      [{ only: ["b"] }, "b"],
      [{ except: ["b"] }, "a c"],
      [{ only: ["a", "b"], except: ["b"] }, "a"],
      [{ only: ["none"] }, ""],
    ];
    for (const [more, expected] of rows) {
      events.length = 0;
      await test({ ...WEB, ...more }, context);
      const ran = started(events).filter((id) => id.includes("Job/"));
      assert.equal(ran.map((id) => id.split("/").at(-1)).join(" "), expected);
    }
  });
});

Deno.test("test() tells the logs of all tests if asked to", async () => {
  await onCluster(async ({ context, events }) => {
    await deploy(web(tests(hookJob("a", "test", { policy: "hook-succeeded" }))), context);
    await test({ ...WEB, logs: true }, context);
    const lines = events.flatMap((event) => event.type === "step-log" ? [event.line] : []);
    assert.deepEqual(lines, ["log of a"]);
  });
});

Deno.test("test() of a release that is not there fails", async () => {
  await onCluster(async ({ context }) => {
    await assert.rejects(test(WEB, context), /ReleaseNotFoundError: release: not found/);
  });
});
