/** Every way to be let in that a kubeconfig has, at a real API server. */
import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import type { Connection } from "../../lib/kube/connection.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { tunnelProxy } from "../kube/relay.ts";
import { withNamespaces } from "./namespaces.ts";
import { helms, required, run } from "./tools.ts";

interface Who {
  readonly username: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** Whom the API server takes the connection's user for. */
async function whoIs(connection: Connection): Promise<Who> {
  const api = createKubeClient(connection);
  try {
    const review = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
      metadata: {},
    };
    const answer = await api.create(review as unknown as KubeObject);
    return (answer["status"] as { userInfo: Who }).userInfo;
  } finally {
    api.close();
  }
}

/** The token of the namespace's service account. */
async function accountToken(api: KubeApi, namespace: string): Promise<string> {
  const ref = { apiVersion: "v1", kind: "Secret", name: "token", namespace };
  const signal = AbortSignal.timeout(30_000);
  // A token of an account that is not there yet is deleted, and never comes.
  const account = { apiVersion: "v1", kind: "ServiceAccount", name: "default", namespace };
  await api.until(account, (object) => object !== undefined || undefined, { signal });
  await api.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "token",
      namespace,
      annotations: { "kubernetes.io/service-account.name": "default" },
    },
    type: "kubernetes.io/service-account-token",
  });
  const data = await api.until(
    ref,
    (object) => (object?.["data"] as { token?: string } | undefined)?.token,
    { signal },
  );
  return atob(data);
}

/** The test cluster's kubeconfig, with another user. */
async function kubeconfigOf(user: unknown): Promise<string> {
  const { server, tls } = await loadConnection();
  const ca = new TextEncoder().encode(tls!.caCerts![0]).toBase64();
  return JSON.stringify({
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{ name: "c", cluster: { server, "certificate-authority-data": ca } }],
    users: [{ name: "u", user }],
  });
}

/** Whom the user of a kubeconfig in a folder is taken for. */
async function whoWith(folder: string, user: unknown): Promise<Who> {
  const kubeconfig = `${folder}/config`;
  await Deno.writeTextFile(kubeconfig, await kubeconfigOf(user));
  return await whoIs(await loadConnection({ kubeconfig }));
}

