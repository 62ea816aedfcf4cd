/** `capstan plan --explain` after a rehearsal. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { atWork } from "./cluster.ts";

const FILES = {
  ...chartFiles("web", {
    "config.yaml": CONFIG,
    "hook.yaml": hookJob("a", "pre-install") + hookJob("b", "pre-install"),
  }),
  "stack.ts": `import { defineStack, release } from "@capstan/capstan";
const a = release("a", { chart: "./web" });
export default defineStack({ name: "s", releases: [a, release("b", { chart: "./web", namespace: "b", createNamespace: true, needs: [a] })] });
`,
};

Deno.test("plan --explain shows the path, the slack and other limits, by the times of the last run", async () => {
  await atWork(FILES, async ({ capstan, writes }) => {
    const guessed = await capstan("plan", "--no-check", "--explain");
    assert.equal(guessed.code, 0, guessed.stderr);
    assert.match(guessed.stdout, /^Critical path: [\d.]+s\n/);
    assert.match(guessed.stdout, /tells the time of 0 of \d+ steps, the others are estimated\.\n$/);
    const rehearsed = await capstan("rehearse", "--no-check");
    assert.equal(rehearsed.code, 0, rehearsed.stderr);
    const told = await capstan("plan", "--no-check", "--explain", "--output", "json");
    const { known, steps, predictions, nodes } = JSON.parse(told.stdout);
    assert.equal(known, steps);
    assert.deepEqual(nodes.map(({ slack }: { slack: number }) => slack), [0, 0]);
    assert.deepEqual(
      predictions.map((each: Record<string, number>) => [each.parallelism, each.hookParallelism]),
      [[1, 1], [1, 2], [2, 1], [2, 2], [16, 1], [16, 2]],
    );
    assert.deepEqual(writes().filter((write) => !write.includes("dryRun=All")), []);
  });
});
