/**
 * `capstan permissions` for every way of being let in to a cluster, and for what reads and writes files
 * beside it.
 */
import assert from "node:assert/strict";
import { generateKey } from "openpgp";
import { signArchive } from "../../lib/registry/provenance.ts";
import { chartFiles, CONFIG } from "../harness.ts";
import { certificates, tlsCluster } from "../kube/tls_cluster.ts";
import { withRegistry } from "../registry/registry_server.ts";
import { chartArchive, repositoryFiles, serving } from "../registry/serving.ts";
import { atWork } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { hold } from "./holding.ts";

/** A kubeconfig of one user, beside the one that there is. */
async function withUser({ folder, write }: Workplace, user: unknown, cluster: object = {}) {
  const server = /server: (\S+)/.exec(await Deno.readTextFile(`${folder}/kubeconfig`))![1]!;
  await write({
    "users/config": JSON.stringify({
      "current-context": "a",
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
      clusters: [{ name: "a", cluster: { server, ...cluster } }],
      users: [{ name: "a", user }],
    }),
  });
}

const LIST = ["list", "--kubeconfig", "users/config"];

Deno.test({
  name: "what is reached by a link takes the link",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    const stack = `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });
`;
    const files = Object.entries(chartFiles("web", { "config.yaml": CONFIG }));
    await atWork({
      "there/stack.ts": stack,
      "values.yaml": "text: b\n",
      ...Object.fromEntries(files.map(([path, text]) => [`there/${path}`, text] as const)),
    }, async (work) => {
      const { folder } = work;
      await Deno.symlink(`${folder}/there`, `${folder}/linked`);
      await Deno.symlink(`${folder}/kubeconfig`, `${folder}/config`);
      await Deno.symlink(`${folder}/values.yaml`, `${folder}/more.yaml`);
      for (
        const args of [
          ["list", "--kubeconfig", "config"],
          ["template", "rel", "linked/web", "-f", "more.yaml"],
          ["plan", "linked/stack.ts", "--kubeconfig", "config"],
        ]
      ) await t.step(args.join(" "), async () => await hold(work, args));
    });
  },
});

Deno.test("a token in a file, a password and a plugin take what they name", async (t) => {
  await atWork({
    "token": "t",
    "plugin": `#!/bin/sh
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
`,
  }, async (work) => {
    const { folder } = work;
    await Deno.chmod(`${folder}/plugin`, 0o755);
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: `${folder}/plugin`,
      interactiveMode: "Never",
    };
    for (
      const [what, user] of [
        ["token file", { tokenFile: `${folder}/token` }],
        ["token file beside the kubeconfig", { tokenFile: "../token" }],
        ["password", { username: "me", password: "secret", exec }],
        ["plugin", { exec }],
        ["plugin beside the kubeconfig", { exec: { ...exec, command: "../plugin" } }],
      ] as const
    ) {
      await t.step(what, async () => {
        await withUser(work, user);
        await hold(work, LIST);
      });
    }
  });
});

/** An id token that expires then. */
function token(expires: number): string {
  const part = (value: unknown) =>
    new TextEncoder().encode(JSON.stringify(value)).toBase64({ alphabet: "base64url" });
  return `${part({ alg: "none" })}.${part({ exp: Math.floor(expires / 1000) })}.s`;
}

Deno.test("an OIDC token takes its issuer where it has expired", async (t) => {
  const fresh = token(Date.now() + 3_600_000);
  let origin = "";
  const answers = {
    "/realm/.well-known/openid-configuration": () =>
      Response.json({ token_endpoint: `${origin}/token` }),
  };
  await serving({ "/token": () => Response.json({ id_token: fresh }) }, async (tokens) => {
    origin = tokens.url;
    await serving(answers, async ({ url, host }) => {
      await atWork({}, async (work) => {
        for (const [what, expires] of [["fresh", 3_600_000], ["expired", -3_600_000]] as const) {
          await t.step(what, async () => {
            await withUser(work, {
              "auth-provider": {
                name: "oidc",
                config: {
                  "idp-issuer-url": `${url}/realm`,
                  "client-id": "kube",
                  "id-token": token(Date.now() + expires),
                  "refresh-token": "r",
                },
              },
            });
            await hold(work, LIST);
            const { stdout } = await work.capstan("permissions", ...LIST);
            const net = /^--allow-net=(.*)$/m.exec(stdout)![1]!.split(",");
            assert.deepEqual(
              [net.includes(host), net.includes(tokens.host)],
              what === "expired" ? [true, true] : [false, false],
            );
          });
        }
      });
    });
  });
});

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** A pod's files are where they are in a pod: only who may write there can try. */
async function mayPlayPod(): Promise<boolean> {
  const there = await Deno.stat("/var/run/secrets").then(() => true, () => false);
  return Deno.build.os === "linux" && Deno.uid() === 0 && !there;
}

Deno.test({
  name: "in a pod its service account is enough, and is needed",
  ignore: !await mayPlayPod(),
  async fn() {
    const { ca, server } = certificates();
    await using cluster = tlsCluster(server);
    await Deno.mkdir(ACCOUNT, { recursive: true });
    try {
      await Deno.writeTextFile(`${ACCOUNT}/ca.crt`, ca.cert);
      await Deno.writeTextFile(`${ACCOUNT}/token`, "t");
      await Deno.writeTextFile(`${ACCOUNT}/namespace`, "ops");
      const environment = {
        KUBECONFIG: "",
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String(cluster.port),
      };
      await atWork({}, async (work) => {
        await hold(work, ["list"]);
        assert.ok(cluster.seen.some((path) => path.startsWith("/api/v1/namespaces/ops/secrets")));
      }, environment);
    } finally {
      await Deno.remove("/var/run/secrets", { recursive: true });
    }
  },
});

