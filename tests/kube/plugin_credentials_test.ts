import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { connectionFrom } from "../../lib/kube/config.ts";

/** A kubeconfig whose user runs this Deno with the given code. */
function config(code: string): string {
  const user = {
    exec: {
      apiVersion: "client.authentication.k8s.io/v1",
      command: Deno.execPath(),
      args: ["eval", code],
      env: [{ name: "GREETING", value: "hello" }],
      provideClusterInfo: true,
    },
  };
  return JSON.stringify({
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server: "https://c" } }],
    users: [{ name: "u", user }],
  });
}

Deno.test("a kubeconfig's command is run for a token, and again when it is refused", async () => {
  const credential = {
    kind: "ExecCredential",
    status: { token: "T", expirationTimestamp: "2999-01-01T00:00:00Z" },
  };
  const code = `
    const { spec } = JSON.parse(Deno.env.get("KUBERNETES_EXEC_INFO"));
    const out = ${JSON.stringify(credential)};
    out.status.token = [Deno.env.get("GREETING"), spec.cluster.server, Deno.pid].join();
    console.log(JSON.stringify(out));`;
  const { credentials, tls } = await connectionFrom(config(code));
  ok(credentials?.refreshable);
  const first = (await credentials.headers({}))["authorization"]!;
  ok(first.startsWith("Bearer hello,https://c,"), first);
  equal((await credentials.headers({}))["authorization"], first);
  const second = (await credentials.headers({ refresh: true }))["authorization"];
  ok(second !== first && second?.startsWith("Bearer hello"));
  deepEqual(tls, { caCerts: undefined });
});

Deno.test("a kubeconfig's command may give a client certificate", async () => {
  const credential = {
    kind: "ExecCredential",
    status: { clientCertificateData: "C", clientKeyData: "K" },
  };
  const { tls } = await connectionFrom(config(`console.log('${JSON.stringify(credential)}')`));
  deepEqual(tls, { caCerts: undefined, cert: "C", key: "K" });
});

Deno.test("a kubeconfig's command that fails is named, with what it said", async () => {
  await rejects(connectionFrom(config("console.error('log in first'); Deno.exit(3)")), {
    message: `cannot get credentials from ${Deno.execPath()}: log in first`,
  });
});
