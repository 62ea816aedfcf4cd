import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { FieldSet, formatPath } from "../../lib/apiserver/fields.ts";
import type { JsonObject } from "../../lib/apiserver/json.ts";
import { applyConfiguration } from "../../lib/apiserver/ownership.ts";
import { type Schema, TypeTable } from "../../lib/apiserver/schema.ts";
import { compare, fieldsOf, merge, removeFields } from "../../lib/apiserver/typed.ts";

const types = new TypeTable();
const pod = types.get("Pod");

function apply(live: JsonObject, config: JsonObject, manager: string, force = false): JsonObject {
  const { object, managedFields } = applyConfiguration(live, config, {
    schema: pod,
    writer: { manager, apiVersion: "v1", subresource: "", time: "2030-01-01T00:00:00Z" },
    hasStatus: true,
    force,
  });
  return { ...object, metadata: { ...object.metadata as JsonObject, managedFields } };
}

function podWith(...containers: JsonObject[]): JsonObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "p" }, spec: { containers } };
}

Deno.test("fieldsOf() names fields, keyed items, set values and atomic parts", () => {
  const set = fieldsOf(pod, {
    metadata: { labels: { a: "1" }, finalizers: ["x"] },
    spec: {
      nodeSelector: { a: "b" },
      containers: [{ name: "c", args: ["1"], ports: [{ containerPort: 80 }] }],
      tolerations: [{ key: "a" }],
      securityContext: {},
    },
  });
  deepStrictEqual([...set.paths()].map(formatPath), [
    '.metadata.finalizers[="x"]',
    ".metadata.labels.a",
    ".spec.nodeSelector",
    ".spec.securityContext",
    ".spec.tolerations",
    '.spec.containers[name="c"]',
    '.spec.containers[name="c"].args',
    '.spec.containers[name="c"].name',
    '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"]',
    '.spec.containers[name="c"].ports[containerPort=80,protocol="TCP"].containerPort',
  ]);
});

Deno.test("FieldSet.fromJSON() reads what toJSON() writes", () => {
  const json = {
    "f:metadata": { "f:labels": { ".": {}, "f:a": {} } },
    "f:spec": { "f:containers": { 'k:{"name":"c"}': { ".": {}, "f:image": {} } }, "v:1": {} },
  };
  deepStrictEqual(FieldSet.fromJSON(json).toJSON(), json);
});

Deno.test("merge() keeps the live order of items, and the configuration's where both have them", () => {
  const names = (value: unknown) =>
    ((value as JsonObject).containers as JsonObject[]).map(({ name }) => name).join("");
  const list = (text: string) => ({ containers: [...text].map((name) => ({ name })) });
  const rows = [
    ["abc", "", "abc"],
    ["abc", "b", "abc"],
    ["ab", "c", "abc"],
    ["abc", "ca", "bca"],
    ["ab", "xa", "xab"],
    ["abcd", "dxb", "acdxb"],
    ["", "ba", "ba"],
  ] as const;
  for (const [live, config, expected] of rows) {
    strictEqual(names(merge(types.get("PodSpec"), list(live), list(config))), expected, config);
  }
});

Deno.test("applyConfiguration() removes what the manager no longer applies, and nothing else", () => {
  const both = podWith({ name: "a", image: "1", args: ["x"] }, { name: "b", image: "1" });
  let live = apply({}, both, "helm");
  // A default that nobody owns stays with its item, and goes with it.
  const [a, b] = (live.spec as { containers: JsonObject[] }).containers;
  live = { ...live, spec: { containers: [{ ...a, stdin: false }, { ...b, stdin: false }] } };
  live = apply(live, podWith({ name: "a", image: "1" }), "helm");
  deepStrictEqual(live.spec, { containers: [{ name: "a", image: "1", stdin: false }] });
});

Deno.test("applyConfiguration() leaves shared fields to those who still apply them", () => {
  let live = apply({}, podWith({ name: "a", image: "1", tty: true }), "helm");
  live = apply(live, podWith({ name: "a", tty: true }), "other");
  live = apply(live, podWith({ name: "b", image: "1" }), "helm");
  deepStrictEqual(live.spec, {
    containers: [{ name: "a", tty: true }, { name: "b", image: "1" }],
  });
});

/** Small pods with few names, so that lists overlap. */
const pods = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom("a", "b", "c"),
    image: fc.constantFrom("1", "2"),
    args: fc.array(fc.constantFrom("x", "y"), { maxLength: 2 }),
    env: fc.uniqueArray(
      fc.record(
        { name: fc.constantFrom("E", "F"), value: fc.constantFrom("1", "2") },
        { noNullPrototype: true },
      ),
      { selector: ({ name }) => name },
    ),
  }, { requiredKeys: ["name"], noNullPrototype: true }),
  { selector: ({ name }) => name, minLength: 1 },
).map((containers) => podWith(...containers));

/** The items of keyed lists in a fixed order: merging keeps the live one. */
function sorted(schema: Schema, value: unknown): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => sorted(schema.element, item));
    if (schema.list !== "map") return items;
    return items.sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map((
    [key, child],
  ) => [key, sorted(schema.child(key), child)]);
  return Object.fromEntries(entries.sort());
}

/** Empty lists and maps are as good as none. */
function pruned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pruned);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, child]) => [key, pruned(child)] as const);
  return Object.fromEntries(
    entries.filter(([, child]) =>
      typeof child !== "object" || child === null || Object.keys(child).length > 0
    ),
  );
}

Deno.test("applyConfiguration() by one manager ends with what was applied last", () => {
  fc.assert(fc.property(fc.array(pods, { minLength: 1, maxLength: 4 }), (configs) => {
    let live: JsonObject = {};
    for (const config of configs) live = apply(live, config, "helm");
    const { managedFields: _, ...metadata } = live.metadata as JsonObject;
    const last = configs.at(-1)!;
    deepStrictEqual(sorted(pod, pruned({ ...live, metadata })), sorted(pod, pruned(last)));
  }));
});

Deno.test("applyConfiguration() applied twice changes nothing", () => {
  fc.assert(fc.property(pods, pods, (first, second) => {
    const once = apply(apply({}, first, "a"), second, "b", true);
    deepStrictEqual(apply(once, second, "b"), once);
  }));
});

Deno.test("compare() and removeFields() agree: taking away what was added gives the old value", () => {
  fc.assert(fc.property(pods, pods, (before, config) => {
    const after = merge(pod, before, config);
    const { added, removed } = compare(pod, before, after);
    strictEqual(removed.empty, true);
    const back = removeFields(pod, after, added);
    const { added: extra } = compare(pod, before, back);
    strictEqual(extra.empty, true);
  }));
});
