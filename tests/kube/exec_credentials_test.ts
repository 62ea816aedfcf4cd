import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type ConnectionVariable, loadConnection } from "../../lib/kube/config.ts";
import { connectionFrom } from "../../lib/kube/config.ts";

const API = "client.authentication.k8s.io/v1";

/** A kubeconfig whose user runs this Deno with the given code. */
function config(code: string, fields: Record<string, unknown> = {}): string {
  const exec = {
    apiVersion: API,
    command: Deno.execPath(),
    args: ["eval", code],
    env: [{ name: "GREETING", value: "hello" }],
    provideClusterInfo: true,
    interactiveMode: "Never",
    ...fields,
  };
  return JSON.stringify({
    "current-context": "x",
    contexts: [{ name: "x", context: { cluster: "c", user: "u" } }],
    clusters: [{
      name: "c",
      cluster: {
        server: "https://c",
        "proxy-url": "http://p",
        extensions: [{ name: "client.authentication.k8s.io/exec", extension: { audience: "a" } }],
      },
    }],
    users: [{ name: "u", user: { exec } }],
  });
}

/** Code that prints an ExecCredential of this status. */
function prints(status: unknown, fields: Record<string, unknown> = {}): string {
  const credential = { apiVersion: API, kind: "ExecCredential", status, ...fields };
  return `console.log(${JSON.stringify(JSON.stringify(credential))})`;
}

/** Code that prints a token with the process's number, good until then. */
function counts(expirationTimestamp: string): string {
  return `console.log(JSON.stringify({ apiVersion: "${API}", kind: "ExecCredential", status: {
    token: "T" + Deno.pid, expirationTimestamp: "${expirationTimestamp}" } }))`;
}

Deno.test("a kubeconfig's command is told of the cluster and run for a token", async () => {
  const code = `
    const { spec, kind, apiVersion } = JSON.parse(Deno.env.get("KUBERNETES_EXEC_INFO"));
    const token = [Deno.env.get("GREETING"), kind, apiVersion, spec.interactive, spec.cluster.server,
      spec.cluster["proxy-url"], spec.cluster.config.audience].join();
    console.log(JSON.stringify({ apiVersion, kind, status: { token } }));`;
  const { credentials, tls } = await connectionFrom(config(code));
  ok(credentials?.refreshable);
  deepEqual(await credentials.headers({}), {
    authorization: `Bearer hello,ExecCredential,${API},false,https://c,http://p,a`,
  });
  deepEqual(tls, { caCerts: undefined });
});

Deno.test("what a command gave is kept until it expires or is refused", async () => {
  let now = Date.parse("2030-01-01T00:00:00Z");
  const options = { date: () => now };
  const { credentials } = await connectionFrom(config(counts("2030-01-01T01:00:00Z")), options);
  const first = (await credentials!.headers({}))["authorization"];
  now += 59 * 60_000;
  equal((await credentials!.headers({}))["authorization"], first);
  now += 60_000;
  // Once for all who find it expired.
  const [second, again] = await Promise.all([credentials!.headers({}), credentials!.headers({})]);
  ok(second["authorization"] !== first);
  equal(again["authorization"], second["authorization"]);
  const third = (await credentials!.headers({ refresh: true }))["authorization"];
  ok(third !== second["authorization"]);
});

Deno.test("a command may give a client certificate, and acting as another goes along", async () => {
  const status = { clientCertificateData: "C", clientKeyData: "K" };
  const text = config(prints(status));
  const { tls } = await connectionFrom(text);
  deepEqual(tls, { caCerts: undefined, cert: "C", key: "K" });
  const { credentials } = await connectionFrom(text, { overrides: { asUser: "bob" } });
  deepEqual(await credentials!.headers({}), { "impersonate-user": "bob" });
});

Deno.test("a command that gives nothing usable is named, with what it did", async () => {
  const deno = Deno.execPath();
  const rows: [text: string, why: string, hint?: string][] = [
    [config("console.error('log in first'); Deno.exit(3)"), "log in first"],
    [config("Deno.exit(3)"), "it ended with exit code 3"],
    [config("console.log('hello')"), "it did not print an ExecCredential in JSON"],
    [
      config(prints({ token: "t" }, { apiVersion: "v1" })),
      `it printed ExecCredential of v1, not ExecCredential of ${API}`,
    ],
    [config(prints({})), "it printed neither a token nor a certificate with its key"],
    [
      config("", { apiVersion: "client.authentication.k8s.io/v1alpha1" }),
      `its apiVersion "client.authentication.k8s.io/v1alpha1" is none of ${API}, ${API}beta1`,
    ],
  ];
  for (const [text, why] of rows) {
    await rejects(connectionFrom(text), {
      name: "CapstanError",
      message: `cannot get credentials from ${deno}: ${why}`,
    });
  }
  await rejects(connectionFrom(config("", { command: "no-such-login", installHint: "get it" })), {
    message: "cannot get credentials from no-such-login: there is no such command",
    hint: "get it",
  });
});

Deno.test("a command with a slash is in the kubeconfig's folder", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/bin`);
  const credential = { apiVersion: API, kind: "ExecCredential", status: { token: "near" } };
  const script = `#!/bin/sh\necho '${JSON.stringify(credential)}'\n`;
  await Deno.writeTextFile(`${folder}/bin/login`, script, { mode: 0o755 });
  await Deno.writeTextFile(`${folder}/config`, config("", { command: "bin/login" }));
  const env = (_: ConnectionVariable) => undefined;
  const { credentials } = await loadConnection({ kubeconfig: `${folder}/config`, env });
  deepEqual(await credentials!.headers({}), { authorization: "Bearer near" });
  await Deno.remove(folder, { recursive: true });
});

/** Runs a program that loads the kubeconfig with no more than these permissions. */
async function withPermissions(kubeconfig: string, flags: readonly string[]): Promise<string> {
  const module = import.meta.resolve("../../lib/kube/config.ts");
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    program,
    `import { connectionFrom } from ${JSON.stringify(module)};
     const { credentials } = await connectionFrom(${JSON.stringify(kubeconfig)})
       .catch((error) => { console.log([error.message, error.hint].join("; ")); Deno.exit(0); });
     console.log(JSON.stringify(await credentials.headers({})));`,
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--cached-only", "--no-check", ...flags, program],
  }).output();
  await Deno.remove(program);
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
}

Deno.test("a command needs the permission to run it and no other", async () => {
  const text = config(prints({ token: "t" }));
  const deno = Deno.execPath();
  equal(
    await withPermissions(text, []),
    `cannot get credentials from ${deno}: it may not be run; allow it with --allow-run=${deno}\n`,
  );
  equal(await withPermissions(text, [`--allow-run=${deno}`]), '{"authorization":"Bearer t"}\n');
});
