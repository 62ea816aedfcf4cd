import assert from "node:assert/strict";
import { exists, folderOf, joinBytes, replaceFile } from "../lib/files.ts";

Deno.test("replaceFile() writes all or nothing, and leaves nothing beside it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/a.txt`;
    await replaceFile(path, "one", 0o600);
    if (Deno.build.os !== "windows") assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
    await replaceFile(path, new TextEncoder().encode("two"));
    assert.equal(await Deno.readTextFile(path), "two");
    await Deno.mkdir(`${folder}/b/c`, { recursive: true });
    await assert.rejects(replaceFile(`${folder}/b`, "a folder is in the way"));
    await assert.rejects(replaceFile(`${folder}/none/x`, "no folder"), Deno.errors.NotFound);
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    assert.deepEqual(names.sort(), ["a.txt", "b"]);
    assert.deepEqual(
      [await exists(path), await exists(`${folder}/none`), await exists(`${path}/below`)],
      [true, false, false],
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("folderOf() and joinBytes()", () => {
  assert.deepEqual(["a/b/c", "a", "/a"].map(folderOf), ["a/b", "", ""]);
  assert.deepEqual(
    joinBytes([new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])]),
    new Uint8Array([1, 2, 3]),
  );
});
