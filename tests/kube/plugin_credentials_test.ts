import { deepEqual } from "node:assert/strict";
import { connectionFrom } from "../../lib/kube/config.ts";

Deno.test("an older provider of the kubeconfig is run for a token, and again when it is refused", async () => {
  const counter = await Deno.makeTempFile();
  const code = `const file = "${counter}"; await Deno.writeTextFile(file, "x", { append: true });
    const runs = (await Deno.readTextFile(file)).length;
    console.log(JSON.stringify({ credential: { access_token: "T" + runs, expiry: "2999-01-01T00:00:00Z" } }))`;
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(program, code);
  const provider = {
    name: "gcp",
    config: {
      "cmd-path": Deno.execPath(),
      "cmd-args": `run -A ${program}`,
      "token-key": "{.credential.access_token}",
      "expiry-key": "{.credential.expiry}",
    },
  };
  const { credentials } = await connectionFrom(`
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: http://c}}]
users: [{name: u, user: {auth-provider: ${JSON.stringify(provider)}, as: bob}}]
`);
  const headers = { authorization: "Bearer T1", "impersonate-user": "bob" };
  deepEqual(await credentials!.headers({}), headers);
  deepEqual(await credentials!.headers({}), headers);
  deepEqual(await credentials!.headers({ refresh: true }), {
    ...headers,
    authorization: "Bearer T2",
  });
  await Deno.remove(counter);
  await Deno.remove(program);
});
