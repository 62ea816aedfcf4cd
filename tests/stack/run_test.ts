import assert from "node:assert/strict";
import type { RunEvent } from "../../lib/events.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";

const WEB = chartFiles("web", { "config.yaml": CONFIG });
const BROKEN = chartFiles("broken", { "bad.yaml": "{{ .Values.a.b.c }}\n" });

function app(name: string, options: Partial<Parameters<typeof release>[1]> = {}) {
  return release(name, { chart: "./web", ...options });
}

/** Ids of steps in the order in which they started. */
function started(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) => event.type === "step-started" ? [event.id] : []);
}

Deno.test("runStack() installs, then leaves unchanged, then upgrades what differs", async () => {
  await rehearse(WEB, async ({ run, names, server }) => {
    const first = await run({
      releases: [app("a"), app("b", { needs: ["a"], values: { text: "one" } })],
    });
    assert.deepEqual([first.ok, first.ended], [true, { a: "installed", b: "installed" }]);
    assert.deepEqual(await names("v1", "ConfigMap"), ["a", "b"]);
    const before = server.requests.length;
    const second = await run({
      releases: [app("a"), app("b", { needs: ["a"], values: { text: "one" } })],
    });
    assert.deepEqual([second.ok, second.ended], [true, { a: "unchanged", b: "unchanged" }]);
    const writes = server.requests.slice(before).filter(({ method }) => method !== "GET");
    assert.deepEqual(writes, []);
    const third = await run({
      releases: [app("a"), app("b", { needs: ["a"], values: { text: "two" } })],
    });
    assert.deepEqual(third.ended, { a: "unchanged", b: "upgraded" });
  });
});

Deno.test("runStack() changes nothing when anything does not render", async () => {
  await rehearse({ ...WEB, ...BROKEN }, async ({ run, names, server }) => {
    const result = await run({
      releases: [app("a"), release("bad", { chart: "./broken" }), app("c", { chart: "./nowhere" })],
    });
    assert.equal(result.ok, false);
    assert.match(result.ended["bad"]!, /^failed: .*nil pointer evaluating interface \{\}\.b/s);
    assert.match(result.ended["c"]!, /^failed: cannot load chart \.\/nowhere: path .* not found/);
    assert.match(result.ended["a"]!, /^skipped/);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
    assert.deepEqual(server.requests.filter(({ method }) => method !== "GET"), []);
  });
});

Deno.test("runStack() starts a release when what it needs has finished, and not before", async () => {
  await rehearse(WEB, async ({ run }) => {
    const { ok, events } = await run({
      releases: [
        app("web", { needs: ["api"] }),
        app("api", { needs: ["db"] }),
        app("db"),
        app("other"),
      ],
      parallelism: 4,
    });
    assert(ok);
    const order = started(events);
    assert(order.indexOf("api/apply") > order.indexOf("db/record"));
    assert(order.indexOf("web/apply") > order.indexOf("api/record"));
    assert(order.indexOf("other/apply") < order.indexOf("web/apply"));
  });
});

Deno.test("runStack() keeps the number of releases in flight", async () => {
  const files = chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "30ms" }),
  });
  await rehearse(files, async ({ run }) => {
    const { ok, events } = await run({
      releases: Array.from({ length: 9 }, (_, i) => app(`r${i}`)),
      parallelism: 3,
    });
    assert(ok);
    const flying = new Set<string>();
    let most = 0;
    for (const event of events) {
      if (event.type === "step-started" && event.id.endsWith("/begin")) {
        flying.add(event.id.split("/")[0]!);
      }
      if (event.type === "release-finished") flying.delete(event.owner);
      most = Math.max(most, flying.size);
    }
    assert.equal(most, 3);
  });
});

Deno.test("runStack() stops after a failure, finishes what runs, and says why the rest was skipped", async () => {
  const files = {
    ...WEB,
    ...chartFiles("failing", {
      "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { fail: true }),
    }),
  };
  await rehearse(files, async ({ run, names }) => {
    const result = await run({
      releases: [
        release("bad", { chart: "./failing" }),
        app("after", { needs: ["bad"] }),
        app("later", { needs: ["after"] }),
      ],
    });
    assert.equal(result.ok, false);
    assert.match(result.ended["bad"]!, /^failed: .*pre-install/);
    assert.match(result.ended["after"]!, /^skipped: .*bad/);
    assert.match(result.ended["later"]!, /^skipped: .*bad/);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
  });
});

