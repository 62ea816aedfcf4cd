/**
 * Asks a real API server for the answers that `conformance_test.ts` compares with:
 *
 *     KUBECONFIG=… deno run -A tests/apiserver/record.ts
 *
 * The cluster should be a fresh testbed: its pods become ready the way the rehearsal's do.
 */
import { load } from "js-yaml";
import { CASES } from "./cases.ts";
import { type Answer, run } from "./exchange.ts";

// deno-lint-ignore no-explicit-any -- a kubeconfig
const config = load(await Deno.readTextFile(Deno.env.get("KUBECONFIG")!)) as any;
const { cluster } = config.clusters[0];
const { user } = config.users[0];
const client = Deno.createHttpClient({
  caCerts: [atob(cluster["certificate-authority-data"])],
  cert: atob(user["client-certificate-data"]),
  key: atob(user["client-key-data"]),
});
const only = Deno.args;
const file = new URL("./testdata/answers.json", import.meta.url);
const answers: Record<string, readonly Answer[]> = only.length > 0
  ? JSON.parse(await Deno.readTextFile(file))
  : {};
for (const one of CASES) {
  if (only.length > 0 && !only.includes(one.name)) continue;
  answers[one.name] = await run(
    (path, init) => fetch(cluster.server + path, { ...init, client }),
    one,
  );
}
await Deno.writeTextFile(file, JSON.stringify(answers) + "\n");
