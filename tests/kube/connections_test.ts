/** How many connections are made, through what, and by whom, over TLS and HTTP/2. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { connectionFrom } from "../../lib/kube/config.ts";
import { serve } from "./serve.ts";
import { certificates, forward, tlsCluster } from "./tls_cluster.ts";

Deno.test("a cluster's requests share one connection, and its watches another", async () => {
  const { ca, server } = certificates();
  await using cluster = tlsCluster(server);
  await using front = forward(cluster.port);
  const api = createKubeClient({
    server: `https://127.0.0.1:${front.port}`,
    namespace: "default",
    tls: { caCerts: [ca.cert] },
  });
  const ref = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name });
  // Requests made while the first connection is being opened may open one in vain.
  await api.version();
  await Promise.all(Array.from({ length: 200 }, (_, i) => api.get(ref(`a${i}`))));
  equal(front.counter.count, 1);
  const giveUp = new AbortController();
  const waits = ["x", "y", "z"].map((name) =>
    api.until(ref(name), (object) => object && true, { signal: giveUp.signal }).catch(() => "ended")
  );
  while (!cluster.seen.some((path) => path.includes("watch=true"))) await api.version();
  equal(cluster.seen.filter((path) => path.includes("watch=true")).length, 1);
  equal(front.counter.count, 2);
  giveUp.abort();
  deepEqual(await Promise.all(waits), ["ended", "ended", "ended"]);
  // What it serves was asked for once.
  const discovery = cluster.seen.filter((path) => ["/api", "/apis", "/api/v1"].includes(path));
  deepEqual(discovery.toSorted(), ["/api", "/api/v1", "/apis"]);
  api.close();
});

/** A proxy that only notes whom it is asked for. */
function proxy() {
  const asked: string[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const done = (async () => {
    for await (const conn of listener) {
      const bytes = new Uint8Array(4096);
      const length = await conn.read(bytes) ?? 0;
      const lines = new TextDecoder().decode(bytes.subarray(0, length)).split("\r\n");
      const user = lines.find((line) => /^proxy-authorization:/i.test(line)) ?? "";
      asked.push(
        [lines[0]!.split(" ").slice(0, 2).join(" "), user.split(" ").at(-1)].join(" ").trim(),
      );
      const answer = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
      await conn.write(new TextEncoder().encode(answer));
      conn.close();
    }
  })();
  return {
    asked,
    host: `127.0.0.1:${(listener.addr as Deno.NetAddr).port}`,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

Deno.test("the kubeconfig's proxy-url is gone through, and proves who asks", async () => {
  await using middle = proxy();
  const { proxy: url } = await connectionFrom(`
current-context: x
contexts: [{name: x, context: {cluster: c, user: ""}}]
clusters: [{name: c, cluster: {server: "https://api.test:6443", proxy-url: "http://me:pw@${middle.host}"}}]
`);
  for (const server of ["https://api.test:6443", "http://api.test"]) {
    const api = createKubeClient({ server, namespace: "default", proxy: url }, {
      retry: { attempts: 1 },
    });
    await api.version().then(() => ok(false), () => {});
    api.close();
  }
  deepEqual(middle.asked, [
    "CONNECT api.test:6443 bWU6cHc=",
    "GET http://api.test/version bWU6cHc=",
  ]);
});

Deno.test("the proxies of the environment are gone through, but for what NO_PROXY names", async () => {
  const rows: [server: string, env: (host: string) => Record<string, string>, asked: string[]][] = [
    ["https://api.test:6443", (host) => ({ HTTPS_PROXY: `http://${host}` }), [
      "CONNECT api.test:6443",
    ]],
    ["https://api.test:6443", (host) => ({ https_proxy: `http://${host}` }), [
      "CONNECT api.test:6443",
    ]],
    ["http://api.test", (host) => ({ HTTP_PROXY: `http://${host}` }), [
      "GET http://api.test/version",
    ]],
    ["https://api.test:6443", (host) => ({ HTTPS_PROXY: `http://${host}`, NO_PROXY: ".test" }), []],
    [
      "https://127.0.0.1:9",
      (host) => ({ HTTPS_PROXY: `http://${host}`, NO_PROXY: "127.0.0.0/8" }),
      [],
    ],
  ];
  for (const [server, env, asked] of rows) {
    await using middle = proxy();
    await elsewhere(server, env(middle.host));
    deepEqual(middle.asked, asked, JSON.stringify([server, env("P")]));
  }
});

/** Asks a server in a process with these variables and no permission to read them. */
async function elsewhere(server: string, env: Record<string, string>): Promise<void> {
  const module = import.meta.resolve("../../lib/kube/client.ts");
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(
    program,
    `import { createKubeClient } from ${JSON.stringify(module)};
     const connection = { server: ${JSON.stringify(server)}, namespace: "default" };
     const api = createKubeClient(connection, { retry: { attempts: 1 } });
     await api.version().catch(() => console.log("no answer"));
     api.close();`,
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--cached-only", "--no-check", "--allow-net", program],
    env,
  }).output();
  await Deno.remove(program);
  equal(new TextDecoder().decode(stdout), "no answer\n", new TextDecoder().decode(stderr));
}

Deno.test("several contexts of one kubeconfig are several users at once", async () => {
  await using cluster = serve((request) =>
    Response.json({ gitVersion: request.headers.get("authorization"), major: "1", minor: "36" })
  );
  const { server } = cluster.connection;
  const names = ["ann", "bob", "eve"];
  const kubeconfig = JSON.stringify({
    clusters: [{ name: "c", cluster: { server } }],
    contexts: names.map((name) => ({ name, context: { cluster: "c", user: name } })),
    users: names.map((name) => ({ name, user: { token: name } })),
  });
  const answers = await Promise.all(names.map(async (context) => {
    const api = createKubeClient(await connectionFrom(kubeconfig, { context }));
    const versions = await Promise.all([api.version(), api.version()]);
    api.close();
    return versions.map(({ gitVersion }) => gitVersion);
  }));
  deepEqual(answers, names.map((name) => [`Bearer ${name}`, `Bearer ${name}`]));
});
