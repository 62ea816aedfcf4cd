import { deepEqual, equal, rejects } from "node:assert/strict";
import {
  connectionFrom,
  type ConnectionOverrides,
  type ConnectionVariable,
  loadConnection,
} from "../../lib/kube/config.ts";
import type { Connection, HeaderFields } from "../../lib/kube/connection.ts";

/** Loads with nothing but the given files and variables. */
function load(
  files: Record<string, string>,
  options: {
    env?: Partial<Record<ConnectionVariable, string>>;
    kubeconfig?: string;
    context?: string;
    overrides?: ConnectionOverrides;
  } = {},
): Promise<Connection> {
  const { env = {}, ...rest } = options;
  return loadConnection({
    ...rest,
    env: (name) => env[name],
    readFile: (path) => {
      const text = files[path];
      return text === undefined
        ? Promise.reject(new Deno.errors.NotFound(path))
        : Promise.resolve(text);
    },
    now: () => 0,
  });
}

function config(user: string, cluster = "server: https://c:6443/"): string {
  return `
current-context: x
contexts: [{name: x, context: {cluster: c, user: u}}, {name: z, context: {cluster: c, user: u, namespace: why}}]
clusters: [{name: c, cluster: {${cluster}}}]
users: [{name: u, user: {${user}}}]
`;
}

async function headers(connection: Connection): Promise<unknown> {
  return await connection.credentials?.headers({});
}

Deno.test("loadConnection() takes the named file, then KUBECONFIG, then the home folder", async () => {
  const files = {
    "named": config("token: named"),
    "/one": config("token: one"),
    "/home/.kube/config": config("token: home"),
  };
  const env = { KUBECONFIG: "/missing:/one", HOME: "/home" };
  const rows: [Parameters<typeof load>[1], string][] = [
    [{ kubeconfig: "named", env }, "Bearer named"],
    [{ env }, "Bearer one"],
    [{ env: { HOME: "/home" } }, "Bearer home"],
  ];
  for (const [options, authorization] of rows) {
    deepEqual(await headers(await load(files, options)), { authorization });
  }
});

Deno.test("loadConnection() merges the files of KUBECONFIG", async () => {
  const files = {
    "/a": "current-context: z",
    "/b": config("token: b"),
  };
  const connection = await load(files, { env: { KUBECONFIG: "/a:/b:/a" } });
  deepEqual([connection.context, connection.namespace, connection.server], [
    "z",
    "why",
    "https://c:6443",
  ]);
  equal((await load(files, { env: { KUBECONFIG: "/a:/b" }, context: "x" })).namespace, "default");
});

Deno.test("loadConnection() reads certificates from data or files", async () => {
  const pem = "-----BEGIN CERTIFICATE-----\nx";
  const data = new TextEncoder().encode(pem).toBase64();
  const inline = await load({
    k: config(
      `client-certificate-data: ${data}, client-key-data: ${data}`,
      `server: "https://c", certificate-authority-data: ${data}`,
    ),
  }, { kubeconfig: "k" });
  deepEqual(inline.tls, { caCerts: [pem], cert: pem, key: pem });
  const files = await load({
    "/k/config": config(
      "client-certificate: u.crt, client-key: u.key",
      "server: https://c, certificate-authority: /ca",
    ),
    "/k/u.crt": pem + "u",
    "/k/u.key": pem + "k",
    "/ca": pem,
  }, { kubeconfig: "/k/config" });
  deepEqual(files.tls, { caCerts: [pem], cert: pem + "u", key: pem + "k" });
  equal(inline.credentials, undefined);
});

Deno.test("loadConnection() knows tokens, files of tokens, passwords and acting as another", async () => {
  const files = { t: " secret\n" };
  const rows: [string, HeaderFields][] = [
    ["token: abc", { authorization: "Bearer abc" }],
    ["token: 9007199254740993", { authorization: "Bearer 9007199254740993" }],
    ["tokenFile: t", { authorization: "Bearer secret" }],
    // client-go, tools/clientcmd/api/v1/types.go: the file "takes precedence over Token".
    ["token: abc, tokenFile: t", { authorization: "Bearer secret" }],
    ["username: jó, password: 'a:b'", { authorization: "Basic asOzOmE6Yg==" }],
    ["token: abc, as: bob, as-groups: [dev], as-uid: '7'", {
      "impersonate-user": "bob",
      "impersonate-uid": "7",
      "impersonate-group": "dev",
      authorization: "Bearer abc",
    }],
    ["as: bob", { "impersonate-user": "bob" }],
    ["as: bob, as-groups: [dev, ops], as-user-extra: {Scopes/x: [view, edit]}", {
      "impersonate-user": "bob",
      "impersonate-group": ["dev", "ops"],
      "impersonate-extra-scopes%2Fx": ["view", "edit"],
    }],
  ];
  for (const [user, expected] of rows) {
    const connection = await load({ ...files, k: config(user) }, { kubeconfig: "k" });
    deepEqual(await headers(connection), expected, user);
  }
});

