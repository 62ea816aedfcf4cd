/**
 * `capstan permissions`: each command works with exactly what it prints, and with one thing less it fails
 * and says which flag is missing.
 */
import assert from "node:assert/strict";
import { captureCall } from "../../lib/cli/permissions/capture.ts";
import { PermissionSet } from "../../lib/cli/permissions/set.ts";
import { chartFiles, CONFIG } from "../harness.ts";
import { repositoryFiles, serving } from "../registry/serving.ts";
import { certificates, tlsCluster } from "../kube/tls_cluster.ts";
import { atWork } from "./cluster.ts";
import { hold } from "./holding.ts";
import type { Workplace } from "./cluster.ts";

const STACK = `import { defineStack, release, repository } from "@capstan/capstan";
import { values } from "../shared/values.ts";
const web = release("web", { chart: "../charts/web", values: ["../shared/web.yaml", values] });
const cache = release("cache", { chart: repository("REPOSITORY").chart("cache"), needs: [web] });
export default defineStack({ name: "shop", releases: [web, cache] });
`;

const TEST = `apiVersion: v1
kind: Pod
metadata: {name: t, annotations: {helm.sh/hook: test}}
spec: {restartPolicy: Never, containers: [{name: a, image: b}]}
`;

async function inShop(use: (work: Workplace, url: string) => Promise<void>): Promise<void> {
  await serving(await repositoryFiles("cache-1.0.0"), async ({ url }) => {
    await atWork({
      "shop/stack.ts": STACK.replace("REPOSITORY", url),
      "shared/values.ts": "export const values = { text: 'b' };\n",
      "shared/web.yaml": "text: a\n",
      "values.yaml": "text: c\n",
      "pulled/.keep": "",
      "packed/.keep": "",
      ...Object.fromEntries(
        Object.entries(chartFiles("web", { "config.yaml": CONFIG, "test.yaml": TEST })).map((
          [path, text],
        ) => [`charts/${path}`, text]),
      ),
    }, async (work) => await use(work, url));
  });
}

Deno.test("each command on a stack works with exactly the permissions that are printed for it", async (t) => {
  await inShop(async (work) => {
    for (
      const command of [
        "graph",
        "rehearse",
        "plan",
        "up",
        "drift",
        "test",
        "lock",
        "vendor",
        "down",
      ]
    ) {
      await t.step(
        command,
        async () =>
          await hold(work, [command, "shop/stack.ts"], {
            every: command === "up" || command === "vendor",
          }),
      );
    }
  });
});

Deno.test("each of Helm's commands works with exactly the permissions that are printed for it", async (t) => {
  await inShop(async (work, url) => {
    for (
      const args of [
        ["template", "rel", "charts/web", "-f", "values.yaml", "--output-dir", "out"],
        ["lint", "charts/web"],
        ["show", "values", "charts/web"],
        ["pull", "cache", "--repo", url, "--destination", "pulled"],
        ["package", "charts/web", "--destination", "packed"],
        ["types", "charts/web", "-o", "types.ts"],
        [
          "install",
          "web",
          "./charts/web",
          "--set-file",
          "text=values.yaml",
          "--create-namespace",
          "-n",
          "shop",
        ],
        ["upgrade", "web", "charts/web", "-n", "shop", "--kubeconfig", "kubeconfig"],
        ["test", "web", "-n", "shop"],
        ["rollback", "web", "1", "-n", "shop"],
        ["get", "values", "web", "-n", "shop"],
        ["list", "-A"],
        ["status", "web", "-n", "shop"],
        ["history", "web", "-n", "shop"],
        ["uninstall", "web", "-n", "shop"],
        ["init", "fresh"],
        ["cache"],
      ]
    ) {
      await t.step(args.slice(0, 2).join(" "), async () => await hold(work, args));
    }
  });
});

