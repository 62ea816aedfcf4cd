import assert from "node:assert/strict";
import { GROUPS } from "../../lib/cli/command_groups.ts";

Deno.test("every command is in the file that its group names, and in no other", async () => {
  for (const { names, load } of GROUPS) assert.deepEqual(Object.keys(await load()), names);
  const all = GROUPS.flatMap(({ names }) => names);
  assert.equal(new Set(all).size, all.length);
});
