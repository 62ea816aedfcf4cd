/** Ctrl-C where the stack's own code keeps the program busy. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";

const MOD = new URL("../../mod.ts", import.meta.url).href;
const BUSY = `Deno.writeTextFileSync("busy", ""); while (!ended()) {}`;
const SLEEP =
  `Deno.writeTextFileSync("busy", ""); while (!ended()) await new Promise((r) => setTimeout(r, 20));`;

/** Until there is a file "go on". */
const ENDED =
  `function ended() { try { return Deno.statSync("go on") && true; } catch { return false; } }`;

function stackOf(hook: string): string {
  return `import { defineStack, hook, release } from "${MOD}";
${ENDED}
const seed = hook("seed", { run: async () => { ${hook} } });
export default defineStack({ name: "s", hooks: [seed], releases: [release("web", { chart: "./web", needs: [seed] })] });
`;
}

/** Waits for what a program does at its own pace. */
async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** `capstan up` that is in code of its stack, and what it has said so far. */
async function busy({ start, folder }: Workplace, verb = "up") {
  const child = start(verb, "--no-check");
  let said = "";
  const heard = (async () => {
    const text = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const piece of text) said += piece;
  })();
  await until(() => Deno.stat(`${folder}/busy`).then(() => true, () => false));
  return {
    child,
    says: (text: string) => until(() => said.includes(text)),
    async ended() {
      const [status] = await Promise.all([child.status, child.stdout.cancel(), heard]);
      return { status, said };
    },
  };
}

/** A stack whose values never come. */
const VALUES = `import { defineStack, release } from "${MOD}";
const values = () => { Deno.writeTextFileSync("busy", ""); return new Promise(() => {}); };
export default defineStack({ name: "s", releases: [release("web", { chart: "./web", values })] });
`;

const BLOCKED = "the stack's own code does not give way";

/** A test that sends signals to a program at work on a stack. */
function signalTest(name: string, stack: string, check: (work: Workplace) => Promise<void>): void {
  const files = { ...chartFiles("web", { "c.yaml": CONFIG }), "stack.ts": stack };
  const ignore = Deno.build.os === "windows";
  Deno.test({ name, ignore, fn: () => atWork(files, check) });
}

signalTest(
  "a stack's function in a loop without end: Ctrl-C says so, and once more ends the program",
  stackOf(BUSY),
  async (work) => {
    const { child, says, ended } = await busy(work);
    child.kill("SIGINT");
    await says(BLOCKED);
    child.kill("SIGINT");
    assert.equal((await ended()).status.signal, "SIGINT");
  },
);

signalTest(
  "a stack's function that was busy for long is heard of, and then the first Ctrl-C counts",
  stackOf(BUSY),
  async (work) => {
    const { child, says, ended } = await busy(work);
    child.kill("SIGTERM");
    await says(BLOCKED);
    await work.write({ "go on": "" });
    const { status, said } = await ended();
    assert.equal(status.code, 143);
    assert.match(said, /interrupted: what runs is finished and nothing new starts/);
    assert.deepEqual(work.writes().filter((path) => path.includes("configmaps")), []);
  },
);

signalTest(
  "a stack's function that gives way: the first Ctrl-C lets it end, the second does not",
  stackOf(SLEEP),
  async (work) => {
    const { child, says, ended } = await busy(work);
    child.kill("SIGINT");
    await says("once more ends it now");
    child.kill("SIGINT");
    const { status, said } = await ended();
    assert.equal(status.code, 130);
    assert(!said.includes(BLOCKED), said);
  },
);

signalTest("values that never come: Ctrl-C ends a plan", VALUES, async (work) => {
  const { child, ended } = await busy(work, "plan");
  child.kill("SIGINT");
  assert.equal((await ended()).status.code, 130);
});

signalTest("values that never come: the second Ctrl-C ends a run", VALUES, async (work) => {
  const { child, says, ended } = await busy(work);
  child.kill("SIGINT");
  await says("once more ends it now");
  child.kill("SIGINT");
  assert.equal((await ended()).status.code, 130);
});
