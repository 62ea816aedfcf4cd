/** Waiting for parts of releases, and for live objects. */
import assert from "node:assert/strict";
import { type CapstanError, CapstanErrors } from "../../lib/errors.ts";
import type { RunEvent } from "../../lib/events.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { explainPlan } from "../../lib/stack/explain.ts";
import { declaredDigests, differences } from "../../lib/stack/fingerprint.ts";
import { resolveGraph } from "../../lib/stack/graph.ts";
import { planStack } from "../../lib/stack/plan.ts";
import { crds, defineStack, hook, kubeContext, release, until } from "../../lib/stack/stack.ts";
import type {
  FailurePolicy,
  Reference,
  ReleaseOptions,
  StackDefinition,
} from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";
import type { Rehearsal } from "../harness.ts";

const POD = (delay: string) =>
  `---
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}
  annotations: {capstan.dev/rehearse-delay: ${delay}, capstan.dev/rehearse-fail: "{{ .Values.broken | default false }}"}
spec: {containers: [{name: main, image: busybox}]}
`;
const CRD = (plural: string, kind: string) =>
  `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ${plural}.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: ${plural}, singular: ${kind.toLowerCase()}, kind: ${kind}}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}]
`;
const CHARTS = {
  ...chartFiles("web", { "config.yaml": CONFIG }),
  ...chartFiles("db", {
    "config.yaml": CONFIG + POD("40ms") +
      hookJob("{{ .Release.Name }}-init", "pre-install") +
      hookJob("{{ .Release.Name }}-migrate", "post-install,post-upgrade", { weight: -1 }) +
      hookJob("{{ .Release.Name }}-vacuum", "post-install,post-upgrade", { delay: "120ms" }) +
      hookJob("{{ .Release.Name }}-drop", "pre-delete"),
  }),
  ...chartFiles("late", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-after", "post-install", { fail: true }),
  }),
  ...chartFiles("operator", { "pod.yaml": POD("150ms") + CRD("gadgets", "Gadget") }),
  "operator/crds/widgets.yaml": CRD("widgets", "Widget"),
  ...chartFiles("widget", {
    "widget.yaml":
      "apiVersion: example.com/v1\nkind: {{ .Values.kind }}\nmetadata: {name: {{ .Release.Name }}}\n",
  }),
};

const db = (options: Partial<ReleaseOptions> = {}) => release("db", { chart: "./db", ...options });
const web = (needs: readonly Reference[], options: Partial<ReleaseOptions> = {}) =>
  release("web", { chart: "./web", needs, ...options });

/** Place of an event in the run. */
function placeOf(events: readonly RunEvent[], type: RunEvent["type"], id: string): number {
  const place = events.findIndex((event) =>
    event.type === type && "id" in event && event.id === id
  );
  assert(place >= 0, `no ${type} of ${id}`);
  return place;
}

function assertOrder(events: readonly RunEvent[], finished: string, started: string): void {
  const [end, start] = [
    placeOf(events, "step-finished", finished),
    placeOf(events, "step-started", started),
  ];
  assert(end < start, `${started} started before ${finished} had finished`);
}

function plan(
  { folder, url }: Rehearsal,
  definition: Omit<StackDefinition, "name">,
  diff?: "server",
) {
  return planStack(
    { stack: defineStack({ name: "test", ...definition }), file: `${folder}/s.ts`, folder },
    {
      diff,
      connect: () => {
        const api = createKubeClient({ server: url, namespace: "default" });
        return Promise.resolve({ api, storage: secretStorage(api) });
      },
    },
  );
}

const UNTIL_POD = until(
  undefined,
  { apiVersion: "v1", kind: "Pod", namespace: "default", name: "db" },
  (pod) =>
    (pod?.status as { phase?: string } | undefined)?.phase === "Running" || "it does not run",
);

