import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";
import type { Shown } from "../harness.ts";

function told({ failures }: Shown): [string, string][] {
  return failures.map(({ owner, error }) => [owner, (error as Error).message]);
}

Deno.test("runStack() lists what failed by itself, with the error, and nothing that was only skipped", async () => {
  const files = {
    ...chartFiles("good", { "config.yaml": CONFIG }),
    ...chartFiles("failing", {
      "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { fail: true }),
    }),
  };
  await rehearse(files, async ({ run }) => {
    const bad = release("bad", { chart: "./failing" });
    const later = release("later", { chart: "./good", needs: [bad] });
    const failed = await run({ releases: [bad, later] });
    assert.deepEqual(told(failed), [
      [
        "bad",
        "failed pre-install: resource Job/default/bad-pre not ready. status: Failed, message: Job Failed. failed: 1/1",
      ],
    ]);

    const missing = await run({
      releases: [release("gone", { chart: "./gone" }), release("fine", { chart: "./good" })],
    });
    assert.deepEqual(missing.failures.map(({ owner }) => owner), ["gone"]);
    assert.equal((missing.failures[0]!.error as CapstanError).code, "chart/missing");

    const hooked = await run({
      releases: [],
      hooks: [hook("seed", {
        run: () => {
          throw new Error("no seeds");
        },
      })],
    });
    assert.deepEqual(told(hooked), [["seed", "hook seed: no seeds"]]);

    const unchecked = await run({ releases: [release("fine", { chart: "./good" })] }, {
      prechecks: [{
        title: "check",
        run: () => Promise.reject(new CapstanError("not good")),
      }],
    });
    assert.deepEqual(told(unchecked), [["run", "not good"]]);

    assert.deepEqual(told(await run({ releases: [release("fine", { chart: "./good" })] })), []);
  });
});