Deno.test("runStack() gives a values function the live objects of what the release needs", async () => {
  await rehearse(WEB, async ({ run, api }) => {
    const db = app("db", { values: { text: "from db" } });
    const web = app("web", {
      needs: [db],
      values: async ({ cluster }) => ({
        text: `${(await cluster.get("v1", "ConfigMap", "default/db")).data["text"]}!`,
      }),
    });
    const { ok } = await run({ releases: [db, web] });
    assert(ok);
    const object = await api.get({
      apiVersion: "v1",
      kind: "ConfigMap",
      namespace: "default",
      name: "web",
    });
    assert.deepEqual(object?.["data"], { text: "from db!" });
  });
});

Deno.test("runStack() runs stack hooks by weight and name, and all of a weight before the next", async () => {
  await rehearse(WEB, async ({ run }) => {
    const db = app("db");
    const ran: string[] = [];
    const at = (name: string, weight: number) =>
      hook(name, {
        after: [db],
        weight,
        run: async ({ log }) => {
          ran.push(`+${name}`);
          await Promise.resolve();
          log(`${name} was here`);
          ran.push(`-${name}`);
        },
      });
    const hooks = [at("z", -5), at("b", 0), at("a", 0), at("c", 7)];
    const { ok, events } = await run({ releases: [db, app("web", { needs: hooks })], hooks });
    assert(ok);
    assert.deepEqual(ran, ["+z", "-z", "+a", "-a", "+b", "-b", "+c", "-c"]);
    assert(events.some((event) => event.type === "step-log" && event.line === "a was here"));
    const order = started(events);
    assert(order.indexOf("z/run") > order.indexOf("db/record"));
    assert(order.indexOf("web/apply") > order.indexOf("c/run"));
  });
});

Deno.test("runStack() runs stack hooks of one weight at once, up to hookParallelism", async () => {
  await rehearse(WEB, async ({ run }) => {
    let running = 0, most = 0;
    const hooks = Array.from({ length: 6 }, (_, i) =>
      hook(`h${i}`, {
        run: async () => {
          most = Math.max(most, ++running);
          await new Promise((resolve) => setTimeout(resolve, 5));
          running--;
        },
      }));
    assert((await run({ releases: [], hooks, hookParallelism: 3 })).ok);
    assert.equal(most, 3);
  });
});

Deno.test("runStack() fails a hook that throws and skips what hangs on it", async () => {
  await rehearse(WEB, async ({ run }) => {
    const seed = hook("seed", { run: () => Promise.reject(new Error("no seeds left")) });
    const result = await run({ releases: [app("web", { needs: [seed] })], hooks: [seed] });
    assert.equal(result.ok, false);
    const failed = result.events.find((event) =>
      event.type === "step-finished" && event.id === "seed/run"
    );
    assert.equal(failed?.type === "step-finished" && failed.reason, "hook seed: no seeds left");
    assert.match(result.ended["web"]!, /^skipped: .*seed/);
  });
});

Deno.test("runStack() ends a hook that outlives its timeout", async () => {
  await rehearse(WEB, async ({ run }) => {
    const slow = hook("slow", { timeout: "20ms", run: () => new Promise<void>(() => {}) });
    const result = await run({ releases: [], hooks: [slow] });
    assert.equal(result.ok, false);
    assert.equal(result.outcomes.get("slow/run")?.status, "failed");
  });
});

Deno.test("runStack() stops on request: what runs is finished, the rest is not begun", async () => {
  const files = chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "40ms" }),
  });
  await rehearse(files, async ({ run, storage, names }) => {
    const stop = new AbortController();
    const result = await run({ releases: [app("a"), app("b", { needs: ["a"] })] }, {
      stop: stop.signal,
      emit: (event) => {
        if (event.type === "step-started" && event.id.startsWith("a/hook")) {
          stop.abort(new DOMException("interrupted", "AbortError"));
        }
      },
    });
    assert.equal(result.ok, false);
    assert.equal(result.ended["a"], "installed");
    assert.match(result.ended["b"]!, /^skipped/);
    assert.deepEqual(await names("v1", "ConfigMap"), ["a"]);
    assert.deepEqual((await storage.list()).map(({ name, status }) => [name, status]), [[
      "a",
      "deployed",
    ]]);
  });
});

