import assert from "node:assert/strict";
import { chartFiles, hookJob } from "../harness.ts";
import { Emulator } from "../report/emulator.ts";
import { atWork } from "./cluster.ts";
import { hasScript, onTerminal } from "./on_terminal.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

Deno.test({
  name: "capstan on a terminal draws a picture of the run, and leaves only what stays",
  // The reason to skip is in the name of what is missing.
  ignore: !await hasScript(),
  fn: async () => {
    const files = {
      ...chartFiles("web", {
        "hook.yaml": hookJob("migrate", "pre-install", { delay: "1500ms" }).replace(
          "annotations: {capstan",
          'annotations: {capstan.dev/rehearse-log: "table 1\\ntable 2", capstan',
        ),
      }),
      "stack.ts": `
import { defineStack, hook, release } from "${new URL("../../mod.ts", import.meta.url)}";
const web = release("web", { chart: "./web" });
const late = release("late", { chart: "./web", namespace: "other", createNamespace: true, needs: [web] });
const seed = hook("seed", { after: [web], run: ({ log }) => log("see\\x1b[9B\\x1b]0;t\\x07ded") });
export default defineStack({ name: "shop", releases: [web, late], hooks: [seed] });`,
    };
    await atWork(files, async ({ folder }) => {
      const command = `${Deno.execPath()} run -A ${CLI} rehearse --no-check`;
      for (const columns of [80, 100]) {
        const terminal = new Emulator(columns);
        const seen: string[] = [];
        for (const piece of await onTerminal(command, columns, folder)) {
          terminal.write(piece);
          seen.push(terminal.lines.join("\n"));
        }
        assert.equal(terminal.wrapped, 0);
        const picture = seen.find((text) => /● web +hook pre-install migrate/.test(text));
        assert(picture !== undefined, `no picture in\n${seen.join("\n----\n")}`);
        // What the hook's pod logs, while it runs.
        const live = seen.find((text) => /└ hook pre-install migrate: table 2/.test(text));
        assert(live !== undefined, `no log lines in\n${seen.join("\n----\n")}`);
        assert.match(live, /│ table 1/);
        assert.match(picture, /○ late +waits for web/);
        assert.match(picture, /\d+\/\d+ steps {2}0\/2 releases/);
        const left = terminal.lines.filter((line) => line !== "").map((line) =>
          line.replace(/\d+\.\d\ds/g, "T").replace(/ +/g, " ").trim()
        );
        assert.deepEqual(left, [
          "T seed | seeded",
          "RELEASE NAMESPACE REVISION STATUS HOOKS DURATION",
          "web default 1 deployed 1 T installed",
          "late other 1 deployed 1 T installed",
          "done: 2 installed in T (steps one after another: T)",
        ]);
      }
      const lines = (await onTerminal(command, 80, folder, "dumb")).join("");
      // What `script` and the start of deno write is not ours.
      const ours = lines.slice(lines.indexOf("  0.00s"));
      assert.match(ours, /^ {2}0\.00s {2}up shop: 2 releases\r?\n/);
      assert(!ours.includes("\x1b"), JSON.stringify(ours));
    });
  },
});
