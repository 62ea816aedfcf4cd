/** Every way in which a Configuration finds its cluster, on a rehearsal cluster behind TLS. */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import {
  Chart,
  Configuration,
  ConfigurationError,
  List,
  loadConnection,
  Pull,
  Push,
} from "../../mod.ts";
import type { ConfigurationOptions } from "../../mod.ts";
import { certificates } from "../kube/tls_cluster.ts";
import { withRegistry } from "../registry/registry_server.ts";
import { withRepository } from "./bench.ts";

/** A cluster that remembers who asked. */
interface Front {
  readonly url: string;
  readonly ca: string;
  /** Path of the authority's certificate. */
  readonly caFile: string;
  readonly folder: string;
  /** Headers about who asked, of the last request. */
  readonly last: Record<string, string>;
}

const ASKED = /^(authorization|impersonate-.*)$/;

async function onFront(use: (front: Front) => Promise<void>): Promise<void> {
  const { ca, server: { cert, key } } = certificates();
  const server = createApiServer();
  const last: Record<string, string> = {};
  const folder = await Deno.makeTempDir();
  const caFile = `${folder}/ca.crt`;
  await Deno.writeTextFile(caFile, ca.cert);
  const serving = { hostname: "127.0.0.1", port: 0, cert, key, onListen() {} };
  try {
    await using front = Deno.serve(serving, (request) => {
      for (const name of Object.keys(last)) delete last[name];
      for (const [name, value] of request.headers) if (ASKED.test(name)) last[name] = value;
      return server.handle(request);
    });
    const url = `https://127.0.0.1:${front.addr.port}`;
    await use({ url, ca: ca.cert, caFile, folder, last });
  } finally {
    server.close();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Two contexts for one cluster. */
function kubeconfigOf({ url, ca }: Front) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "shop",
    clusters: [{
      name: "c",
      cluster: { server: url, "certificate-authority-data": btoa(ca) },
    }],
    contexts: [
      { name: "shop", context: { cluster: "c", user: "ada", namespace: "shop" } },
      { name: "ops", context: { cluster: "c", user: "bob", namespace: "ops" } },
    ],
    users: [
      { name: "ada", user: { token: "adas" } },
      { name: "bob", user: { username: "bob", password: "pw", as: "root", "as-groups": ["g"] } },
    ],
  };
}

const BOB = {
  authorization: `Basic ${btoa("bob:pw")}`,
  "impersonate-user": "root",
  "impersonate-group": "g",
};

Deno.test("a Configuration connects by each of its forms, with the right namespace and login", async (t) => {
  await onFront(async (front) => {
    const json = JSON.stringify(kubeconfigOf(front));
    const text = JSON.stringify(kubeconfigOf(front), null, 2);
    const path = `${front.folder}/kubeconfig`;
    await Deno.writeTextFile(path, text);
    const home = `${front.folder}/home`;
    await Deno.mkdir(`${home}/.kube`, { recursive: true });
    await Deno.writeTextFile(`${home}/.kube/config`, text);
    const none = () => undefined;
    const env = (values: Record<string, string>) => (name: string) => values[name];
    const { url: server, caFile } = front;
    const connection = await loadConnection({ kubeconfig: path, context: "ops" });
    const ada = { authorization: "Bearer adas" };
    const rows: readonly [string, ConfigurationOptions, string, Record<string, string>][] = [
      ["the path of a kubeconfig", { kubeconfig: path, env: none }, "shop", ada],
      ["the text of one", { kubeconfig: text, env: none }, "shop", ada],
      ["its text in one line", { kubeconfig: json, env: none }, "shop", ada],
      ["another context", { kubeconfig: path, kubecontext: "ops", env: none }, "ops", BOB],
      [
        "another context of a text",
        { kubeconfig: text, kubecontext: "ops", env: none },
        "ops",
        BOB,
      ],
      ["another namespace", { kubeconfig: text, namespace: "web", env: none }, "web", ada],
      ["an empty namespace", { kubeconfig: text, namespace: "", env: none }, "shop", ada],
      ["KUBECONFIG", { env: env({ KUBECONFIG: path }) }, "shop", ada],
      ["the home folder", { env: env({ HOME: home }) }, "shop", ada],
      ["HELM_KUBECONTEXT", { kubeconfig: path, env: env({ HELM_KUBECONTEXT: "ops" }) }, "ops", BOB],
      ["HELM_NAMESPACE", { kubeconfig: path, env: env({ HELM_NAMESPACE: "web" }) }, "web", ada],
      ["a connection", { connection }, "ops", BOB],
      [
        "an address, a token and an authority",
        {
          overrides: { server, token: "t", caFile },
          env: none,
        },
        "default",
        { authorization: "Bearer t" },
      ],
      [
        "acting as another",
        {
          kubeconfig: path,
          overrides: { asUser: "carol", asGroups: ["dev"] },
          env: none,
        },
        "shop",
        { ...ada, "impersonate-user": "carol", "impersonate-group": "dev" },
      ],
    ];
    for (const [name, options, namespace, login] of rows) {
      await t.step(name, async () => {
        await using config = new Configuration(options);
        assert.deepEqual(await new List(config).run(), []);
        assert.deepEqual(front.last, login);
        assert.equal((await config.open()).namespace, namespace);
      });
    }
  });
});

