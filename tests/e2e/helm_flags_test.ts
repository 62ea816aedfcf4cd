import assert from "node:assert/strict";
import { flagRows } from "../docs/helm_flags.ts";
import { helms, succeed } from "./tools.ts";

/** Flags in a part of what `helm VERB --help` prints. */
function flagsIn(help: string, from: string, to: string | undefined): string[] {
  const end = to === undefined ? undefined : help.indexOf(to);
  return [...help.slice(help.indexOf(from), end).matchAll(/^ +(?:-\w, )?--([a-z0-9-]+)/gm)]
    .map(([, name]) => name!).sort();
}

Deno.test("docs/helm-flags.md has every flag of the real Helms, and no other", async () => {
  const sections = await flagRows();
  for (const [i, [name, helm]] of helms().entries()) {
    const has = i === 0 ? "v3" : "v4";
    for (const [verb, rows] of sections) {
      const everywhere = verb === "Every command";
      const help = await succeed(helm, [...(everywhere ? ["list"] : verb.split(" ")), "--help"]);
      const theirs = everywhere
        ? flagsIn(help, "\nGlobal Flags:", undefined)
        : flagsIn(help, "\nFlags:", "\nGlobal Flags:");
      const ours = rows.filter((row) => row[has]).map(({ flag }) => flag).sort();
      assert.deepEqual(ours, theirs, `${name} ${verb}`);
    }
  }
});