const EDGES: readonly [string, (node: ReturnType<typeof db>) => Reference[], string][] = [
  ["ready", (node) => [node.ready], "db/ready"],
  [
    "a hook by the end of its name",
    (node) => [node.hook("migrate")],
    "db/hook post-install Job/db-migrate",
  ],
  [
    "a hook by its name",
    (node) => [node.hook("db-migrate")],
    "db/hook post-install Job/db-migrate",
  ],
  [
    "a hook by kind and name",
    (node) => [node.hook("Job/db-init")],
    "db/hook pre-install Job/db-init",
  ],
  ["two parts", (node) => [node.hook("init"), node.ready], "db/ready"],
  [
    "a release by its name",
    () => [{ type: "release-part", release: "db", part: "ready" }],
    "db/ready",
  ],
];

for (const [what, needs, step] of EDGES) {
  Deno.test(`a release begins after a part of another: ${what}`, async () => {
    await rehearse(CHARTS, async ({ run }) => {
      const node = db();
      const { ok, events } = await run({ releases: [node, web(needs(node))] });
      assert(ok);
      assertOrder(events, step, "web/begin");
      // That is what it is for: the rest of the other is not waited for.
      assertOrder(events, "web/record", "db/record");
    });
  });
}

Deno.test("who waits for a part and for the whole waits for the whole", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const { events } = await run({ releases: [node, web([node.ready, node])] });
    assertOrder(events, "db/record", "web/begin");
  });
});

Deno.test("a wait for a hook is told as a wait: the hook is told of once", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const { events } = await run({ releases: [node, web([node.hook("init")])] });
    const titles = (kind: string) =>
      events.flatMap((event) =>
        event.type === "step-planned" && event.step.kind === kind ? [event.step.title] : []
      ).filter((title) => title.includes("init"));
    assert.deepEqual(titles("hook"), ["hook pre-install db-init"]);
    assert.deepEqual(titles("ready"), ["part: hook init"]);
  });
});

Deno.test("a stack hook waits for a part, and for a live object", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const seed = hook("seed", { after: [node.hook("init"), UNTIL_POD], run: () => {} });
    const { ok, events } = await run({ releases: [node], hooks: [seed] });
    assert(ok);
    assertOrder(events, "db/apply", "seed/run");
    assertOrder(events, "seed/until Pod default/db", "seed/run");
    assertOrder(events, "seed/run", "db/record");
  });
});

for (const kind of ["Widget", "Gadget"]) {
  Deno.test(`a release of a ${kind} begins once that kind is established`, async () => {
    await rehearse(CHARTS, async ({ run, names }) => {
      const operator = release("operator", { chart: "./operator", wait: true });
      const custom = release("custom", {
        chart: "./widget",
        values: { kind },
        needs: [crds(operator)],
      });
      const { ok, events } = await run({ releases: [operator, custom] });
      assert(ok);
      assertOrder(events, "operator/crds", "custom/begin");
      assertOrder(events, "operator/crds established", "custom/begin");
      const end = (id: string) => placeOf(events, "step-finished", id);
      assert(end("custom/record") < end("operator/ready"));
      assert.deepEqual(await names("example.com/v1", kind), ["custom"]);
    });
  });
}

Deno.test("parts of a release that stays as it is are there already, once what it needs is", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const operator = release("operator", { chart: "./operator" });
    await run({ releases: [node, operator] });
    const first = hook("first", { run: () => {} });
    const needy = db({ needs: [first] });
    const { ok, events, ended } = await run({
      releases: [needy, operator, web([needy.hook("init"), needy.ready, crds(operator)])],
      hooks: [first],
    });
    assert(ok);
    assert.deepEqual(ended, { db: "unchanged", operator: "unchanged", web: "installed" });
    assertOrder(events, "first/run", "web/begin");
  });
});

