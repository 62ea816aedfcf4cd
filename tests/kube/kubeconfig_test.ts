import { deepEqual, equal, throws } from "node:assert/strict";
import { mergeKubeconfigs, readKubeconfig, selectContext } from "../../lib/kube/kubeconfig.ts";

const value = {
  "current-context": "a",
  contexts: [
    { name: "a", context: { cluster: "c", user: "u", namespace: "shop" } },
    { name: "bare", context: { cluster: "c", user: "" } },
    { name: "lost", context: { cluster: "gone", user: "u" } },
    { name: "nobody", context: { cluster: "c", user: "gone" } },
  ],
  clusters: [{ name: "c", cluster: { server: "https://c", "certificate-authority": "ca.crt" } }],
  users: [
    {
      name: "u",
      user: { "client-certificate": "/abs/u.crt", "client-key": "keys/u.key", tokenFile: "t" },
    },
    { name: "u", user: { token: "second of the name" } },
  ],
};

Deno.test("readKubeconfig() makes paths relative to the file's folder", () => {
  const { clusters, users } = readKubeconfig(value, "/home/me/.kube/config");
  equal(clusters.get("c")?.["certificate-authority"], "/home/me/.kube/ca.crt");
  deepEqual(users.get("u"), {
    "client-certificate": "/abs/u.crt",
    "client-key": "/home/me/.kube/keys/u.key",
    tokenFile: "/home/me/.kube/t",
  });
  equal(readKubeconfig(value, "config").clusters.get("c")?.["certificate-authority"], "ca.crt");
});

Deno.test("readKubeconfig() takes an empty file and refuses what is no mapping", () => {
  equal(readKubeconfig(null, "config").contexts.size, 0);
  equal(readKubeconfig({ contexts: "what" }, "config").contexts.size, 0);
  throws(() => readKubeconfig("text", "config"), {
    message: "cannot read kubeconfig config: it is not a mapping",
  });
});

Deno.test("mergeKubeconfigs() lets the first file that has a name win", () => {
  const first = readKubeconfig(
    { clusters: [{ name: "c", cluster: { server: "https://first" } }] },
    "1",
  );
  const second = readKubeconfig(value, "2");
  const merged = mergeKubeconfigs([first, second]);
  equal(merged.currentContext, "a");
  equal(merged.clusters.get("c")?.server, "https://first");
  equal(merged.users.size, 1);
});

Deno.test("selectContext() resolves the current context or the named one", () => {
  const config = readKubeconfig(value, "config");
  const current = selectContext(config, undefined);
  deepEqual([current.context, current.namespace, current.cluster.server], [
    "a",
    "shop",
    "https://c",
  ]);
  const bare = selectContext(config, "bare");
  deepEqual([bare.namespace, bare.user], ["default", {}]);
});

Deno.test("selectContext() says what is missing, and what there is", () => {
  const config = readKubeconfig(value, "config");
  throws(() => selectContext(config, "nope"), {
    message: 'context "nope" does not exist',
    hint: "its contexts are a, bare, lost, nobody; pick one with --kube-context",
  });
  throws(() => selectContext(config, "lost"), {
    message: 'context "lost" names the cluster "gone", which the kubeconfig does not have',
  });
  throws(() => selectContext(config, "nobody"), {
    message: 'context "nobody" names the user "gone", which the kubeconfig does not have',
  });
  throws(() => selectContext(readKubeconfig({}, "config"), undefined), {
    message: "the kubeconfig has no current context",
  });
});
