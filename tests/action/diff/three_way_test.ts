import assert from "node:assert/strict";
import { fieldsOf } from "../../../lib/action/diff/fields.ts";
import { createMask } from "../../../lib/action/diff/mask.ts";
import { compareSides } from "../../../lib/action/diff/three_way.ts";
import type { Sides } from "../../../lib/action/diff/three_way.ts";
import type { KubeObject } from "../../../lib/kube/types.ts";

function object(spec: unknown, more: Partial<KubeObject> = {}): KubeObject {
  return { apiVersion: "v1", kind: "Thing", metadata: { name: "x" }, spec, ...more };
}

Deno.test("fieldsOf() names items by their names, quotes odd keys, and leaves out what is the server's", () => {
  const fields = fieldsOf(
    object({
      containers: [{ name: "web", image: "a" }, { name: "log", image: "b", args: [] }],
      ports: [{ port: 80 }, { port: 443 }],
      empty: {},
      "a.b/c": null,
    }, {
      metadata: { name: "x", uid: "u", resourceVersion: "7", managedFields: [{}] },
      status: { ready: true },
    }),
  );
  assert.deepEqual(Object.fromEntries(fields), {
    apiVersion: "v1",
    kind: "Thing",
    "metadata.name": "x",
    "spec.containers[web].name": "web",
    "spec.containers[web].image": "a",
    "spec.containers[log].name": "log",
    "spec.containers[log].image": "b",
    "spec.containers[log].args": [],
    "spec.ports[0].port": 80,
    "spec.ports[1].port": 443,
    "spec.empty": {},
    'spec["a.b/c"]': null,
  });
});

const ROWS: readonly {
  readonly why: string;
  readonly sides: Omit<Sides, "live" | "last" | "chart" | "answered"> & {
    readonly live?: unknown;
    readonly last?: unknown;
    readonly chart: unknown;
    readonly answered?: unknown;
  };
  readonly changes:
    readonly (readonly [path: string, cause: string, before: unknown, after: unknown])[];
}[] = [
  {
    why: "the chart changes a field",
    sides: { live: { a: 1, b: 5 }, last: { a: 1 }, chart: { a: 2 }, answered: { a: 2, b: 5 } },
    changes: [["spec.a", "chart", 1, 2]],
  },
  {
    why: "a field was changed in the cluster, and is put back",
    sides: { live: { a: 9 }, last: { a: 1 }, chart: { a: 1 }, answered: { a: 1 } },
    changes: [["spec.a", "drift", 9, 1]],
  },
  {
    why: "the server changes a field along with others",
    sides: { live: { a: 1, n: 1 }, last: { a: 1 }, chart: { a: 2 }, answered: { a: 2, n: 2 } },
    changes: [["spec.a", "chart", 1, 2], ["spec.n", "server", 1, 2]],
  },
  {
    why: "the chart drops a field",
    sides: { live: { a: 1, b: 2 }, last: { a: 1, b: 2 }, chart: { a: 1 }, answered: { a: 1 } },
    changes: [["spec.b", "chart", 2, undefined]],
  },
  {
    why: "the chart drops a field that the server takes for somebody else's",
    sides: {
      live: { a: 1, b: 2 },
      last: { a: 1, b: 2 },
      chart: { a: 1 },
      answered: { a: 1, b: 2 },
      unowned: true,
    },
    changes: [["spec.b", "chart", 2, undefined]],
  },
  {
    why: "without an answer what the server writes in its own way is no change",
    sides: { live: { cpu: "1", x: 1 }, last: { cpu: "1000m" }, chart: { cpu: "1000m" } },
    changes: [],
  },
  {
    why: "without an answer the chart's changes are laid over what is there",
    sides: { live: { a: 7, b: 1, c: 1 }, last: { a: 1, b: 1 }, chart: { a: 2 } },
    changes: [["spec.a", "chart", 7, 2], ["spec.b", "chart", 1, undefined]],
  },
  {
    why: "without a cluster the revision before stands for it",
    sides: { last: { a: 1 }, chart: { a: 2 } },
    changes: [["spec.a", "chart", 1, 2]],
  },
  {
    why: "a null says as much as nothing",
    sides: { live: { a: 1 }, last: { a: 1 }, chart: { a: 1, b: null } },
    changes: [],
  },
];

Deno.test("compareSides() tells what changes and because of whom", async (t) => {
  for (const { why, sides, changes } of ROWS) {
    await t.step(why, () => {
      const { live, last, chart, answered, ...rest } = sides;
      const one = (spec: unknown) => spec === undefined ? undefined : object(spec);
      const found = compareSides({
        ...rest,
        live: one(live),
        last: one(last),
        chart: object(chart),
        answered: one(answered),
      });
      assert.deepEqual(
        found.map((change) => [
          change.path,
          change.cause,
          live === undefined ? change.last : change.live,
          change.after,
        ]),
        changes,
      );
    });
  }
});

Deno.test("createMask() hides a Secret's values, and shows where they are equal", () => {
  const mask = createMask();
  const secret = (data: unknown, stringData?: unknown): KubeObject => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "s" },
    ...(data === undefined ? {} : { data }),
    ...(stringData === undefined ? {} : { stringData }),
  });
  const { data: a } = mask(secret({ p: btoa("hunter2"), q: btoa("other"), bad: "%%%" }));
  const { data: b, stringData } = mask(secret({ p: btoa("x") }, { p: "hunter2" }));
  const of = (data: unknown) => data as Record<string, string>;
  assert.match(of(a)["p"]!, /^<secret [0-9a-f]{8}>$/);
  assert.match(of(a)["bad"]!, /^<secret [0-9a-f]{8}>$/);
  assert.equal(of(a)["p"], of(b)["p"]);
  assert.notEqual(of(a)["p"], of(a)["q"]);
  assert.equal(stringData, undefined);
  const { data: other } = createMask()(secret({ p: btoa("hunter2") }));
  assert.notEqual(of(other)["p"], of(a)["p"], "digests of two masks can be compared");
  const config = { ...secret({ p: "x" }), kind: "ConfigMap" };
  assert.equal(mask(config), config);
});