Deno.test("a hook that an upgrade does not run has run already", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    await run({ releases: [db()] });
    const node = db({ values: { text: "new" } });
    const { ok, ended } = await run({ releases: [node, web([node.hook("init")])] });
    assert(ok);
    assert.deepEqual(ended, { db: "upgraded", web: "installed" });
  });
});

Deno.test("what fails before the part is why the other is skipped", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db({ values: { broken: true }, wait: true, timeout: "100ms" });
    const { ok, ended, failures } = await run({
      releases: [
        node,
        web([node.hook("migrate")]),
        release("other", { chart: "./web", needs: [node.hook("init")] }),
      ],
      onFailure: "continue",
    });
    assert(!ok);
    assert.equal(ended.other, "installed");
    assert.match(ended.web!, /^skipped: skipped because of db\/ready/);
    assert.deepEqual(failures.map(({ owner }) => owner), ["db"]);
  });
});

Deno.test("a part that is not reached skips what needs it, one that was reached stays reached", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const late = release("late", { chart: "./late" });
    const { ok, ended, failures } = await run({
      releases: [
        late,
        release("early", { chart: "./web", needs: [late.ready] }),
        web([late.hook("after")]),
      ],
      onFailure: "continue",
    });
    assert(!ok);
    assert.equal(ended.early, "installed");
    assert.match(ended.late!, /^failed: .*late-after/);
    assert.match(ended.web!, /^skipped: .*late\/hook post-install Job\/late-after/);
    assert.deepEqual(failures.map(({ owner }) => owner), ["late"]);
  });
});

Deno.test("with retries a part is reached by the first try, or else with the release", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    let broken = true;
    const node = db({
      retry: { attempts: 2, delay: 1 },
      isReady: ({ kind }) => kind === "Pod" && broken ? { failed: "it is broken" } : undefined,
    });
    const { ok, events, ended, outcomes } = await run({
      releases: [
        node,
        web([node.ready]),
        release("early", { chart: "./web", needs: [node.hook("init")] }),
      ],
      onFailure: "continue",
    }, { emit: ({ type }) => broken &&= type !== "retry" });
    assert(ok);
    assert.deepEqual(ended, { early: "installed", db: "upgraded", web: "installed" });
    assert.equal(outcomes.get("db/ready")!.status, "failed");
    assertOrder(events, "db/end", "web/begin");
    assertOrder(events, "early/record", "db/end");
  });
});

Deno.test("a release that may fail lets go on who waits for a part of it", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const late = release("late", { chart: "./late", allowFailure: true });
    const { ok, ended } = await run({ releases: [late, web([late.hook("after")])] });
    assert(ok);
    assert.equal(ended.web, "installed");
  });
});

Deno.test("a selection keeps the edges to what is selected", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const api = release("api", { chart: "./web", needs: [node] });
    const releases = [node, api, web([node.ready, api])];
    const alone = await run({ releases }, { select: { only: ["web"] } });
    assert.deepEqual(alone.ended, { web: "installed" });
    const both = await run({ releases: [node, web([node.ready])] }, {
      select: { only: ["web"], withNeeds: true },
      force: true,
    });
    assert.deepEqual(both.ended, { db: "installed", web: "upgraded" });
    assertOrder(both.events, "web/record", "db/record");
    // What is needed through one that is left out must come to its end.
    const through = await run({ releases }, { select: { skip: ["api"] }, force: true });
    assertOrder(through.events, "db/record", "web/begin");
  });
});

Deno.test("down takes away who needed a part before what it was a part of", async () => {
  await rehearse(CHARTS, async ({ run }) => {
    const node = db();
    const releases = [node, web([node.ready, UNTIL_POD])];
    await run({ releases });
    const { ok, events } = await run({ releases }, { verb: "down" });
    assert(ok);
    const removals = events.flatMap((event) =>
      event.type === "release-finished" ? event.owner : []
    );
    assert.deepEqual(removals, ["web", "db"]);
    assert(
      !events.some((event) => event.type === "step-planned" && event.step.id.includes("until")),
    );
  });
});