Deno.test("runStack() aborts on request and leaves no release pending", async () => {
  const files = chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "10s" }),
  });
  await rehearse(files, async ({ run, storage }) => {
    const abort = new AbortController();
    const result = await run({ releases: [app("a"), app("b", { needs: ["a"] })] }, {
      signal: abort.signal,
      emit: (event) => {
        if (event.type === "step-started" && event.id.startsWith("a/hook")) {
          abort.abort(new DOMException("interrupted", "AbortError"));
        }
      },
    });
    assert.equal(result.ok, false);
    assert.deepEqual((await storage.list()).map(({ name, status }) => [name, status]), [[
      "a",
      "failed",
    ]]);
  });
});

Deno.test("runStack() takes down what it put up, dependents first", async () => {
  await rehearse(WEB, async ({ run, names, storage }) => {
    const releases = [
      app("db"),
      app("web", { needs: [hook("seed", { after: ["db"], run: () => {} })] }),
    ];
    const hooks = [releases[1]!.needs[0] as ReturnType<typeof hook>];
    assert((await run({ releases, hooks })).ok);
    const { ok, ended, events } = await run({ releases, hooks }, { verb: "down" });
    assert(ok);
    assert.deepEqual(ended, { web: "uninstalled", db: "uninstalled" });
    const ends = events.flatMap((event) => event.type === "release-finished" ? [event.owner] : []);
    assert.deepEqual(ends, ["web", "db"]);
    assert.deepEqual(await names("v1", "ConfigMap"), []);
    assert.deepEqual(await storage.list(), []);
  });
});

Deno.test("runStack() applies what postRender makes of the manifest, and sees when that changes", async () => {
  await rehearse(WEB, async ({ run, api }) => {
    const marked = (mark: string) =>
      app("web", { postRender: (manifest) => Promise.resolve(manifest.replace("none", mark)) });
    const outcomes: string[] = [];
    for (const mark of ["one", "one", "two"]) {
      outcomes.push((await run({ releases: [marked(mark)] })).ended["web"]!);
    }
    assert.deepEqual(outcomes, ["installed", "unchanged", "upgraded"]);
    const ref = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "web" };
    assert.deepEqual((await api.get(ref))?.["data"], { text: "two" });
  });
});

Deno.test("a release leaves out the checks that it says, and cleans up after itself", async () => {
  const files = {
    ...chartFiles("web", {
      "a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: a}
nosuch: {{ .Values.n | quote }}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: new-{{ .Release.Revision }}}
`,
      "job.yaml": hookJob("j", "post-upgrade", { fail: true }),
    }),
    "web/values.schema.json": '{"properties": {"n": {"type": "integer"}}}',
  };
  await rehearse(files, async ({ api, run, names }) => {
    const web = (options: Parameters<typeof app>[1]) => ({
      releases: [app("web", { values: { n: "x" }, ...options })],
    });
    const some = { skipSchemaValidation: true, serverSide: false };
    assert.match((await run(web({}))).ended["web"]!, /got string, want integer/);
    // Where the client patches, the server drops fields it does not know; where it replaces, it refuses them.
    assert.deepEqual((await run(web(some))).ended, { web: "installed" });
    const a = { apiVersion: "v1", kind: "ConfigMap", namespace: "default", name: "a" };
    assert.equal((await api.get(a))?.["nosuch"], undefined);
    assert.deepEqual(await names("v1", "ConfigMap"), ["a", "new-1"]);
    const replaced = { ...some, forceReplace: true, values: { n: "r" } };
    assert.match((await run(web(replaced))).ended["web"]!, /^failed: .*unknown field "nosuch"/s);
    const all = { ...replaced, skipFieldValidation: true };
    const again = { ...all, values: { n: "y" }, cleanupOnFail: true };
    assert.match((await run(web(again))).ended["web"]!, /^failed: post-upgrade/);
    assert.equal((await names("v1", "ConfigMap")).includes("new-2"), false);
  });
});

Deno.test("a run warns of values that a chart does not know where that is asked for", async () => {
  const files = { ...WEB, "web/values.yaml": "text: a\n" };
  await rehearse(files, async ({ run }) => {
    const warnings = async (values: Record<string, string>, warnUnknownValues?: boolean) => {
      const { ok, events } = await run({ releases: [app("a", { values })] }, { warnUnknownValues });
      assert(ok);
      return events.flatMap((event) =>
        event.type === "warning" ? [`${event.owner}: ${event.message}`] : []
      );
    };
    assert.deepEqual(await warnings({ texts: "x" }, true), [
      'a: its chart has no value "texts"; did you mean "text"?',
    ]);
    assert.deepEqual(await warnings({ texts: "x" }, true), [], "it is unchanged");
    assert.deepEqual(await warnings({ text: "x" }, true), []);
    assert.deepEqual(await warnings({ texts: "y" }), []);
  });
});
