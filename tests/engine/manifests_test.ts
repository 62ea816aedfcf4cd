import { deepStrictEqual, throws } from "node:assert/strict";
import { readHead, sortManifests, splitDocuments } from "../../lib/engine/manifests.ts";

Deno.test("splitDocuments() splits as each Helm does", () => {
  const rows: [string, string[], string[]][] = [
    ["a: 1\n", ["a: 1"], ["a: 1\n"]],
    ["---\n  a: 1\n---\nb: 2\n\n", ["a: 1", "b: 2"], ["a: 1\n", "b: 2\n\n"]],
    ["a: 1\n\n\n---  \n\nb: 2", ["a: 1", "b: 2"], ["a: 1\n\n\n", "b: 2"]],
    ["a: 1\n---b: 2", ["a: 1", "b: 2"], ["a: 1\n", "b: 2"]],
    ["a: |\n  ---\n  x", ["a: |\n  ---\n  x"], ["a: |\n  ---\n  x"]],
    ["---\n\n---\na: 1", ["---\na: 1"], ["a: 1"]],
    ["--- # c\na: 1", ["# c\na: 1"], ["# c\na: 1"]],
    ["a: 1\r\n---\r\nb: 2\r\n", ["a: 1", "b: 2"], ["a: 1\r\n", "b: 2\r\n"]],
    [" \n\t", [], []],
    ["---", [], []],
  ];
  for (const [text, v3, v4] of rows) {
    deepStrictEqual(splitDocuments(text, "v3"), v3, `v3 ${JSON.stringify(text)}`);
    deepStrictEqual(splitDocuments(text, "v4"), v4, `v4 ${JSON.stringify(text)}`);
  }
});

Deno.test("splitDocuments() takes a time that grows with the text", () => {
  deepStrictEqual(splitDocuments(`a${" \n".repeat(300_000)}b`, "v3").length, 1);
});

Deno.test("readHead() reads kinds, names and annotations leniently", () => {
  deepStrictEqual(readHead("kind: 1\nmetadata: {name: 1.50, annotations: {a: 1, b: true}}", "f"), {
    apiVersion: "",
    kind: "1",
    name: "1.5",
    annotations: Object.assign(Object.create(null), { a: "1", b: "true" }),
  });
  deepStrictEqual(readHead("# only a comment", "f").kind, "");
});

Deno.test("readHead() says what is no manifest in Helm's words", () => {
  const rows: [string, "v3" | "v4", string][] = [
    [
      "- a",
      "v3",
      "YAML parse error on p/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type releaseutil.SimpleHead",
    ],
    [
      "text",
      "v4",
      "YAML parse error on p/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type util.SimpleHead",
    ],
    [
      "a: b: c",
      "v3",
      "YAML parse error on p/t.yaml: error converting YAML to JSON: yaml: mapping values are not allowed in this context",
    ],
    [
      "kind: [a]",
      "v3",
      "YAML parse error on p/t.yaml: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go struct field SimpleHead.kind of type string",
    ],
  ];
  for (const [text, helmVersion, message] of rows) {
    throws(() => readHead(text, "p/t.yaml", helmVersion), { message });
  }
});

Deno.test("sortManifests() sorts documents by kind and tells hooks apart", () => {
  const warnings: string[] = [];
  const document = (kind: string, name: string, hook = "") =>
    `kind: ${kind}\nmetadata:\n  name: ${name}\n${
      hook === "" ? "" : `  annotations: {"helm.sh/hook": "${hook}"}\n`
    }---\n`;
  const files = new Map([
    ["p/templates/b.yaml", document("Service", "b") + document("Namespace", "ns")],
    ["p/templates/a.yaml", document("Service", "a") + document("Job", "h", " Pre-Install,test")],
    ["p/templates/_x.yaml", document("Service", "hidden")],
    ["p/templates/u.yaml", document("Job", "u", "pre-install,nope")],
    ["p/templates/empty.yaml", " \n"],
  ]);
  const sorted = sortManifests(files, { warn: (message) => warnings.push(message) });
  deepStrictEqual(sorted.manifests.map(({ head }) => head.name), ["ns", "a", "b"]);
  deepStrictEqual(sorted.hooks.map(({ name, events }) => [name, events]), [
    ["h", ["pre-install", "test"]],
  ]);
  deepStrictEqual(warnings, ["skipping unknown hooks hookTypes=pre-install,nope"]);
});