Deno.test("Configuration.fromServiceAccount() connects as the pod's account", async () => {
  await onFront(async ({ url, ca, last }) => {
    const account = "/var/run/secrets/kubernetes.io/serviceaccount";
    const files: Record<string, string> = {
      [`${account}/ca.crt`]: ca,
      [`${account}/namespace`]: "ops\n",
      [`${account}/token`]: "pods-own",
    };
    const { hostname, port } = new URL(url);
    const env: Record<string, string> = {
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      KUBECONFIG: "/of/somebody/else",
    };
    const options: ConfigurationOptions = {
      env: (name) => env[name],
      readFile: (path) => {
        const text = files[path];
        if (text === undefined) return Promise.reject(new Deno.errors.NotFound(path));
        return Promise.resolve(text);
      },
    };
    await using config = Configuration.fromServiceAccount(options);
    assert.deepEqual(await new List(config).run(), []);
    assert.deepEqual(last, { authorization: "Bearer pods-own" });
    assert.equal((await config.open()).namespace, "ops");
    await using elsewhere = Configuration.fromServiceAccount({ ...options, env: () => undefined });
    await assert.rejects(new List(elsewhere).run(), ConfigurationError);
  });
});

Deno.test("what keeps a Configuration from connecting is told", async (t) => {
  await onFront(async (front) => {
    const kubeconfig = JSON.stringify(kubeconfigOf(front));
    const rows: readonly [string, ConfigurationOptions, RegExp][] = [
      ["no file", { kubeconfig: "./nowhere" }, /cannot connect to a cluster: .*\.\/nowhere/],
      ["no text of one", { kubeconfig: "{a: [}" }, /cannot connect to a cluster: cannot read/],
      ["no context", { kubeconfig, kubecontext: "prod" }, /"prod".*/],
      ["nothing", {}, /cannot connect to a cluster: no kubeconfig/],
    ];
    for (const [name, options, message] of rows) {
      await t.step(name, async () => {
        await using config = new Configuration({ env: () => undefined, ...options });
        await assert.rejects(new List(config).run(), (error: ConfigurationError) => {
          assert(error instanceof ConfigurationError, String(error));
          assert.match(error.message, message);
          assert(error.cause instanceof Error);
          assert.notEqual(error.hint, undefined);
          return true;
        });
      });
    }
  });
});

Deno.test("the logins of a Configuration win over those of files", async () => {
  const login = { username: "ada", password: "s3cret" };
  await withRepository({ web: ["1.0.0"] }, async ({ repo }) => {
    await withRegistry({ login }, async ({ host }) => {
      const folder = await Deno.makeTempDir();
      const env = (name: string) => name === "HOME" ? folder : undefined;
      const settings = { plainHttp: true, env };
      try {
        await using config = new Configuration({ ...settings, registryAuth: { [host]: login } });
        const path = await new Pull(config).run("web", { repo, destDir: folder });
        await new Push(config).run(path, `oci://${host}/charts`);
        const chart = `oci://${host}/charts/web`;
        assert.match(await new Chart({ name: "x", chart, config }).template(), /# Source: web/);
        await using wrong = new Configuration({
          ...settings,
          registryAuth: { [host]: { ...login, password: "other" } },
        });
        await assert.rejects(new Chart({ name: "x", chart, config: wrong }).template(), {
          name: "RegistryError",
        });
        await using none = new Configuration(settings);
        await assert.rejects(new Chart({ name: "x", chart, config: none }).template(), {
          name: "RegistryError",
        });
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  });
});

Deno.test("a configuration says which permission it is without, and what to do", async () => {
  await using config = new Configuration({
    env: () => {
      throw new Deno.errors.NotCapable('Requires env access to "KUBECONFIG"');
    },
  });
  const error = await new List(config).run().catch((thrown: unknown) => thrown);
  assert(error instanceof ConfigurationError);
  assert.match(error.message, /cannot connect to a cluster: Requires env access to "KUBECONFIG"/);
  assert.match(error.hint ?? "", /^give the program that permission, or /);
});
