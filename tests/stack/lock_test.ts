/** A stack's lock: lost in the middle of a run, and left behind by a machine that died. */
import assert from "node:assert/strict";
import { CapstanError } from "../../lib/errors.ts";
import { leaseObject } from "../../lib/kube/lease_object.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import type { StackDefinition } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob, rehearse } from "../harness.ts";
import type { Rehearsal, Shown } from "../harness.ts";

const NAME = "capstan-stack-test";
const LEASE = { apiVersion: "coordination.k8s.io/v1", kind: "Lease", name: NAME };
const FILES = chartFiles("web", {
  "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "2s" }),
});

/** A holder of the lock on a machine that this one cannot look into. */
function elsewhere(seconds: number): KubeObject {
  const holder = { id: "other", purpose: "capstan up test", host: "ci-9", pid: 77, process: "x/1" };
  return leaseObject({ name: NAME, namespace: "default", holder, duration: seconds }, Date.now());
}

/** Takes the lock away from whoever holds it. */
async function steal(api: KubeApi): Promise<void> {
  for (;;) {
    const live = await api.get(LEASE);
    const { resourceVersion } = live!.metadata;
    const taken = elsewhere(60);
    try {
      await api.replace({
        ...taken,
        metadata: { ...taken.metadata, resourceVersion: resourceVersion! },
      });
      return;
    } catch (error) {
      // It was renewed in between.
      if ((error as { status?: number }).status !== 409) throw error;
    }
  }
}

const STACK: Omit<StackDefinition, "name"> = {
  releases: [
    release("done", { chart: "./web", noHooks: true }),
    release("web", { chart: "./web", needs: ["done"] }),
    release("after", { chart: "./web", needs: ["web"] }),
  ],
  hooks: [hook("last", { after: ["after"], run: () => {} })],
};

function warningsOf({ events }: Shown): string[] {
  return events.flatMap((event) => event.type === "warning" ? [event.message] : []);
}

/** Revisions and their status. */
async function records({ storage }: Rehearsal): Promise<string[]> {
  return (await storage.list()).map(({ name, revision, status }) => `${name} ${revision} ${status}`)
    .sort();
}

Deno.test("a run whose lock was taken ends at once, writes nothing more, and says so; the next goes on", async () => {
  await rehearse(FILES, async (rehearsal) => {
    const { api, run, server, folder } = rehearsal;
    const running = run(STACK, {
      lock: { duration: 1_500 },
      journal: { folder: `${folder}/state` },
      onFailure: "rollback",
    });
    const job = { apiVersion: "batch/v1", kind: "Job", name: "web-pre" };
    await api.until(job, (object) => object !== undefined || undefined);
    await steal(api);
    const result = await running;
    assert.equal(result.ok, false);
    const [{ owner, error }] = result.failures as [Shown["failures"][number]];
    assert.equal(result.failures.length, 1);
    assert(error instanceof CapstanError);
    assert.deepEqual([owner, error.code, error.message], [
      "run",
      "lease/lost",
      `lost the lock ${NAME}: somebody else holds it`,
    ]);
    assert.deepEqual(warningsOf(result).filter((line) => /lost the lock/.test(line)), [
      error.message,
    ]);
    assert.equal(result.ended["done"], "installed");
    assert.match(result.ended["web"]!, /^failed: .*lost the lock/);
    assert.match(result.ended["after"]!, /^skipped/);
    // Nothing is undone, for it may be the other's by now; what was begun can be seen as such.
    assert.deepEqual(await records(rehearsal), ["done 1 deployed", "web 1 pending-install"]);
    const [began] = await api.list({ apiVersion: "batch/v1", kind: "Job" }, {
      namespace: "default",
    }).then(({ items }) => items);
    assert.equal(began?.metadata.name, "web-pre");
    const last = server.requests.filter(({ method }) => method !== "GET").map(({ path }) =>
      path.replace(/\?.*/, "").split("/").at(-1)!
    );
    assert.match(last.at(-1)!, /^(capstan-run-test-|secrets$)/, "only its journal is written");
    const live = await api.get(LEASE);
    assert.equal((live!["spec"] as { holderIdentity: string }).holderIdentity, "other");

    // The other lets go, and this run is gone on with.
    await api.delete(LEASE);
    const resumed = await run(STACK, {
      lock: {},
      journal: { folder: `${folder}/state` },
      resume: true,
    });
    assert(resumed.ok, JSON.stringify(resumed.ended));
    assert.deepEqual(await records(rehearsal), [
      "after 1 deployed",
      "done 1 deployed",
      "web 1 deployed",
    ]);
  });
});

Deno.test("a run waits out a holder of another machine that has died, says so, and takes over", async () => {
  await rehearse(FILES, async ({ api, run }) => {
    await api.create(elsewhere(2));
    const stack = { releases: [release("web", { chart: "./web", noHooks: true })] };
    const began = performance.now();
    const refused = await run(stack, { lock: {} }).catch((error) => error);
    assert.equal(refused.code, "lease/held");
    assert.match(refused.message, /is locked by capstan up test \(process 77 on ci-9, since /);
    assert.match(refused.hint, /a run that has died loses its lock by itself/);
    const result = await run(stack, { lock: { wait: 20_000 } });
    assert(result.ok);
    // Its time was up, by a second more at most for the server's whole seconds; no earlier.
    const waited = performance.now() - began;
    assert(waited >= 1_900 && waited < 10_000, `${waited}`);
    const [waiting, died, ...rest] = warningsOf(result);
    assert.match(waiting!, /^stack test on .* is locked by capstan up test .*: waiting$/);
    assert.equal(died, "capstan up test (process 77 on ci-9) has died and left its lock behind");
    assert.deepEqual(rest, []);
    assert.equal(await api.get(LEASE), undefined);
  });
});

Deno.test("a run that is resumed waits out its dead process of another machine without being told to", async () => {
  await rehearse(FILES, async ({ api, run, folder }) => {
    const journal = { folder: `${folder}/state` };
    const broken = release("web", {
      chart: "./web",
      noHooks: true,
      values: () => {
        throw new Error("not yet");
      },
    });
    assert.equal((await run({ releases: [broken] }, { journal })).ok, false);
    await api.create(elsewhere(2));
    const result = await run({ releases: [broken] }, { journal, lock: {}, resume: true });
    assert.equal(result.ok, false);
    assert(warningsOf(result).some((line) => /: waiting$/.test(line)));
    assert.equal(await api.get(LEASE), undefined);
  });
});
