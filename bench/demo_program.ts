// deno-lint-ignore-file no-console -- a program that prints one answer
/**
 * Deploys the example stack to a rehearsal cluster without waits, then once more with nothing
 * changed, and prints how long each took.
 */
import { createApiServer } from "../lib/apiserver/server.ts";
import { createKubeClient } from "../lib/kube/client.ts";
import { secretStorage } from "../lib/release/kube_storage.ts";
import { loadStack } from "../lib/stack/load.ts";
import { runStack } from "../lib/stack/run.ts";

/** What the program prints, in milliseconds. */
export interface DemoCost {
  /** Reading and checking the stack file. */
  readonly load: number;
  readonly first: number;
  readonly second: number;
}

if (import.meta.main) {
  const started = performance.now();
  const loaded = await loadStack(new URL("../examples/shop/stack.ts", import.meta.url).pathname);
  const load = performance.now() - started;
  const served = createApiServer({ delays: { pod: 0 } }).serve();
  const deploy = async () => {
    const started = performance.now();
    const { ok } = await runStack(loaded, {
      connect: () => {
        const api = createKubeClient({ server: served.url, namespace: "default" });
        return Promise.resolve({ api, storage: secretStorage(api) });
      },
      emit() {},
    });
    if (!ok) throw new Error("the example stack did not deploy");
    return performance.now() - started;
  };
  const cost: DemoCost = { load, first: await deploy(), second: await deploy() };
  await served.close();
  console.log(JSON.stringify(cost));
  Deno.exit(0);
}