Deno.test("the flags are printed for a shell, with a note of what else there is", async () => {
  await inShop(async ({ capstan, server, folder }) => {
    const { code, stdout, stderr } = await capstan("permissions", "shop/stack.ts");
    assert.equal(code, 0, stderr);
    const flags = stdout.trim().split("\n").map((flag) => flag.split("="));
    assert.deepEqual(flags.map(([name]) => name), ["--allow-read", "--allow-net", "--allow-env"]);
    assert.match(stderr, /note: .* --optional adds/);
    assert.equal(server.requests.length, 0);
    const all = await capstan("permissions", "--optional", "shop/stack.ts");
    assert.match(all.stdout, /^--allow-write=FOLDER\/\.capstan,.*FOLDER\/state$/m);
    const table = await capstan("permissions", "-o", "table", "up", "shop/stack.ts");
    assert.match(table.stdout, /^--allow-net=127\.0\.0\.1:\d+ +the API server$/m);
    assert.match(
      table.stdout,
      /^--allow-write=FOLDER\/state +keeps journals of runs \(optional\)$/m,
    );
    assert.ok(folder);
  });
});

Deno.test("tls-server-name takes the name and the relay's address too, with just which it works", async () => {
  const { ca, server } = certificates([], ["api.cluster.test"]);
  await using cluster = tlsCluster(server);
  await atWork({}, async (work) => {
    await work.write({
      "ca.pem": ca.cert,
      "kubeconfig": JSON.stringify({
        "current-context": "a",
        contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
        clusters: [{
          name: "a",
          cluster: {
            server: `https://127.0.0.1:${cluster.port}`,
            "certificate-authority": "ca.pem",
            "tls-server-name": "api.cluster.test",
          },
        }],
        users: [{ name: "a", user: {} }],
      }),
    });
    const asked = await work.capstan("permissions", "list");
    assert.match(
      asked.stdout,
      /^--allow-net=127\.0\.0\.1,api\.cluster\.test:\d+$/m,
      asked.stderr,
    );
    await hold(work, ["list"]);
  });
});

Deno.test("a credential plugin is the only program that may be run", async () => {
  await atWork({}, async (work) => {
    const { url } = JSON.parse(JSON.stringify({
      url: /server: (\S+)/.exec(
        await Deno.readTextFile(`${work.folder}/kubeconfig`),
      )?.[1] ?? "",
    }));
    await work.write({
      "plugin": `#!/bin/sh
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t"}}'
`,
      "kubeconfig": JSON.stringify({
        "current-context": "a",
        contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
        clusters: [{ name: "a", cluster: { server: url } }],
        users: [{
          name: "a",
          user: {
            exec: {
              apiVersion: "client.authentication.k8s.io/v1",
              command: `${work.folder}/plugin`,
              interactiveMode: "Never",
            },
          },
        }],
      }),
    });
    await Deno.chmod(`${work.folder}/plugin`, 0o755);
    await hold(work, ["list"]);
  });
});

Deno.test("captureCall() parses a command line as the command does", async () => {
  assert.deepEqual(await captureCall(["ls", "-nshop", "--all-namespaces"]), {
    command: "list",
    flags: { namespace: "shop", allNamespaces: true },
    args: [],
  });
  assert.deepEqual(await captureCall(["repo", "list"]), {
    command: "repo list",
    flags: {},
    args: [],
  });
  await assert.rejects(
    captureCall(["template", "--nope"]),
    /^CapstanError: cannot tell what `capstan template --nope` needs: .*--nope/,
  );
  await assert.rejects(captureCall(["no-such"]), /unknown command "no-such" for "capstan"/);
});

Deno.test("PermissionSet names each thing once and no path inside another", () => {
  const set = new PermissionSet();
  set.add("read", "/a/b", "inner");
  set.add("read", "/a", "outer");
  set.add("read", "/ab", "other");
  set.add("net", "h:1", "optional", { optional: true });
  set.add("net", "h:1", "needed");
  set.add("write", "/a,b", "a comma");
  set.add("write", "/c", "not needed", { optional: true });
  assert.deepEqual(set.flags({ optional: false }), [
    "--allow-read=/a,/ab",
    "--allow-write=/a,,b",
    "--allow-net=h:1",
  ]);
  assert.deepEqual(set.flags({ optional: true }), [
    "--allow-read=/a,/ab",
    "--allow-write=/a,,b,/c",
    "--allow-net=h:1",
  ]);
});
