/** A plan that is frozen, and carried out or refused. */
import assert from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { freezePlan } from "../../lib/stack/frozen/freeze.ts";
import type { FrozenPlan } from "../../lib/stack/frozen/format.ts";
import { PlanMovedError } from "../../lib/stack/frozen/moved.ts";
import { defineStack, hook, release } from "../../lib/stack/stack.ts";
import type { StackDefinition } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";
import type { Rehearsal, Shown } from "../harness.ts";

const KEY = "a long and random text";
const WEB = chartFiles("web", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install,pre-upgrade"),
  "secret.yaml":
    "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {pin: {{ .Values.pin | default 1234 | quote }}}\n",
});

const CRD = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets, singular: widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;

type Definition = Omit<StackDefinition, "name">;

/** Freezes a plan, as a file has it. */
async function freeze(rehearsal: Rehearsal, definition: Definition, options = {}) {
  const { folder, url } = rehearsal;
  const loaded = {
    stack: defineStack({ name: "test", ...definition }),
    file: `${folder}/stack.ts`,
    folder,
  };
  const frozen = await freezePlan(loaded, {
    key: KEY,
    connect: () => {
      const api = createKubeClient({ server: url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
    ...options,
  });
  return { ...frozen, plan: JSON.parse(JSON.stringify(frozen.plan ?? null)) as FrozenPlan };
}

/** Carries it out. */
function apply(rehearsal: Rehearsal, definition: Definition, plan: FrozenPlan): Promise<Shown> {
  return rehearsal.run(definition, { plan, planKey: KEY });
}

/** What has moved, a line each. */
function movedOf({ failures }: Shown): string[] {
  const [{ error } = { error: undefined }] = failures;
  assert(error instanceof PlanMovedError, String(error));
  return error.moved.map(({ node, what, how }) => `${node}: ${what}: ${how}`);
}

function stackOf(options: Partial<Parameters<typeof release>[1]> = {}): Definition {
  const db = release("db", { chart: "./web" });
  const seed = hook("seed", { after: [db], run: () => {} });
  return {
    releases: [db, release("web", { chart: "./web", needs: [seed], ...options })],
    hooks: [seed],
  };
}

Deno.test("a frozen plan is carried out, installs first and upgrades after", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const { plan, nodes } = await freeze(rehearsal, stackOf());
    assert.deepEqual(
      rehearsal.server.requests.filter(({ method, path }) =>
        method !== "GET" && !path.includes("dryRun=All")
      ),
      [],
    );
    assert.deepEqual(nodes.map(({ action }) => action), ["install", "run", "install"]);
    const first = await apply(rehearsal, stackOf(), plan);
    assert.deepEqual(first.ended, { db: "installed", web: "installed" });

    const changed = stackOf({ values: { text: "new" } });
    const second = await freeze(rehearsal, changed);
    assert.deepEqual(second.plan.nodes.map(({ action }) => action), [
      "unchanged",
      "run",
      "upgrade",
    ]);
    const config = second.plan.nodes[2]!.release!.objects.find(({ kind }) => kind === "ConfigMap")!;
    assert.equal(config.action, "change");
    assert.deepEqual(config.fields.map(({ path, after }) => [path, after]), [["data.text", "new"]]);
    assert.match(config.live!.resourceVersion, /^\d+$/);
    const result = await apply(rehearsal, changed, second.plan);
    assert.deepEqual(result.ended, { db: "unchanged", web: "upgraded" });
    // Once is enough: the plan was made for what there was before.
    const third = await apply(rehearsal, changed, second.plan);
    assert.deepEqual(movedOf(third), [
      "web: action: unchanged; planned: upgrade",
      "web: revision: the last is 2 deployed; planned: 1 deployed",
    ]);
  });
});

Deno.test("a frozen plan tells no secret, and no digest of it that could be guessed", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const [one, two] = await Promise.all([
      freeze(rehearsal, stackOf()),
      freeze(rehearsal, stackOf()),
    ]);
    const text = JSON.stringify(one.plan);
    assert(!text.includes("1234") && !text.includes(btoa("1234")), text);
    const secret = ({ plan }: typeof one) =>
      plan.nodes[0]!.release!.objects.find(({ kind }) => kind === "Secret")!;
    assert.match(JSON.stringify(secret(one).manifest), /"pin":"<secret [0-9a-f]{8}>"/);
    // Each plan has a salt of its own.
    assert.notEqual(secret(one).digest, secret(two).digest);
    const other = await rehearsal.run(stackOf(), { plan: one.plan, planKey: "another random text" })
      .catch((error) => error);
    assert.equal(other.code, "plan/key");
  });
});