Deno.test("parts that the chart does not have fail the run before its first change", async () => {
  const rows: readonly [Reference, string, string][] = [
    [
      db().hook("migrat"),
      'db: web needs hook "migrat" of release db, which has no such hook',
      'did you mean "migrate"?',
    ],
    [
      db().hook("Zzz"),
      'db: web needs hook "Zzz" of release db, which has no such hook',
      "it has db-init, db-migrate, db-vacuum",
    ],
    [
      db().hook("drop"),
      'db: web needs hook "drop" of release db, which runs only at pre-delete',
      "only hooks of install and upgrade can be waited for",
    ],
    [
      crds("db"),
      "db: web needs the CRDs of release db, which has none: neither in crds/ of chart db nor among its objects",
      "set the chart's value that adds them, or need the release as a whole",
    ],
  ];
  await rehearse(CHARTS, async (rehearsal) => {
    for (const [reference, message, hint] of rows) {
      const named = "type" in (reference as object)
        ? { ...reference as object, release: "db" } as Reference
        : reference;
      const definition = { releases: [db(), web([named])] };
      const error = await plan(rehearsal, definition).catch((thrown: unknown) => thrown);
      assert(error instanceof CapstanErrors);
      assert.deepEqual(error.errors.map(({ message, hint }) => [message, hint]), [[message, hint]]);
      const { ok, failures } = await rehearsal.run(definition);
      assert(!ok);
      assert.equal((failures[0]!.error as Error).message, message.replace("db: ", ""));
    }
    assert.deepEqual(rehearsal.server.requests.filter(({ method }) => method !== "GET"), []);
    // Also of a release that stays as it is, whose chart is not rendered.
    await rehearsal.run({ releases: [db()] });
    const error = await plan(rehearsal, {
      releases: [
        db(),
        web([{ type: "release-part", release: "db", part: "hook", hook: "migrat" }]),
      ],
    })
      .catch((thrown: unknown) => thrown);
    assert.match(
      String(error instanceof CapstanErrors && error.errors[0]!.message),
      /no such hook/,
    );
  });
});

Deno.test("mistakes in edges are told all at once", () => {
  const node = db({ noHooks: true });
  const seed = hook("seed", { run: () => {} });
  const stranger = release("stranger", { chart: "./db" });
  const pod = { apiVersion: "v1", kind: "Pod", name: "p" };
  assert.throws(() =>
    defineStack({
      name: "x",
      releases: [
        node,
        web([
          node.hook("migrate"),
          { type: "release-part", release: "seed", part: "ready" },
          stranger.ready,
          crds("dbb"),
          until(undefined, { kind: "Pod" } as never, () => true),
          until(undefined, pod, "yes" as never),
          until(undefined, pod, () => true, { timeout: "soon" }),
        ]),
      ],
      hooks: [seed],
    }), (error) => {
    assert(error instanceof CapstanErrors);
    assert.deepEqual(error.errors.map(({ message }) => message), [
      'release web: hook "migrate" of release db never runs',
      "release web: hook seed of the stack has no parts",
      "release web needs release stranger, which is not in the stack",
      'release web needs "dbb", which the stack does not have',
      "release web: until() has no object: an object",
      'release web: until() has no predicate: "yes"',
      'release web: bad timeout of until(): "soon"',
    ]);
    return true;
  });
});

Deno.test("a cycle through parts is named with them", () => {
  const part = (of: string): Reference => ({ type: "release-part", release: of, part: "ready" });
  assert.throws(
    () =>
      defineStack({
        name: "x",
        releases: [
          db({ needs: [crds("api")] }),
          web([part("db")]),
          release("api", { chart: "./web", needs: ["web"] }),
        ],
      }),
    (error) => {
      assert(error instanceof CapstanErrors);
      assert.equal(
        error.errors[0]!.message,
        "these wait for one another: db → crds(api) → web → db.ready",
      );
      return true;
    },
  );
});