Deno.test("loadConnection() finds the service account of a pod", async () => {
  const CA = "-----BEGIN CERTIFICATE-----\n";
  const account = "/var/run/secrets/kubernetes.io/serviceaccount";
  const files = {
    [`${account}/ca.crt`]: CA,
    [`${account}/namespace`]: "ops\n",
    [`${account}/token`]: "tok",
  };
  const env = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  const connection = await load(files, { env });
  deepEqual([connection.server, connection.namespace], ["https://[fd00::1]:443", "ops"]);
  deepEqual(connection.tls, { caCerts: [CA] });
  deepEqual(await headers(connection), { authorization: "Bearer tok" });
  const other = await load(files, {
    env,
    overrides: { token: "t", asUser: "bob", server: "https://o" },
  });
  equal(other.server, "https://o");
  deepEqual(await headers(other), { authorization: "Bearer t", "impersonate-user": "bob" });
  const { [`${account}/ca.crt`]: _, ...rest } = files;
  await rejects(
    load(rest, { env }),
    /^CapstanError: cannot read the kubeconfig's certificate-auth/,
  );
});

Deno.test("loadConnection() says what is wrong with a kubeconfig", async () => {
  const rows: [string, string][] = [
    ["{", "cannot read kubeconfig k: "],
    ["just text", "cannot read kubeconfig k: it is not a mapping"],
    [config("token: a", "server: ''"), 'the cluster of context "x" has no usable server: ""'],
    [
      config("token: a", "server: 'ftp://c'"),
      'the cluster of context "x" has no usable server: "ftp://c"',
    ],
    [
      config("token: a", "server: c, tls-server-name: d, proxy-url: 'socks5://me:pw@p'"),
      'context "x" has tls-server-name behind the proxy socks5://p: only ',
    ],
    [
      config("token: a", "server: c, certificate-authority-data: '!'"),
      "cannot read the kubeconfig's certificate-authority: ",
    ],
    [
      config("token: a", "server: c, certificate-authority-data: YWJj"),
      "cannot read the kubeconfig's certificate-authority: it is not PEM",
    ],
    [config("client-certificate: gone"), "cannot read the kubeconfig's client-certificate: "],
    [
      config("auth-provider: {name: openstack}"),
      "cannot get credentials from the provider openstack",
    ],
  ];
  for (const [text, message] of rows) {
    await rejects(
      load({ k: text }, { kubeconfig: "k" }),
      (error: Error) => error.message.startsWith(message),
      message,
    );
  }
});

Deno.test("loadConnection() says where it looked in vain", async () => {
  await rejects(load({}, { kubeconfig: "/gone" }), {
    message: "cannot read kubeconfig /gone: no such file",
  });
  await rejects(load({}, { env: { HOME: "/me" } }), {
    message: "no kubeconfig: there is no file /me/.kube/config",
    hint: "name one with --kubeconfig or in KUBECONFIG",
  });
  await rejects(load({}), { message: "no kubeconfig: there is no file to read" });
});

Deno.test("connectionFrom() reads the text of a kubeconfig", async () => {
  const connection = await connectionFrom(
    config("token: abc", "server: 'c:1', insecure-skip-tls-verify: true, proxy-url: 'http://p'"),
  );
  deepEqual([connection.server, connection.insecure, connection.proxy], [
    "https://c:1",
    true,
    "http://p",
  ]);
});

Deno.test("loadConnection() lets flags win over the kubeconfig", async () => {
  const PEM = "-----BEGIN CERTIFICATE-----\n";
  const overridden = async (overrides: ConnectionOverrides, text = config("as: eve, token: abc")) =>
    await load({ k: text, "ca.pem": PEM }, { kubeconfig: "k", overrides });
  const connection = await overridden({ server: "other:1", caFile: "ca.pem", insecure: true });
  equal(connection.server, "https://other:1");
  deepEqual(connection.tls?.caCerts, [PEM]);
  equal(connection.insecure, true);
  equal((await overridden({ server: "", insecure: false })).server, "https://c:6443");
  const rows: [ConnectionOverrides, unknown][] = [
    [{}, { authorization: "Bearer abc", "impersonate-user": "eve" }],
    [{ token: "t" }, { authorization: "Bearer t" }],
    [{ token: "t", asUser: "bob", asGroups: ["ops"] }, {
      authorization: "Bearer t",
      "impersonate-user": "bob",
      "impersonate-group": "ops",
    }],
  ];
  for (const [overrides, expected] of rows) {
    deepEqual(await headers(await overridden(overrides)), expected);
  }
  equal((await overridden({ serverName: "x" })).tls?.serverName, "x");
  equal((await overridden({ serverName: "x", server: "http://c" })).tls?.serverName, undefined);
  equal((await overridden({ server: "http://only" }, "")).server, "http://only");
  equal((await load({}, { overrides: { server: "http://only" } })).namespace, "default");
});
