/** `kill -9` at random moments of operations on the real control plane; see tests/kill. */
import assert from "node:assert/strict";
import { ActionCache } from "../../lib/action/cache.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { seeded, start } from "../kill/kill.ts";
import { type Next, prepare, recover, type Verb, VERBS } from "../kill/scene.ts";
import { required } from "./tools.ts";

const RUNS = 20;
/** Runs at once; each has a namespace of its own. */
const AT_ONCE = 4;

Deno.test(`kill -9 at ${RUNS} random moments leaves nothing stuck on a real control plane`, async () => {
  const api = createKubeClient(await loadConnection());
  const random = seeded(Date.now());
  const outcomes: boolean[] = [];
  /** Milliseconds of a whole run of each verb. */
  const lengths = new Map<Verb, number>();
  const run = async (verb: Verb, next: Next, moment: number | undefined) => {
    const namespace = `kill-${crypto.randomUUID().slice(0, 8)}`;
    const context = { api, storage: secretStorage(api), cache: new ActionCache() };
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await prepare(verb, namespace, context);
    const began = performance.now();
    const victim = start(verb, namespace, required("KUBECONFIG"));
    const killer = moment === undefined ? undefined : setTimeout(() => {
      try {
        victim.kill("SIGKILL");
      } catch {
        // It was faster.
      }
    }, moment);
    const { signal, success, stderr } = await victim.output();
    clearTimeout(killer);
    assert.ok(success || signal === "SIGKILL", new TextDecoder().decode(stderr));
    if (moment === undefined) lengths.set(verb, performance.now() - began);
    else outcomes.push(signal === "SIGKILL");
    try {
      await recover(verb, next, { namespace, context });
    } catch (error) {
      throw new Error(`stuck after ${verb}, killed after ${moment} ms, next ${next}`, {
        cause: error,
      });
    }
    await api.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
  };
  try {
    for (const verb of VERBS) await run(verb, "again", undefined);
    for (let i = 0; i < RUNS; i += AT_ONCE) {
      await Promise.all(
        VERBS.slice(0, AT_ONCE).map(async (verb) => {
          const next = (["again", "other", "uninstall"] as const)[Math.floor(random() * 3)]!;
          // The process needs a while to start; the rest is the operation, slower as others run too.
          const length = lengths.get(verb)!;
          await run(verb, next, length * (0.3 + 0.9 * random()));
        }),
      );
    }
  } finally {
    api.close();
  }
  assert.equal(outcomes.length, RUNS);
  assert.ok(outcomes.filter(Boolean).length >= RUNS / 2, "most were killed before their end");
});