const CONFIG_MAP = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "flag" };

Deno.test("a release begins when a live object is as it is wanted", async () => {
  await rehearse(CHARTS, async ({ run, api }) => {
    const flag = until(
      undefined,
      CONFIG_MAP,
      (object) =>
        (object as { data?: { go?: string } } | undefined)?.data?.go === "yes" ||
        "the flag is not up",
    );
    const other = release("other", { chart: "./web" });
    let changed = Promise.resolve();
    const { ok, events } = await run({ releases: [other, web([other, flag])] }, {
      emit(event) {
        if (event.type !== "step-progress" || event.id !== "web/until ConfigMap default/flag") {
          return;
        }
        changed = changed.then(async () =>
          void await api.apply({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "flag", namespace: "default" },
            data: { go: "yes" },
          })
        );
      },
    });
    await changed;
    assert(ok);
    // It is asked once all else is done.
    assertOrder(events, "other/record", "web/until ConfigMap default/flag");
    const told = events.filter((event) =>
      event.type === "step-progress" && event.id.includes("until")
    );
    assert.deepEqual(told.map((event) => "message" in event && event.message), [
      "the flag is not up",
    ]);
  });
});

for (const onFailure of ["stop", "continue"] satisfies FailurePolicy[]) {
  Deno.test(`a condition that does not hold in time fails the run (${onFailure}), and says what was seen last`, async () => {
    await rehearse(CHARTS, async ({ run, api }) => {
      await api.apply(
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: "p",
            namespace: "default",
            annotations: { "capstan.dev/rehearse-fail": "true" },
          },
          spec: { containers: [{ name: "m", image: "busybox" }] },
        } as never,
      );
      const ref = { apiVersion: "v1", kind: "Pod", namespace: "default", name: "p" };
      const never = until(undefined, ref, () => false, { timeout: "50ms" });
      const { ok, ended, failures } = await run({
        releases: [web([never], { retry: { attempts: 3 } })],
        onFailure,
      });
      assert(!ok);
      assert.match(
        ended.web!,
        /^skipped: skipped because of web\/until Pod default\/p: Pod default\/p is not as it is waited for/,
      );
      const [{ owner, error }] = failures as [{ owner: string; error: CapstanError }];
      assert.equal(owner, "web");
      assert.match(
        error.message,
        /^Pod default\/p is not as it is waited for after 0.05 s: .*Ready=False/,
      );
      assert.equal(error.code, "stack/until");
      assert.equal(failures.length, 1);
    });
  });
}

Deno.test("conditions: what the predicate says or throws, objects and kinds that are not there", async () => {
  const rows: readonly [Reference, RegExp][] = [
    [until(undefined, CONFIG_MAP, () => false, { timeout: 30 }), /: there is no such object$/],
    [until(undefined, CONFIG_MAP, () => "no flag", { timeout: 30 }), /: no flag$/],
    [
      until(undefined, CONFIG_MAP, () => {
        throw new Error("oh");
      }),
      /^the predicate of until\(\) fails: oh$/,
    ],
    [until(undefined, CONFIG_MAP, (() => Promise.resolve(true)) as never), /returns a promise/],
    [
      until(undefined, { apiVersion: "x.com/v1", kind: "Nothing", name: "n" }, () => true, {
        timeout: 30,
      }),
      /: no matches for kind "Nothing" in version "x.com\/v1"$/,
    ],
  ];
  await rehearse(CHARTS, async ({ run }) => {
    for (const [reference, message] of rows) {
      const { failures } = await run({ releases: [web([reference])] });
      assert.match((failures[0]!.error as Error).message, message);
    }
  });
});

