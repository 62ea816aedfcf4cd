// deno-lint-ignore-file no-console -- a program of its own
/**
 * The demo: deploys examples/shop to a rehearsal cluster over HTTP, twice, and says what to try next.
 * `--delay 300ms` makes its workloads take that long; by default they take no time.
 */
import { createApiServer } from "../lib/apiserver/server.ts";
import { createKubeClient } from "../lib/kube/client.ts";
import { secretStorage } from "../lib/release/kube_storage.ts";
import { Progress } from "../lib/report/progress.ts";
import { RunFold } from "../lib/report/state.ts";
import { summary } from "../lib/report/summary.ts";
import { parseDuration } from "../lib/stack/duration.ts";
import { loadStack } from "../lib/stack/load.ts";
import { runStack } from "../lib/stack/run.ts";

const STACK = "examples/shop/stack.ts";
const style = { color: Deno.stdout.isTerminal() && !Deno.noColor };
const loaded = await loadStack(new URL(`../${STACK}`, import.meta.url).pathname);
const delay = parseDuration(Deno.args[Deno.args.indexOf("--delay") + 1] ?? "") ?? 0;
const served = createApiServer({ delays: { pod: delay } }).serve();
console.log(`a rehearsal cluster listens on ${served.url}\n`);
const first = await deploy();
console.log("\nand once more, with nothing changed:\n");
const second = await deploy();
await served.close();
console.log(`\nnext: capstan rehearse ${STACK} --delay 500ms    (capstan is: deno run -A cli.ts)`);
console.log(
  `      capstan up ${STACK}                         deploys it to the cluster of your kubeconfig`,
);
Deno.exit(first && second ? 0 : 1);

/** One `up`, shown as it goes and closed with its table. */
async function deploy(): Promise<boolean> {
  const fold = new RunFold();
  const progress = new Progress({
    ...style,
    write: (text) => console.log(text.replace(/\n$/, "")),
    now: Date.now,
  });
  const { ok } = await runStack(loaded, {
    connect: () => {
      const api = createKubeClient({ server: served.url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
    emit(event) {
      fold.add(event);
      progress.add(event);
    },
  });
  progress.close();
  console.log(["", ...summary(fold.state, style)].join("\n"));
  return ok;
}