/** What moves, what is then refused, and how that is said. */
const MOVES: readonly {
  readonly title: string;
  readonly stack?: Definition;
  readonly move?: (rehearsal: Rehearsal) => Promise<unknown>;
  readonly said: readonly (string | RegExp)[];
}[] = [
  {
    title: "values",
    stack: stackOf({ values: { text: "c", pin: 9 } }),
    said: [
      "web: values: changed",
      "web: Secret/web: other data.pin",
      "web: ConfigMap/web: other data.text",
    ],
  },
  {
    title: "options",
    stack: stackOf({ values: { text: "b" }, atomic: true }),
    said: ["web: options: changed"],
  },
  {
    title: "a hook's function",
    stack: {
      ...stackOf({ values: { text: "b" }, needs: ["seed"] }),
      hooks: [hook("seed", { after: ["db"], run: () => Promise.resolve() })],
    },
    said: ["seed: function: changed"],
  },
  {
    title: "edges, and a release that is new",
    stack: {
      releases: [
        release("db", { chart: "./web" }),
        release("more", { chart: "./web" }),
        release("web", { chart: "./web", values: { text: "b" } }),
      ],
    },
    said: [
      "more: node: is new in the stack",
      "seed: node: is not in the stack any more",
      "web: needs: nothing; planned: seed",
    ],
  },
  {
    title: "the chart",
    move: ({ folder }) => Deno.writeTextFile(`${folder}/web/templates/x.yaml`, "# other\n"),
    said: [
      "db: action: upgrade; planned: unchanged",
      "db: chart: changed",
      "web: chart: changed",
    ],
  },
  {
    title: "the release",
    move: ({ run }) => run(stackOf({ values: { text: "else" } })),
    said: [
      "web: revision: the last is 2 deployed; planned: 1 deployed",
      "web: ConfigMap default/web: changed in the cluster: data.text",
    ],
  },
  {
    title: "a live object that the plan changes",
    move: ({ api }) =>
      api.patch(
        { apiVersion: "v1", kind: "ConfigMap", name: "web" },
        "application/merge-patch+json",
        { data: { text: "by hand" } },
      ),
    said: [
      /^web: ConfigMap default\/web: (changed in the cluster: data.text|would be refused now: )/,
    ],
  },
  {
    title: "an object that is gone",
    move: ({ api }) => api.delete({ apiVersion: "v1", kind: "Secret", name: "web" }),
    said: ["web: Secret default/web: is gone"],
  },
];

for (const { title, stack, move, said } of MOVES) {
  Deno.test(`a frozen plan is refused when this has moved, before anything is changed: ${title}`, async () => {
    await rehearse(WEB, async (rehearsal) => {
      assert((await rehearsal.run(stackOf())).ok);
      const planned = stackOf({ values: { text: "b" } });
      const { plan } = await freeze(rehearsal, planned);
      await move?.(rehearsal);
      const before = rehearsal.server.requests.length;
      const result = await apply(rehearsal, stack ?? planned, plan);
      const lines = movedOf(result);
      assert.equal(lines.length, said.length, lines.join("\n"));
      for (const [i, line] of lines.entries()) {
        const expected = said[i]!;
        if (typeof expected === "string") assert.equal(line, expected);
        else assert.match(line, expected);
      }
      const changes = rehearsal.server.requests.slice(before).filter(({ method, path }) =>
        method !== "GET" && !path.includes("dryRun=All")
      );
      assert.deepEqual(changes, []);
    });
  });
}

Deno.test("a frozen plan holds when a live object was written to without touching what it changes", async () => {
  await rehearse(WEB, async (rehearsal) => {
    assert((await rehearsal.run(stackOf())).ok);
    const planned = stackOf({ values: { text: "b" } });
    const { plan } = await freeze(rehearsal, planned);
    const ref = { apiVersion: "v1", kind: "ConfigMap", name: "web" };
    await rehearsal.api.patch(ref, "application/merge-patch+json", {
      metadata: { annotations: { seen: "yes" } },
    });
    const result = await apply(rehearsal, planned, plan);
    assert.deepEqual(result.ended, { db: "unchanged", web: "upgraded" });
  });
});

