import { deepStrictEqual, rejects } from "node:assert/strict";
import { readValues } from "../../lib/chart/value_files.ts";
import type { ValueFlags, ValueOptions } from "../../lib/chart/value_files.ts";
import { plain } from "./plain.ts";

const FILES: Record<string, string> = {
  "v1.yaml": "b: 2\nc: 2\nm: {x: 1}\n",
  "v2.yaml": "c: 3\nm: {z: null}\n",
  "two.yaml": "c: 1\n---\nd: 2\n",
  "list.yaml": "- a\n",
  "separator.yaml": "a: 1\n--- b\n",
};

function read(path: string): Promise<Uint8Array> {
  const text = FILES[path];
  if (text === undefined) {
    return Promise.reject(new Error(`open ${path}: no such file or directory`));
  }
  return Promise.resolve(new TextEncoder().encode(text));
}

async function values(flags: ValueFlags, options: ValueOptions = {}): Promise<unknown> {
  return plain(await readValues(flags, { read, ...options }));
}

Deno.test("readValues() applies kinds of flags in Helm's order, whatever theirs was", async () => {
  deepStrictEqual(
    await values({
      setLiteral: ["g=a,b"],
      setFile: ["f=v2.yaml"],
      setString: ["e=7"],
      set: ["d=5,e=6"],
      setJson: ["d=4"],
      files: ["v1.yaml", "v2.yaml"],
    }),
    { b: 2, c: 3, m: { x: 1, z: null }, d: 5, e: "7", f: FILES["v2.yaml"], g: "a,b" },
  );
});

Deno.test("readValues() merges the documents of a file for Helm 4 only", async () => {
  deepStrictEqual(await values({ files: ["two.yaml"] }), { c: 1, d: 2 });
  deepStrictEqual(await values({ files: ["two.yaml"] }, { helmVersion: "v3" }), { c: 1 });
});

Deno.test("readValues() takes a JSON object for Helm 4 only", async () => {
  const flags = { setJson: ['{"a":{"b":1}}'] };
  deepStrictEqual(await values(flags), { a: { b: 1 } });
  await rejects(values(flags, { helmVersion: "v3" }), {
    message: 'failed parsing --set-json data {"a":{"b":1}}',
  });
});

Deno.test("readValues() says what is wrong in Helm's words", async () => {
  const array =
    "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}";
  const rows: [ValueFlags, "v3" | "v4", string][] = [
    [{ files: ["nope.yaml"] }, "v4", "open nope.yaml: no such file or directory"],
    [{ files: ["list.yaml"] }, "v3", `failed to parse list.yaml: ${array}`],
    [
      { files: ["list.yaml"] },
      "v4",
      `failed to parse list.yaml: cannot unmarshal yaml document: ${array}`,
    ],
    [
      { files: ["separator.yaml"] },
      "v4",
      "failed to parse separator.yaml: error reading yaml document: invalid Yaml document separator: b",
    ],
    [{ set: ["a"] }, "v4", 'failed parsing --set data: key "a" has no value'],
    [{ setString: ["a"] }, "v4", 'failed parsing --set-string data: key "a" has no value'],
    [
      { setFile: ["a=nope"] },
      "v4",
      "failed parsing --set-file data: open nope: no such file or directory",
    ],
    [{ setJson: ["a={"] }, "v4", "failed parsing --set-json data a={"],
  ];
  for (const [flags, helmVersion, message] of rows) {
    await rejects(values(flags, { helmVersion }), { message });
  }
});