Deno.test("a run that is stopped or aborted does not wait for its conditions", async () => {
  await rehearse(CHARTS, async ({ run, server }) => {
    const never = until(undefined, CONFIG_MAP, () => false);
    const abort = new AbortController();
    const { ok, ended, failures } = await run({ releases: [web([never])] }, {
      signal: abort.signal,
      emit: (event) => event.type === "step-progress" && abort.abort(),
    });
    assert(!ok);
    assert.match(ended.web!, /^skipped/);
    assert.deepEqual(failures, []);
    assert.deepEqual(server.requests.filter(({ method }) => method !== "GET"), []);
  });
});

Deno.test("plan names the edges, and explain counts with them", async () => {
  await rehearse(CHARTS, async (rehearsal) => {
    const node = db();
    const definition = { releases: [node, web([node.hook("migrate"), UNTIL_POD])] };
    const nodes = await plan(rehearsal, definition, "server");
    assert.deepEqual(
      nodes.map(({ id, needs, parts, conditions }) => ({ id, needs, parts, conditions })),
      [
        { id: "db", needs: [], parts: undefined, conditions: undefined },
        {
          id: "web",
          needs: ["db"],
          parts: [{ on: "db", part: "hook", hook: "migrate" }],
          conditions: ["until Pod default/db"],
        },
      ],
    );
    const times = {
      "db/hook post-install Job/db-migrate": 500,
      "db/hook post-install Job/db-vacuum": 9_000,
      "web/until Pod default/db": 100,
      "web/apply": 9_000,
    };
    const durations = new Map<string, number>(Object.entries(times));
    for (
      const id of [
        "db/render",
        "db/begin",
        "db/apply",
        "db/record",
        "db/hook pre-install Job/db-init",
        "web/render",
        "web/begin",
        "web/record",
      ]
    ) durations.set(id, 0);
    const stack = defineStack({ name: "test", ...definition });
    const { length, path } = await explainPlan(nodes, stack, {
      durations,
      parallelism: 4,
      hookParallelism: 1,
    });
    assert.deepEqual(path.map(({ id }) => id), [
      "db/hook post-install Job/db-migrate",
      "web/until Pod default/db",
      "web/apply",
    ]);
    assert.equal(length, 9_600);
  });
});

Deno.test("another edge is another stack for a resume; another patience is not", () => {
  const digests = (...needs: Reference[]) =>
    declaredDigests(resolveGraph({ releases: [db(), web(needs)] }).nodes);
  const part = (part: "ready" | "crds"): Reference => ({
    type: "release-part",
    release: "db",
    part,
  });
  const pod = { apiVersion: "v1", kind: "Pod", name: "p" };
  const changed = ["web: its needs changed"];
  assert.deepEqual(differences(digests("db"), digests(part("ready"))), changed);
  assert.deepEqual(differences(digests(part("crds")), digests(part("ready"))), changed);
  const asked = (timeout: string, name = "p") =>
    until(undefined, { ...pod, name }, () => true, { timeout });
  assert.deepEqual(differences(digests(asked("1m")), digests(asked("2m"))), []);
  assert.deepEqual(differences(digests(asked("1m")), digests(asked("1m", "q"))), changed);
  assert.deepEqual(
    differences(
      digests(until(undefined, pod, () => true)),
      digests(until(kubeContext("eu"), pod, () => true)),
    ),
    changed,
  );
});

Deno.test("a condition may be on another cluster", async () => {
  await rehearse(CHARTS, async ({ run, url }) => {
    const asked: (string | undefined)[] = [];
    const there = until(
      kubeContext("eu-1"),
      { ...CONFIG_MAP, name: "flag" },
      (object) => object === undefined,
    );
    const { ok } = await run({ releases: [web([there])] }, {
      connect: (context) => {
        asked.push(context);
        const api = createKubeClient({ server: url, namespace: "default" });
        return Promise.resolve({ api, storage: secretStorage(api) });
      },
    });
    assert(ok);
    assert.deepEqual(asked, [undefined, "eu-1"]);
  });
});