const HELMFILE = `releases:
- name: web
  chart: ./web
  values: [values.yaml, {{ readFile "more.yaml" | fromYaml | toYaml }}]
`;

Deno.test("what makes stacks of helmfiles and releases takes the files that it reads and writes", async (t) => {
  await atWork({
    "old/helmfile.yaml.gotmpl": HELMFILE,
    "old/values.yaml": "text: a\n",
    "old/more.yaml": "{}\n",
    ...chartFiles("web", { "config.yaml": CONFIG }),
    ...Object.fromEntries(
      Object.entries(chartFiles("mine", { "config.yaml": CONFIG })).map(([path, text]) =>
        [`data/starters/${path}`, text] as const
      ),
    ),
  }, async (work) => {
    const installed = await work.capstan("install", "web", "./web");
    assert.equal(installed.code, 0, installed.stderr);
    for (
      const args of [
        ["import", "old/helmfile.yaml.gotmpl"],
        ["import", "old/helmfile.yaml.gotmpl", "-o", "other.ts"],
        ["import", "old/helmfile.yaml.gotmpl", "-o", "-"],
        ["types", "web", "-o", "types.ts"],
        ["adopt", "adopted"],
        ["create", "fresh"],
        ["create", "other", "-p", "mine"],
      ]
    ) await t.step(args.join(" "), async () => await hold(work, args));
  }, { HELM_DATA_HOME: "FOLDER/data" });
});

Deno.test("a signature takes the keyring and the file of the signature", async (t) => {
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name: "me", email: "me@example.com" }],
    format: "binary",
  });
  const archive = await chartArchive("a", "1.0.0");
  const fileName = "a-1.0.0.tgz";
  const signed = await signArchive({ archive, fileName }, {
    keyring: { path: "key", data: privateKey },
    key: "me",
  });
  const files = { ...await repositoryFiles("a-1.0.0"), "/a-1.0.0.tgz": archive };
  await serving({ ...files, "/a-1.0.0.tgz.prov": signed }, async ({ url }) => {
    await withRegistry({}, async ({ host }) => {
      await atWork({
        "out/.keep": "",
        "b/Chart.yaml": "apiVersion: v2\nname: b\nversion: 1.0.0\n",
      }, async (work) => {
        const { folder } = work;
        await Deno.mkdir(`${folder}/home/.gnupg`, { recursive: true });
        for (const path of ["me.pub", "home/.gnupg/pubring.gpg"]) {
          await Deno.writeFile(`${folder}/${path}`, publicKey);
        }
        await Deno.writeFile(`${folder}/me.key`, privateKey);
        await Deno.writeFile(`${folder}/${fileName}`, archive);
        await Deno.writeFile(`${folder}/${fileName}.prov`, signed);
        for (
          const args of [
            ["verify", fileName, "--keyring", "me.pub"],
            ["verify", fileName],
            ["template", "rel", fileName, "--verify", "--keyring", "me.pub"],
            ["show", "chart", "a", "--repo", url, "--verify", "--keyring", "me.pub"],
            ["pull", "a", "--repo", url, "--verify", "--keyring", "me.pub", "-d", "out"],
            ["pull", "a", "--repo", url, "--prov", "-d", "out"],
            ["push", fileName, `oci://${host}/team`, "--plain-http"],
            ["pull", `oci://${host}/team/a`, "--verify", "--keyring", "me.pub", "--plain-http"],
            ["package", "b", "--sign", "--key", "me", "--keyring", "me.key", "-d", "out"],
          ]
        ) {
          await t.step(args.slice(0, 5).join(" "), async () => await hold(work, args));
        }
      }, {
        HOME: "FOLDER/home",
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
      });
    });
  });
});

Deno.test("charts of a stack from added repositories and registries take what leads there", async (t) => {
  const files = await repositoryFiles("cache-1.0.0");
  await serving(files, async ({ url }) => {
    const stack = `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "shop", releases: [
  release("cache", { chart: "@charts/cache" }),
] });
`;
    await atWork({
      "stack/stack.ts": stack,
      ".config/repositories.yaml": `repositories:\n- {name: charts, url: "${url}"}\n`,
    }, async (work) => {
      for (const args of [["plan", "stack/stack.ts"], ["up", "stack/stack.ts"]]) {
        await t.step(args[0]!, async () => await hold(work, args, { serial: true }));
      }
    });
  });
});

Deno.test("a frozen plan takes its file and its key", async (t) => {
  await atWork({
    "stack/stack.ts": `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });
`,
    ...Object.fromEntries(
      Object.entries(chartFiles("web", { "config.yaml": CONFIG })).map(([path, text]) =>
        [`stack/${path}`, text] as const
      ),
    ),
    "plans/.keep": "",
  }, async (work) => {
    const made = ["plan", "stack/stack.ts", "-o", "plans/plan.json"];
    await t.step("plan -o, which makes the key", async () =>
      // One that fails later on has made the key by then.
      await hold(work, made, { every: false, serial: true }));
    await t.step("plan -o", async () => await hold(work, made));
    await t.step(
      "up --plan",
      async () => await hold(work, ["up", "stack/stack.ts", "--plan", "plans/plan.json"]),
    );
  });
});
