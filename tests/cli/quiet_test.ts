/** What `--quiet` leaves of a run: the closing table, and what went wrong. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";

const FILES = {
  ...chartFiles("web", { "config.yaml": CONFIG }),
  ...chartFiles("bad", { "config.yaml": '{{ fail "no good" }}' }),
  "good.ts": stackOf("web"),
  "bad.ts": stackOf("bad"),
};

function stackOf(chart: string): string {
  return `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "s", releases: [release("one", { chart: "./${chart}" })] });
`;
}

Deno.test("--quiet leaves the closing table of a run, and nothing else", async () => {
  await atWork(FILES, async ({ capstan }) => {
    const loud = await capstan("up", "good.ts", "--force");
    assert.match(loud.stderr, /installed one revision 1/);
    for (const flag of ["--quiet", "-q"]) {
      const { code, stdout, stderr } = await capstan("up", "good.ts", "--force", flag);
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /^\nRELEASE .*\none .*upgraded\n\ndone: 1 upgraded in .*\n$/);
    }
  });
});

Deno.test("--quiet keeps no error back", async () => {
  await atWork(FILES, async ({ capstan, storage }) => {
    const loud = await capstan("up", "bad.ts");
    const { code, stdout, stderr } = await capstan("up", "bad.ts", "--quiet");
    assert.deepEqual([code, stdout], [1, loud.stdout]);
    assert.match(stderr, /^Error: one: .*no good/);
    assert(loud.stderr.endsWith(stderr), loud.stderr);
    assert.deepEqual(await storage.list(), []);
  });
});
