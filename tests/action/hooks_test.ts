import assert from "node:assert/strict";
import { HookError } from "../../lib/action/hook_evidence.ts";
import { deploy } from "../../lib/action/run.ts";
import type { ReleaseHook } from "../../lib/release/release.ts";
import {
  type Bench,
  chart,
  configMap,
  finished,
  hookJob,
  onCluster,
  overlap,
  started,
  web,
} from "./harness.ts";

/** A chart of hooks alone, `Job`s unless they are given as text. */
function hooks(...texts: string[]) {
  return chart({ "hooks.yaml": texts.join("\n"), "a.yaml": configMap("a") });
}

/** Ids of the steps between `begin` and `record`. */
function between(bench: Bench): string[] {
  return started(bench.events).filter((id) => !["render", "begin", "record"].includes(id));
}

async function hooksOf({ context }: Bench, revision = 1): Promise<readonly ReleaseHook[]> {
  return (await context.storage.get({ name: "web", namespace: "shop", revision }))!.hooks;
}

Deno.test("hookSteps() runs hooks by weight and name around the change, one by one", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(
      hookJob("b", "pre-install", { weight: 1 }),
      hookJob("a", "pre-install,post-install", { weight: 1 }),
      hookJob("z", "pre-install", { weight: -3 }),
      hookJob("later", "post-install"),
      hookJob("other", "pre-upgrade"),
    ));
    const { hooks: count } = await deploy(request, bench.context);
    assert.equal(count, 5);
    assert.deepEqual(between(bench), [
      "hook pre-install Job/z",
      "hook pre-install Job/a",
      "hook pre-install Job/b",
      "apply",
      "hook post-install Job/later",
      "hook post-install Job/a",
    ]);
    assert.equal(overlap(bench.events), 1);
    assert.deepEqual(await bench.names("Job"), ["a", "b", "later", "z"]);
    const marked = await bench.get("Job", "z");
    assert.equal(marked!.metadata.labels?.["app.kubernetes.io/managed-by"], undefined);
  });
});

Deno.test("hookSteps() keeps each hook's phase and times in the record", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(hookJob("a", "pre-install", { delay: "5ms" }), hookJob("b", "test")));
    await deploy(request, bench.context);
    const [a, b] = await hooksOf(bench);
    assert.equal(a!.lastRun.phase, "Succeeded");
    assert.ok(Date.parse(a!.lastRun.startedAt!) <= Date.parse(a!.lastRun.completedAt!));
    assert.equal(b!.lastRun.phase, "");
  });
});

Deno.test("hookSteps() writes the record no more often than its interval while hooks run", async () => {
  const many = Array.from(
    { length: 12 },
    (_, i) => hookJob(`h${i}`, "pre-install", { delay: "8ms" }),
  );
  for (const recordInterval of [60_000, 25]) {
    await onCluster(async (bench) => {
      const begun = performance.now();
      await deploy(web(hooks(...many)), { ...bench.context, recordInterval });
      const intervals = Math.floor((performance.now() - begun) / recordInterval);
      const puts = bench.writes().filter((write) => write.startsWith("PUT"));
      // The last one writes how it ended.
      assert.ok(
        puts.length - 1 <= intervals + 1,
        `${puts.length} writes in ${intervals} intervals`,
      );
      if (recordInterval === 25) assert.ok(puts.length > 1, "some progress is written");
    });
  }
});

Deno.test("hookSteps() lets hooks of one weight overlap up to the limit (HIP-0019)", async () => {
  const many = Array.from(
    { length: 7 },
    (_, i) => hookJob(`h${i}`, "pre-install", { delay: "30ms" }),
  );
  const last = hookJob("last", "pre-install", { weight: 1 });
  for (const [hookParallelism, expected] of [[0, 1], [1, 1], [3, 3], [1024, 7]] as const) {
    await onCluster(async (bench) => {
      await deploy(web(hooks(...many, last), { hookParallelism }), bench.context);
      assert.equal(overlap(bench.events), expected, `parallelism ${hookParallelism}`);
      assert.equal(
        between(bench).at(-2),
        "hook pre-install Job/last",
        "the next weight comes after",
      );
    });
  }
});

Deno.test("hookSteps() lets only annotated hooks overlap if asked to (HIP-9999)", async () => {
  await onCluster(async (bench) => {
    const request = web(
      hooks(
        hookJob("a", "pre-install", { parallel: true, delay: "30ms" }),
        hookJob("b", "pre-install", { parallel: true, delay: "30ms" }),
        hookJob("c", "pre-install", { delay: "10ms" }),
        hookJob("d", "pre-install", { parallel: true }),
      ),
      { hookParallelism: 4, hookSelection: "annotated" },
    );
    await deploy(request, bench.context);
    assert.equal(overlap(bench.events), 2);
    assert.deepEqual(between(bench).slice(2, 4), [
      "hook pre-install Job/c",
      "hook pre-install Job/d",
    ]);
  });
});