Deno.test("what a template makes up is applied as it was when the plan was made, and is not readable in it", async () => {
  const files = chartFiles("web", {
    "config.yaml": CONFIG,
    "secret.yaml":
      "apiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {pw: {{ randAlphaNum 12 }}}\n",
  });
  await rehearse(files, async (rehearsal) => {
    const stack = { releases: [release("web", { chart: "./web" })] };
    const { plan } = await freeze(rehearsal, stack);
    const [node] = plan.nodes;
    assert.deepEqual(node!.release!.varies, ["Secret/web"]);
    const result = await apply(rehearsal, stack, plan);
    assert.deepEqual(result.ended, { web: "installed" });
    const secret = await rehearsal.api.get({ apiVersion: "v1", kind: "Secret", name: "web" });
    const password = atob((secret!["data"] as Record<string, string>)["pw"]!);
    assert(!JSON.stringify(plan).includes(password));
    const [record] = await rehearsal.storage.history({ name: "web", namespace: "default" });
    const stored = await rehearsal.storage.get(record!);
    assert(stored!.manifest.includes(password));
    // It is the plan's, not one that was made up anew: applying it once more comes to the same.
    await rehearsal.api.delete({ apiVersion: "v1", kind: "Secret", name: "web" });
    await rehearsal.storage.delete(record!);
    await rehearsal.api.delete({ apiVersion: "v1", kind: "ConfigMap", name: "web" });
    assert.deepEqual((await apply(rehearsal, stack, plan)).ended, { web: "installed" });
    const again = await rehearsal.api.get({ apiVersion: "v1", kind: "Secret", name: "web" });
    assert.equal(atob((again!["data"] as Record<string, string>)["pw"]!), password);
    // What does not vary is compared all the same.
    const other = { releases: [release("web", { chart: "./web", values: { text: "x" } })] };
    await rehearsal.run({ releases: [] });
    const lines = movedOf(await apply(rehearsal, other, plan));
    assert(lines.includes("web: ConfigMap/web: other data.text"), lines.join("\n"));
  });
});

Deno.test("values that come out otherwise when their turn comes fail their release, and say so", async () => {
  await rehearse(WEB, async (rehearsal) => {
    let text = "planned";
    const db = release("db", { chart: "./web" });
    const web = release("web", { chart: "./web", needs: [db], values: () => ({ text }) });
    const stack = { releases: [db, web] };
    const { plan } = await freeze(rehearsal, stack);
    text = "other";
    const result = await apply(rehearsal, stack, plan);
    assert.equal(result.ended["db"], "installed");
    assert.match(result.ended["web"]!, /^failed: cannot do what was planned: 2 things have moved/);
    assert.match(
      String((result.failures[0]!.error as PlanMovedError).hint),
      /what ran before is done/,
    );
  });
});

Deno.test("a plan is not frozen while something is not known or would be refused", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const db = release("db", { chart: "./web" });
    const web = release("web", {
      chart: "./web",
      needs: [db],
      values: async ({ cluster }) => ({
        text: (await cluster.get("v1", "ConfigMap", "default/db")).data["text"],
      }),
    });
    const { refused, plan } = await freeze(rehearsal, { releases: [db, web] });
    assert.equal(plan, null);
    assert.match(refused!.message, /the values of web are not known yet/);
    await rehearsal.api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "db" } });
    const taken = await freeze(rehearsal, { releases: [db] });
    assert.match(taken.refused!.message, /objects of db would be refused/);
  });
});

Deno.test("a plan is refused that was edited, is of another stack or cluster, or goes with other options", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const { plan } = await freeze(rehearsal, stackOf());
    const thrown = async (changed: FrozenPlan, more = {}) => {
      const error = await rehearsal.run(stackOf(), { plan: changed, planKey: KEY, ...more })
        .catch((error) => error);
      return `${error.code}: ${error.message}`;
    };
    const edited = { ...plan, nodes: plan.nodes.slice(1) };
    assert.match(await thrown(edited), /^plan\/signature: .*changed since it was written/);
    assert.match(await thrown({} as FrozenPlan), /^plan\/unreadable/);
    assert.match(await thrown(plan, { force: true }), /^plan\/options: .* together with --force$/);
    assert.match(
      await thrown(plan, { select: { only: ["db"] } }),
      /^plan\/options: .*a selection$/,
    );
    await rehearse(WEB, async (elsewhere) => {
      const error = await apply(elsewhere, stackOf(), plan).catch((error) => error);
      assert.match(`${error.code}: ${error.message}`, /^plan\/elsewhere: .*it was made for 127/);
    });
  });
});

Deno.test("a part of a stack is frozen and carried out as that part", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const { plan } = await freeze(rehearsal, stackOf(), { select: { only: ["db"] } });
    const result = await apply(rehearsal, stackOf(), plan);
    assert.deepEqual(result.ended, { db: "installed" });
  });
});

