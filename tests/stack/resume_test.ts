/** Going on with a run after a failure that was answered in different ways. */
import assert from "node:assert/strict";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, rehearse } from "../harness.ts";

const FILES = chartFiles("web", { "config.yaml": CONFIG });

/** Two releases with a hook between them that fails while told to. */
function stackOf(broken: () => boolean, log: string[]) {
  const db = release("db", { chart: "./web" });
  const seed = hook("seed", {
    after: [db],
    run: () => {
      log.push("seed");
      if (broken()) throw new Error("not yet");
    },
  });
  const web = release("web", { chart: "./web", needs: [seed] });
  return { releases: [db, web], hooks: [seed] };
}

Deno.test("a run that failed is gone on with, and what it finished is left alone", async () => {
  await rehearse(FILES, async ({ run, folder, names }) => {
    let broken = true;
    const log: string[] = [];
    const stack = stackOf(() => broken, log);
    const options = { journal: { folder: `${folder}/state` } };
    assert.equal((await run(stack, options)).ok, false);
    broken = false;
    const result = await run(stack, { ...options, resume: true });
    assert(result.ok);
    assert.deepEqual(
      result.events.filter(({ type }) => type === "step-started").flatMap((event) =>
        "id" in event && /begin$|\/run$/.test(event.id) ? [event.id] : []
      ),
      ["seed/run", "web/begin"],
    );
    assert.deepEqual(await names("v1", "ConfigMap"), ["db", "web"]);
  });
});

Deno.test("a run that was rolled back is not gone on with, for what it had finished is undone", async () => {
  await rehearse(FILES, async ({ run, folder, names }) => {
    let broken = true;
    const log: string[] = [];
    const stack = stackOf(() => broken, log);
    const options = { journal: { folder: `${folder}/state` } };
    const first = await run(stack, { ...options, onFailure: "rollback" });
    assert.deepEqual(first.rollback?.undone, ["db"]);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
    broken = false;
    const error = await run(stack, { ...options, resume: true }).catch((error) => error);
    assert.match(
      `${error.code}: ${error.message}`,
      /^resume\/rolled-back: cannot resume run \S+ of stack test: it has been rolled back/,
    );
    assert.match(error.hint, /`capstan up` without --resume/);
    assert.deepEqual(log, ["seed"]);
    assert((await run(stack, options)).ok);
    assert.deepEqual(await names("v1", "ConfigMap"), ["db", "web"]);
  });
});