Deno.test("hookSteps() creates what Jobs use before they overlap", async () => {
  const config = (name: string) =>
    configMap(name, { "helm.sh/hook": "pre-install", "helm.sh/hook-delete-policy": "hook-failed" });
  await onCluster(async (bench) => {
    const request = web(
      hooks(hookJob("a", "pre-install"), hookJob("m", "pre-install"), config("b"), config("z")),
      { hookParallelism: 8 },
    );
    await deploy(request, bench.context);
    assert.deepEqual(between(bench).slice(0, 4), [
      "hook pre-install ConfigMap/b",
      "hook pre-install ConfigMap/z",
      "hook pre-install Job/a",
      "hook pre-install Job/m",
    ]);
  });
});

Deno.test("hookSteps() replaces a hook that was there, unless its policy says otherwise", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(hookJob("a", "pre-install,pre-upgrade")));
    await deploy(request, bench.context);
    const first = (await bench.get("Job", "a"))!.metadata.uid;
    await deploy({ ...request, force: true }, bench.context);
    assert.notEqual((await bench.get("Job", "a"))!.metadata.uid, first);
    const kept = web(hooks(hookJob("a", "pre-upgrade", { policy: "hook-succeeded" })));
    await assert.rejects(
      deploy(kept, bench.context),
      /UpgradeError: pre-upgrade hooks failed: warning: Hook pre-upgrade web\/templates\/hooks.yaml failed: jobs.batch "a" already exists/,
    );
  });
});

Deno.test("hookSteps() deletes hooks by policy once all have run, last first", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(
      hookJob("a", "pre-install", { policy: "hook-succeeded" }),
      hookJob("b", "pre-install", { policy: "hook-failed" }),
      hookJob("c", "pre-install", { policy: "before-hook-creation,hook-succeeded" }),
    ));
    await deploy(request, bench.context);
    assert.deepEqual(await bench.names("Job"), ["b"]);
    const deletes = bench.writes().filter((write) => write.startsWith("DELETE"));
    assert.deepEqual(deletes.map((write) => write.split("/").at(-1)), ["c", "c", "a"]);
    assert.ok(between(bench).includes("hooks pre-install"));
  });
});

Deno.test("hookSteps() on a failure starts no queued hook, ends those in flight, and reports all", async () => {
  await onCluster(async (bench) => {
    const request = web(
      hooks(
        hookJob("a", "pre-install", { fail: true, delay: "20ms", policy: "hook-failed" }),
        hookJob("b", "pre-install", { fail: true, delay: "30ms" }),
        hookJob("c", "pre-install", { delay: "1500ms", policy: "hook-succeeded" }),
        hookJob("d", "pre-install"),
        hookJob("e", "pre-install", { weight: 1 }),
      ),
      { hookParallelism: 3 },
    );
    await assert.rejects(deploy(request, bench.context), (error: Error) => {
      assert.match(
        error.message,
        /^failed pre-install: resource Job\/shop\/a not ready. status: Failed, message: Job Failed/,
      );
      assert.match(error.message, /; resource Job\/shop\/b not ready. status: Failed/);
      return true;
    });
    assert.deepEqual(between(bench), [
      "hook pre-install Job/a",
      "hook pre-install Job/b",
      "hook pre-install Job/c",
      "hooks pre-install",
    ]);
    const phases = (await hooksOf(bench)).map(({ name, lastRun }) => `${name} ${lastRun.phase}`);
    assert.deepEqual(phases.sort(), ["a Failed", "b Failed", "c Succeeded", "d ", "e "]);
    assert.deepEqual(await bench.names("Job"), ["b"], "policies hold for each hook");
    assert.deepEqual(await bench.names("ConfigMap"), [], "nothing was applied");
    assert.match(finished(bench.events)[0]!, /^failed 1 failed: failed pre-install: /);
    assert.match(
      (await bench.records())[0]!,
      /^1 failed Release "web" failed: failed pre-install: /,
    );
  });
});

Deno.test("hookSteps() fails a hook that takes too long", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(hookJob("a", "post-install", { delay: "1h" })), { timeout: 50 });
    await assert.rejects(
      deploy(request, bench.context),
      /failed post-install: resource Job\/shop\/a not ready. status: InProgress.*\ncontext deadline exceeded/,
    );
    assert.deepEqual(await bench.names("ConfigMap"), ["a"], "what was applied stays");
  });
});

