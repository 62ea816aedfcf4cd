import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type Cluster, type Json, withCluster } from "./harness.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

function definition(plural: string, rest: object = {}, spec: Json = {}, version: object = {}) {
  const kind = plural[0]!.toUpperCase() + plural.slice(1, -1);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: "example.com",
      scope: "Namespaced",
      names: { plural, kind },
      versions: [{
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
        ...version,
      }],
      ...rest,
    },
  };
}

const OPEN = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

async function plurals({ get }: Cluster, path: string): Promise<string[]> {
  const { resources } = await get(path);
  return resources.map(({ name }: Json) => name);
}

Deno.test("serveDefinition() serves a kind as soon as it is established", () =>
  withCluster({}, async (cluster) => {
    const { create, get } = cluster;
    const created = await create(DEFINITIONS, definition("gears", {}, OPEN));
    deepStrictEqual(created.status.conditions, []);
    const { status } = await get(`${DEFINITIONS}/gears.example.com`);
    deepStrictEqual(status.conditions.map(({ type, status }: Json) => `${type} ${status}`), [
      "NamesAccepted True",
      "Established True",
    ]);
    deepStrictEqual(await plurals(cluster, "/apis/example.com/v1"), ["gears"]);
    const gear = { apiVersion: "example.com/v1", kind: "Gear", metadata: { name: "g" } };
    const path = "/apis/example.com/v1/namespaces/default/gears";
    strictEqual((await create(path, { ...gear, spec: { any: ["thing"] } })).code, 201);
    deepStrictEqual((await get(`${path}/g`)).spec, { any: ["thing"] });
  }));

Deno.test("serveDefinition() serves every version of one and the same object", () =>
  withCluster({}, async (cluster) => {
    const { create, get, ask } = cluster;
    const schema = { openAPIV3Schema: { type: "object", properties: { spec: OPEN } } };
    const versions = [
      { name: "v1", served: true, storage: true, schema },
      { name: "v1beta1", served: true, storage: false, schema },
      { name: "v1alpha1", served: false, storage: false, schema },
    ];
    await create(DEFINITIONS, definition("gears", { versions }));
    const { preferredVersion, versions: listed } = await get("/apis/example.com");
    strictEqual(preferredVersion.version, "v1");
    deepStrictEqual(listed.map(({ version }: Json) => version), ["v1", "v1beta1"]);
    const gear = { apiVersion: "example.com/v1beta1", kind: "Gear", metadata: { name: "g" } };
    await create("/apis/example.com/v1beta1/namespaces/default/gears", gear);
    const read = await get("/apis/example.com/v1/namespaces/default/gears/g");
    strictEqual(read.apiVersion, "example.com/v1");
    const unserved = versions.map((one) => ({ ...one, served: one.name === "v1" }));
    const patch = { spec: { versions: unserved } };
    const merge = "application/merge-patch+json";
    await ask("PATCH", `${DEFINITIONS}/gears.example.com`, patch, merge);
    const { versions: left } = await get("/apis/example.com");
    deepStrictEqual(left.map(({ version }: Json) => version), ["v1"]);
  }));

Deno.test("withdrawDefinition() removes the objects first, and waits for their finalizers", () =>
  withCluster({}, async ({ create, get, remove, ask }) => {
    await create(DEFINITIONS, definition("gears", {}, OPEN));
    const path = "/apis/example.com/v1/namespaces/default/gears";
    const metadata = { name: "g", finalizers: ["a.b/c"] };
    await create(path, { apiVersion: "example.com/v1", kind: "Gear", metadata });
    await remove(`${DEFINITIONS}/gears.example.com`);
    strictEqual((await get(`${DEFINITIONS}/gears.example.com`)).code, 200);
    strictEqual((await get(`${path}/g`)).metadata.deletionTimestamp !== undefined, true);
    const release = { metadata: { finalizers: null } };
    await ask("PATCH", `${path}/g`, release, "application/merge-patch+json");
    strictEqual((await get(`${DEFINITIONS}/gears.example.com`)).code, 404);
  }));

Deno.test("scaleOf() follows the paths of a definition", () =>
  withCluster({}, async ({ create, get, ask }) => {
    const subresources = {
      scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" },
    };
    const size = { type: "object", properties: { size: { type: "integer" } } };
    await create(DEFINITIONS, definition("gears", {}, size, { subresources }));
    const path = "/apis/example.com/v1/namespaces/default/gears";
    const gear = { apiVersion: "example.com/v1", kind: "Gear", metadata: { name: "g" } };
    await create(path, { ...gear, spec: { size: 2 } });
    strictEqual((await get(`${path}/g/scale`)).spec.replicas, 2);
    const merge = "application/merge-patch+json";
    const scaled = await ask("PATCH", `${path}/g/scale`, { spec: { replicas: 5 } }, merge);
    strictEqual(scaled.spec.replicas, 5);
    strictEqual((await get(`${path}/g`)).spec.size, 5);
  }));

Deno.test("validate() refuses definitions that contradict themselves", () =>
  withCluster({}, async ({ create }) => {
    const named = definition("gears", {}, OPEN);
    named.metadata.name = "wheels.example.com";
    const wrongName = await create(DEFINITIONS, named);
    match(wrongName.message, /metadata\.name: Invalid value: "wheels\.example\.com": must be/);
    const noSchema = await create(DEFINITIONS, definition("gears", {}, OPEN, { schema: null }));
    match(noSchema.message, /openAPIV3Schema: Required value: schemas are required/);
    const version = { name: "v1", served: true, storage: false };
    const noStorage = await create(DEFINITIONS, definition("gears", {}, OPEN, version));
    match(noStorage.message, /must have exactly one version marked as storage version/);
  }));

Deno.test("schemaErrors() tells of lists, numbers and nested objects", () =>
  withCluster({}, async ({ create }) => {
    const spec = {
      type: "object",
      properties: {
        list: { type: "array", minItems: 1, maxItems: 2, items: { type: "string", minLength: 2 } },
        number: { type: "number", maximum: 1.5 },
        map: { type: "object", additionalProperties: { type: "boolean" } },
        maybe: { type: "string", nullable: true },
      },
    };
    await create(DEFINITIONS, definition("gears", {}, spec));
    const rows: [spec: Json, message: RegExp | undefined][] = [
      [{ list: [] }, /spec\.list in body should have at least 1 items/],
      [{ list: ["aa", "bb", "cc"] }, /spec\.list: Too many: 3: must have at most 2 items/],
      [{ list: ["a"] }, /spec\.list\[0\] in body should be at least 2 chars long/],
      [{ list: "aa" }, /spec\.list in body must be of type array: "string"/],
      [{ number: 2 }, /spec\.number in body should be less than or equal to 1\.5/],
      [{ map: { a: 1 } }, /spec\.map\.a in body must be of type boolean: "integer"/],
      [{ maybe: null, number: 1.5, map: { a: true }, list: ["aa"] }, undefined],
    ];
    for (const [i, [content, message]] of rows.entries()) {
      const { code, message: text } = await create(
        "/apis/example.com/v1/namespaces/default/gears",
        {
          apiVersion: "example.com/v1",
          kind: "Gear",
          metadata: { name: `g${i}` },
          spec: content,
        },
      );
      strictEqual(code, message === undefined ? 201 : 422, JSON.stringify(content));
      if (message !== undefined) match(text, message);
    }
  }));
