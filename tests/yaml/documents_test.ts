import { deepStrictEqual, throws } from "node:assert/strict";
import { parseYamlDocuments, splitYamlDocuments } from "../../lib/yaml/documents.ts";

const STREAMS: [text: string, documents: string[]][] = [
  ["", []],
  ["---\n", []],
  ["a: 1", ["a: 1\n"]],
  ["---\na: 1\n---\nb: 2\n", ["a: 1\n", "b: 2\n"]],
  ["a: 1\n--- # next\nb: 2\n---   \n", ["a: 1\n", "b: 2\n"]],
  ["a: |\n  ---\n  x\n", ["a: |\n  ---\n  x\n"]],
  ["a: 1\r\n---\r\nb: 2\r\n", ["a: 1\n", "b: 2\n"]],
  ["# c\n---\n\n---\nb: 2", ["# c\n", "\n", "b: 2\n"]],
];

Deno.test("splitYamlDocuments() cuts at lines of three dashes", () => {
  for (const [text, documents] of STREAMS) {
    deepStrictEqual([...splitYamlDocuments(text)], documents);
  }
});

Deno.test("splitYamlDocuments() refuses a separator with content", () => {
  const documents = splitYamlDocuments("a: 1\n---\nb: 2\n--- c\n");
  deepStrictEqual(documents.next().value, "a: 1\n");
  throws(() => documents.next(), { message: "invalid Yaml document separator: c" });
});

Deno.test("parseYamlDocuments() reads each document by itself", () => {
  const [one, two, three] = parseYamlDocuments("a: &x [1]\n---\n# nothing\n---\n- 2");
  deepStrictEqual({ ...one as object }, { a: [1] });
  deepStrictEqual(two, null);
  deepStrictEqual(three, [2]);
  throws(() => parseYamlDocuments("a: &x 1\n---\nb: *x"), {
    message: "error converting YAML to JSON: yaml: unknown anchor 'x' referenced",
  });
});