Deno.test("hookSteps() tells the logs that a policy asks for", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(
      hookJob("a", "pre-install", { logs: "hook-succeeded", policy: "hook-succeeded" }),
      hookJob("b", "pre-install"),
      hookJob("c", "pre-install", { logs: "hook-failed", fail: true, policy: "hook-failed" }),
    ));
    await assert.rejects(deploy(request, bench.context), /Job\/shop\/c not ready/);
    const lines = bench.events.flatMap((event) => event.type === "step-log" ? [event] : []);
    assert.deepEqual(
      lines.map(({ id, line }) => `${id.split("/").at(-1)}: ${line}`),
      ["a: log of a", "c: log of c"],
    );
  });
});

Deno.test("hookSteps() tells the last log lines of a hook that failed, without any policy", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(
      hookJob("a", "pre-install"),
      hookJob("b", "pre-install", { fail: true }),
    ));
    await assert.rejects(deploy(request, bench.context), /Job\/shop\/b not ready/);
    const lines = bench.events.flatMap((event) => event.type === "step-log" ? [event.line] : []);
    assert.deepEqual(lines, ["log of b"]);
  });
});

Deno.test("a hook that fails leaves its logs, exit code and events in the error", async () => {
  await onCluster(async (bench) => {
    const event = (kind: string, name: string, type: string, message: string) =>
      bench.api.create({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: `${name}.${type}.${message}`.toLowerCase(), namespace: "shop" },
        involvedObject: { kind, name, namespace: "shop" },
        type,
        reason: "Because",
        message,
      });
    await event("Job", "a", "Warning", "late");
    await event("Job", "a", "Normal", "fine");
    await event("Job", "b", "Warning", "other");
    for (const policy of ["hook-failed", "before-hook-creation"]) {
      const request = web(hooks(hookJob("a", "pre-install", { fail: true, policy })), {
        name: policy,
      });
      const error = await deploy(request, bench.context).then(() => undefined, (thrown) => thrown);
      const failure = causeOf(error);
      assert.equal(failure.hook, "a");
      assert.match(failure.message, /^resource Job\/shop\/a not ready/);
      const { logs, exits, events } = failure.evidence;
      assert.deepEqual(logs.map(({ container, lines }) => [container, lines]), [["main", [
        "log of a",
      ]]]);
      assert.deepEqual(exits.map(({ exitCode, reason }) => [exitCode, reason]), [[1, "Error"]]);
      assert.deepEqual(events, ["Job a: Because: late"]);
      assert.match(
        error.excerpt,
        /^pod a-\w+, container main: exit code 1 \(Error\)\nevent: Job a: Because: late\nlast lines of pod a-\w+, container main:\n {2}log of a$/,
      );
    }
  });
});

function causeOf(error: unknown): HookError {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof HookError) return each;
  }
  throw new assert.AssertionError({ message: `no hook failed: ${error}` });
}

Deno.test("hookSteps() tells nothing and runs nothing where hooks are off", async () => {
  await onCluster(async (bench) => {
    const request = web(hooks(hookJob("a", "pre-install", { fail: true })), { noHooks: true });
    assert.equal((await deploy(request, bench.context)).hooks, 0);
    assert.deepEqual(between(bench), ["apply"]);
  });
});

Deno.test("hookSteps() never deletes a hook that defines a kind", async () => {
  const crd = `---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: odds.e.com
  annotations: {helm.sh/hook: pre-install, helm.sh/hook-delete-policy: "before-hook-creation,hook-succeeded"}
spec:
  group: e.com
  scope: Namespaced
  names: {kind: Odd, plural: odds, singular: odd, listKind: OddList}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}
`;
  await onCluster(async (bench) => {
    await deploy(web(hooks(crd)), bench.context);
    assert.ok(bench.writes().every((write) => !write.startsWith("DELETE")));
  });
});

Deno.test("hookSteps() survives a server that fails now and then", async () => {
  await onCluster(async (bench) => {
    bench.server.inject({ path: /jobs/, nth: [2, 4, 7], status: 503 });
    bench.server.inject({ path: /watch=true/, cutAfter: 1 });
    const many = Array.from(
      { length: 5 },
      (_, i) => hookJob(`h${i}`, "pre-install", { delay: "5ms" }),
    );
    await deploy(web(hooks(...many), { hookParallelism: 2 }), bench.context);
    assert.deepEqual(await bench.records(), ["1 deployed Install complete"]);
  });
});
