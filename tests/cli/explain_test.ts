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
    assert.match(guessed.stdout, /tell the time of 0 of \d+ steps, the others are estimated\.\n$/);
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

Deno.test("plan --explain knows the times of runs by their journals, and by the copies of the cluster", async () => {
  const stack = (text: string) =>
    `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "s", releases: [release("a", { chart: "./web", values: { text: "${text}" } })] });
`;
  await atWork({ ...FILES, "stack.ts": stack("one") }, async ({ capstan, folder, write }) => {
    assert.equal((await capstan("up", "--no-check")).code, 0);
    // A run that changes nothing does not make the times unknown.
    assert.equal((await capstan("up", "--no-check")).code, 0);
    await write({ "stack.ts": stack("two") });
    const known = async () => {
      const { stdout, stderr } = await capstan("plan", "--no-check", "--explain", "-o", "json");
      assert(stdout !== "", stderr);
      const { known, steps } = JSON.parse(stdout);
      return [known, steps];
    };
    await Deno.remove(`${folder}/state/last`, { recursive: true });
    assert.deepEqual(await known(), [5, 5]);
    await Deno.remove(`${folder}/state`, { recursive: true });
    assert.deepEqual(await known(), [5, 5]);
  });
});