Deno.test("a real API server lets each kind of user in, and knows who it is", async () => {
  await withNamespaces(["login"], async ([namespace], api) => {
    const token = await accountToken(api, namespace);
    const account = `system:serviceaccount:${namespace}:default`;
    const admin = await loadConnection();
    const { cert, key } = admin.tls!;
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/user.crt`, cert!);
    await Deno.writeTextFile(`${folder}/user.key`, key!);
    await Deno.writeTextFile(`${folder}/token`, token);
    const files = { "client-certificate": "user.crt", "client-key": "user.key" };
    const rows: [what: string, user: unknown, name: string, groups?: string[]][] = [
      ["a certificate", files, "admin", ["system:masters", "system:authenticated"]],
      ["a token", { token }, account],
      ["a file of a token", { tokenFile: "token" }, account],
      ["another", { ...files, as: "ann", "as-groups": ["dev", "ops"] }, "ann", [
        "dev",
        "ops",
        "system:authenticated",
      ]],
      ["a command's token", { exec: await command(folder, [{ token }]) }, account],
      ["a command's certificate", {
        exec: await command(folder, [{ clientCertificateData: cert, clientKeyData: key }]),
      }, "admin"],
    ];
    for (const [what, user, name, groups] of rows) {
      const who = await whoWith(folder, user);
      equal(who.username, name, what);
      if (groups !== undefined) deepEqual(who.groups, groups, what);
    }
    const acting = { ...files, as: "ann", "as-user-extra": { "acme.example/Scopes": ["a", "b"] } };
    deepEqual((await whoWith(folder, acting)).extra, { "acme.example/scopes": ["a", "b"] });
    await rejects(whoWith(folder, { token: "wrong" }), { status: 401, reason: "Unauthorized" });
    await Deno.remove(folder, { recursive: true });
  });
});

/** A command that gives one credential after the other, the last for ever. */
async function command(folder: string, statuses: readonly unknown[]): Promise<unknown> {
  const name = `${folder}/login-${crypto.randomUUID()}`;
  const apiVersion = "client.authentication.k8s.io/v1";
  for (const [i, status] of statuses.entries()) {
    const credential = { apiVersion, kind: "ExecCredential", status };
    await Deno.writeTextFile(`${name}.${i}`, JSON.stringify(credential));
  }
  const script = `#!/bin/sh
n=$(cat ${name}.runs 2>/dev/null || echo 0); echo $((n + 1)) >${name}.runs
[ $n -lt ${statuses.length} ] || n=${statuses.length - 1}
cat ${name}.$n
`;
  await Deno.writeTextFile(name, script, { mode: 0o755 });
  return { apiVersion, command: name, interactiveMode: "Never" };
}

Deno.test("what a real API server refuses is renewed: files, commands, certificates", async () => {
  await withNamespaces(["renew"], async ([namespace], api) => {
    const token = await accountToken(api, namespace);
    const { tls } = await loadConnection();
    const folder = await Deno.makeTempDir();
    const good = { clientCertificateData: tls!.cert, clientKeyData: tls!.key };
    const bad = await foreignCertificate(folder);
    const rows: [what: string, user: unknown, name: string, runs?: string][] = [
      [
        "a command's token",
        { exec: await command(folder, [{ token: "old" }, { token }]) },
        `system:serviceaccount:${namespace}:default`,
      ],
      ["a command's certificate", { exec: await command(folder, [bad, good]) }, "admin"],
    ];
    for (const [what, user, name] of rows) {
      equal((await whoWith(folder, user)).username, name, what);
      const { exec } = user as { exec: { command: string } };
      equal(await Deno.readTextFile(`${exec.command}.runs`), "2\n", what);
    }
    // A file that something else renews: the old token is refused, the new one is there by then.
    await Deno.writeTextFile(`${folder}/token`, "old");
    await Deno.writeTextFile(`${folder}/config`, await kubeconfigOf({ tokenFile: "token" }));
    const connection = await loadConnection({ kubeconfig: `${folder}/config` });
    await connection.credentials!.headers({});
    await Deno.writeTextFile(`${folder}/token`, token);
    equal((await whoIs(connection)).username, `system:serviceaccount:${namespace}:default`);
    await Deno.remove(folder, { recursive: true });
  });
});

/** A certificate of an authority that the cluster does not know. */
async function foreignCertificate(folder: string): Promise<unknown> {
  const args =
    "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -subj /CN=eve -days 1";
  const { code, stderr } = await run("openssl", [
    ...args.split(" "),
    ...["-keyout", `${folder}/eve.key`, "-out", `${folder}/eve.crt`],
  ]);
  equal(code, 0, stderr);
  return {
    clientCertificateData: await Deno.readTextFile(`${folder}/eve.crt`),
    clientKeyData: await Deno.readTextFile(`${folder}/eve.key`),
  };
}

Deno.test("a pod's service account is found without a kubeconfig", async () => {
  await withNamespaces(["pod"], async ([namespace], api) => {
    const token = await accountToken(api, namespace);
    const { server, tls } = await loadConnection();
    const { hostname, port } = new URL(server);
    const env: Record<string, string> = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
    };
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    const files: Record<string, string> = {
      [`${account}/ca.crt`]: tls!.caCerts![0]!,
      [`${account}/token`]: token,
      [`${account}/namespace`]: namespace,
    };
    const connection = await loadConnection({
      env: (name) => env[name],
      readFile: (path) => Promise.resolve(files[path]!),
    });
    equal(connection.namespace, namespace);
    equal((await whoIs(connection)).username, `system:serviceaccount:${namespace}:default`);
  });
});

Deno.test("a real API server is reached through a proxy", async () => {
  required("KUBECONFIG");
  const connection = await loadConnection();
  await using tunnel = tunnelProxy();
  const who = await whoIs({ ...connection, proxy: `http://${tunnel.host}` });
  equal(who.username, "admin");
  ok(tunnel.asked.length >= 1);
  ok(tunnel.asked.every((line) => line === `CONNECT ${new URL(connection.server).host} HTTP/1.1`));
});

Deno.test("a real API server is checked for another name than its address", async () => {
  const connection = await loadConnection();
  const called = (serverName: string) =>
    loadConnection({ overrides: { serverName, server: connection.server } });
  const named = await called("kubernetes.default.svc");
  equal((await whoIs(named)).username, "admin");
  await using tunnel = tunnelProxy();
  equal((await whoIs({ ...named, proxy: `http://${tunnel.host}` })).username, "admin");
  deepEqual(
    new Set(tunnel.asked),
    new Set([`CONNECT ${new URL(connection.server).host} HTTP/1.1`]),
  );
  await rejects(whoIs(await called("other.test")), { reason: "UntrustedCertificate" });
});

Deno.test("Capstan installs where tls-server-name is set, by real Helm's own flag, with watches and hooks", async () => {
  await withNamespaces(["named"], async ([namespace]) => {
    const flags = ["--namespace", namespace, "--kube-tls-server-name", "kubernetes.default.svc"];
    const chart = new URL("../testdata/charts/hooks", import.meta.url).pathname;
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const capstan = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(Deno.execPath(), ["run", "-A", cli, ...args]);
      equal(code, 0, stderr);
      return stdout;
    };
    await capstan("install", "rel", chart, "--wait", ...flags);
    for (const [name, helm] of helms()) {
      const { code, stdout, stderr } = await run(helm, ["list", "-q", ...flags]);
      deepEqual([code, stdout], [0, "rel\n"], `${name}: ${stderr}`);
    }
    await capstan("uninstall", "rel", ...flags);
  });
});
