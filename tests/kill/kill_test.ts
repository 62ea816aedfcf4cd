/**
 * `kill -9` in the middle of an operation, at any of its requests: before the server does what is
 * asked, or after, when only the answer is lost. The next run must set everything right.
 *
 * CAPSTAN_KILLS is the number of runs (8; `deno task kills` makes 240), CAPSTAN_KILL_SEED chooses
 * them (the day).
 */
import assert from "node:assert/strict";
import { ActionCache } from "../../lib/action/cache.ts";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { seeded, start } from "./kill.ts";
import { type Next, prepare, recover, type Verb, VERBS } from "./scene.ts";

const RUNS = Number(Deno.env.get("CAPSTAN_KILLS") ?? 8);
const SEED = Number(Deno.env.get("CAPSTAN_KILL_SEED") ?? Math.floor(Date.now() / 86_400_000));

interface Plan {
  readonly verb: Verb;
  readonly next: Next;
  /** The request, counted from the start of the process, at which it is killed. */
  readonly at: number;
  readonly when: "before" | "after";
}

/** One run. Returns how many requests the process made, and whether it was killed. */
async function run({ verb, next, at, when }: Plan): Promise<{ asked: number; killed: boolean }> {
  const server = createApiServer();
  let victim: Deno.ChildProcess | undefined;
  let asked = 0;
  let killed = false;
  const kill = () => {
    killed = true;
    victim!.kill("SIGKILL");
  };
  const listener = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      const mine = victim !== undefined && ++asked === at;
      if (killed || (mine && when === "before")) {
        if (!killed) kill();
        return new Response(null, { status: 503 });
      }
      const answer = await server.handle(request);
      if (mine && when === "after") kill();
      return answer;
    },
  );
  const folder = await Deno.makeTempDir();
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const api = createKubeClient({ server: url, namespace: "shop" });
  const context = () => ({ api, storage: secretStorage(api), cache: new ActionCache() });
  try {
    await Deno.writeTextFile(`${folder}/kubeconfig`, kubeconfig(url));
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    await prepare(verb, "shop", context());
    victim = start(verb, "shop", `${folder}/kubeconfig`);
    const { success, stderr } = await victim.output();
    assert.ok(killed || success, new TextDecoder().decode(stderr));
    victim = undefined;
    const seen = killed;
    killed = false;
    await recover(verb, next, { namespace: "shop", context: context() });
    return { asked, killed: seen };
  } finally {
    api.close();
    await listener.shutdown();
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "k", cluster: { server } }],
    contexts: [{ name: "k", context: { cluster: "k", namespace: "shop" } }],
    "current-context": "k",
  });
}

Deno.test(`kill -9 at any request: ${RUNS} runs of seed ${SEED}, none stuck`, async () => {
  const random = seeded(SEED);
  const pick = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)]!;
  const lengths = new Map<Verb, number>();
  for (const verb of VERBS) {
    const { asked } = await run({ verb, next: "again", at: 0, when: "after" });
    lengths.set(verb, asked);
  }
  let count = 0;
  for (let i = 0; i < RUNS; i++) {
    const verb = VERBS[i % VERBS.length]!;
    const plan: Plan = {
      verb,
      next: pick<Next>(["again", "other", "uninstall"]),
      at: 1 + Math.floor(random() * lengths.get(verb)!),
      when: pick(["before", "after"]),
    };
    try {
      if ((await run(plan)).killed) count++;
    } catch (error) {
      throw new Error(`stuck after ${JSON.stringify(plan)}`, { cause: error });
    }
  }
  // Requests that run at once come in another order now and then, but hardly ever fewer.
  assert.ok(count >= RUNS * 0.9, `${count} of ${RUNS} were killed`);
});