Deno.test("a run of a frozen plan that failed is gone on with, and what is left is as planned", async () => {
  await rehearse(WEB, async (rehearsal) => {
    const { folder, run } = rehearsal;
    let broken = true;
    const db = release("db", { chart: "./web" });
    const seed = hook("seed", {
      after: [db],
      run: () => {
        if (broken) throw new Error("not yet");
      },
    });
    const web = release("web", { chart: "./web", needs: [seed], values: { text: "a" } });
    const stack = { releases: [db, web], hooks: [seed] };
    const { plan } = await freeze(rehearsal, stack);
    const options = { plan, planKey: KEY, journal: { folder: `${folder}/state` } };
    const first = await run(stack, options);
    assert.deepEqual([first.ok, first.ended["db"]], [false, "installed"]);
    broken = false;
    const without = await run(stack, { journal: options.journal, resume: true }).catch((e) => e);
    assert.match(`${without.code}: ${without.message}`, /^resume\/plan: .*it does a frozen plan$/);
    const other = (await freeze(rehearsal, stack)).plan;
    const wrong = await run(stack, { ...options, plan: other, resume: true }).catch((e) => e);
    assert.match(`${wrong.code}: ${wrong.message}`, /^resume\/plan: .*it does another plan$/);
    const resumed = await run(stack, { ...options, resume: true });
    assert(resumed.ok, JSON.stringify(resumed.failures));
    assert.deepEqual(resumed.ended, { db: "installed", web: "installed" });
  });
});

Deno.test("objects of a kind that another release of the plan brings are planned before the kind is there", async () => {
  const files = {
    ...WEB,
    ...chartFiles("operator", { "crd.yaml": CRD }),
    ...chartFiles("user", {
      "w.yaml":
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\nspec: {size: {{ .Values.size }}}\n",
    }),
  };
  await rehearse(files, async (rehearsal) => {
    const operator = release("operator", { chart: "./operator", wait: true });
    // Rendered when the kind is there, and planned when it is not.
    const user = release("user", {
      chart: "./user",
      needs: [operator],
      values: () => ({ size: 1 }),
    });
    const stack = { releases: [operator, user] };
    const { plan, refused } = await freeze(rehearsal, stack);
    assert.equal(refused, undefined);
    const result = await apply(rehearsal, stack, plan);
    assert.deepEqual(result.ended, { operator: "installed", user: "installed" });
  });
});

Deno.test("PlanMovedError lists what has moved, but not hundreds of lines", () => {
  const moved = Array.from(
    { length: 43 },
    (_, i) => ({ node: `r${i}`, what: "chart", how: "changed" }),
  );
  const error = new PlanMovedError(moved, { at: "2026-05-01T12:00:00Z" });
  const lines = error.message.split("\n");
  assert.equal(
    lines[0],
    "cannot do what was planned: 43 things have moved since 2026-05-01T12:00:00Z:",
  );
  assert.deepEqual(lines.slice(-2), ["  r39  chart  changed", "  and 3 more"]);
  assert.equal(error.moved.length, 43);
});

Deno.test("a frozen plan tells no secret of hooks, of lists, or of fields that change", async () => {
  const secret = (name: string, more = "") =>
    `{apiVersion: v1, kind: Secret, metadata: {name: ${name}${more}}, ` +
    "data: {pin: {{ .Values.pin | b64enc }}}, stringData: {text: {{ .Values.pin | quote }}}}";
  const files = chartFiles("web", {
    "a.yaml": `${secret("plain")}\n---\napiVersion: v1\nkind: SecretList\nitems:\n- ${
      secret("listed")
    }\n`,
    "hook.yaml": secret(
      "hooked",
      ', annotations: {helm.sh/hook: "pre-install,pre-upgrade", helm.sh/hook-weight: "1"}',
    ),
    "random.yaml":
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: random}\ndata: {id: {{ randAlpha 8 }}}\n",
  });
  await rehearse(files, async (rehearsal) => {
    const stack = (pin: string) => ({
      releases: [release("web", { chart: "./web", values: { pin } })],
    });
    assert((await rehearsal.run(stack("old-pin-1111"))).ok);
    const { plan } = await freeze(rehearsal, stack("new-pin-2222"));
    const text = JSON.stringify(plan);
    for (const pin of ["old-pin-1111", "new-pin-2222"]) {
      for (const form of [pin, btoa(pin), btoa(btoa(pin))]) assert(!text.includes(form), form);
    }
    const { objects, hooks, varies } = plan.nodes[0]!.release!;
    const changed = objects.filter(({ kind }) => kind === "Secret").map(({ name, fields }) => [
      name,
      fields.map(({ path }) => path).sort(),
    ]);
    assert.deepEqual(changed.sort(), [
      ["listed", ["data.pin", "data.text"]],
      ["plain", ["data.pin", "data.text"]],
    ]);
    assert.deepEqual([hooks.map(({ name }) => name), varies], [["hooked"], ["ConfigMap/random"]]);
    const result = await apply(rehearsal, stack("new-pin-2222"), plan);
    assert.deepEqual(result.ended, { web: "upgraded" });
  });
});
