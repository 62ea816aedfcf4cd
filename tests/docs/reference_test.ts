/** docs/reference.md says what the commands' own tables say. */
import assert from "node:assert/strict";
import { PAGE, referencePage } from "../../tasks/reference.ts";

Deno.test("docs/reference.md is the help of every command (deno task reference writes it)", async () => {
  assert.equal(await Deno.readTextFile(PAGE), await referencePage(), "run: deno task reference");
});
