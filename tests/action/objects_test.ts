import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { parseManifest } from "../../lib/action/objects.ts";

/** `Kind/name@path` of each object. */
function parsed(manifest: string): string[] {
  return parseManifest(manifest).map(({ object, path }) =>
    `${object.kind}/${object.metadata.name}@${path}`
  );
}

Deno.test("parseManifest() finds objects, their templates, and those in lists", () => {
  const manifest = `---
# Source: web/templates/a.yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: a}
---
# Source: web/templates/empty.yaml
# nothing here
---
# Source: web/templates/list.yaml
apiVersion: v1
kind: ConfigMapList
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: b}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
---
apiVersion: v1
kind: Namespace
metadata: {name: d}
`;
  assert.deepEqual(parsed(manifest), [
    "ConfigMap/a@web/templates/a.yaml",
    "ConfigMap/b@web/templates/list.yaml",
    "ConfigMap/c@web/templates/list.yaml",
    "Namespace/d@",
  ]);
  assert.deepEqual(parsed(""), []);
});

Deno.test("parseManifest() refuses in Helm's words what is no object", () => {
  const start = "unable to build kubernetes objects from release manifest: ";
  const field = 'unable to decode "": json: cannot unmarshal';
  const rows: [string, string][] = [
    ["apiVersion: v1", 'error validating "": error validating data: kind not set'],
    ["kind: X", 'error validating "": error validating data: apiVersion not set'],
    ["- 1", 'error validating "": error validating data: apiVersion not set'],
    [
      "{apiVersion: v1, kind: X, metadata: {name: yes}}",
      `${field} bool into Go struct field ObjectMeta.metadata.name of type string`,
    ],
    [
      "{apiVersion: v1, kind: X, metadata: {name: a, labels: {b: 1}}}",
      `${field} number into Go struct field ObjectMeta.metadata.labels of type string`,
    ],
    [
      "{apiVersion: v1, kind: X, metadata: {name: a, annotations: {b: [c]}}}",
      `${field} array into Go struct field ObjectMeta.metadata.annotations of type string`,
    ],
  ];
  for (const [text, expected] of rows) {
    assert.throws(
      () => parseManifest(`---\n# Source: web/templates/x.yaml\n${text}\n`),
      (error) =>
        error instanceof CapstanError && error.message === start + expected &&
        error.position?.file === "web/templates/x.yaml",
      text,
    );
  }
});

Deno.test("parseManifest() can leave out what is no object", () => {
  const bad: string[] = [];
  const manifest = "---\nkind: X\n---\n{apiVersion: v1, kind: Zed, metadata: {name: z}}\n";
  const objects = parseManifest(manifest, { onBad: ({ message }) => bad.push(message) });
  assert.deepEqual(objects.map(({ object }) => object.kind), ["Zed"]);
  assert.equal(bad.length, 1);
});

Deno.test("parseManifest() keeps numbers as a manifest means them", () => {
  const [one] = parseManifest(
    "{apiVersion: v1, kind: X, metadata: {name: x}, spec: {port: 80, f: 1.5}}",
  );
  assert.equal(JSON.stringify(one!.object["spec"]), '{"port":80,"f":1.5}');
});
