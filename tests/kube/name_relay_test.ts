/** `tls-server-name`: a certificate is checked for another name than the address. */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { createKubeClient } from "../../lib/kube/client.ts";
import { NameRelay, withName } from "../../lib/kube/name_relay.ts";
import { relay, tunnelProxy } from "./relay.ts";
import { certificates, forward, tlsCluster } from "./tls_cluster.ts";

const NAME = "api.cluster.test";
const ref = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name });

Deno.test("withName() writes the name in the place of the address", () => {
  const rows: [server: string, name: string, url: string][] = [
    ["https://10.0.0.1:6443", "api.test", "https://api.test.:6443"],
    ["https://10.0.0.1:6443", "api.test.", "https://api.test.:6443"],
    ["https://10.0.0.1/k8s/clusters/c-1", "api", "https://api./k8s/clusters/c-1"],
    ["https://api.test:6443", "10.96.0.1", "https://10.96.0.1:6443"],
    ["https://[fd00::1]:6443", "fd00::2", "https://[fd00::2]:6443"],
    ["https://[fd00::1]:6443", "[fd00::2]", "https://[fd00::2]:6443"],
  ];
  for (const [server, name, url] of rows) equal(withName(server, name), url);
});

Deno.test("requests and watches go on by the name of the certificate, over HTTP/2", async () => {
  const { ca, server } = certificates([], [NAME]);
  await using cluster = tlsCluster(server);
  await using front = forward(cluster.port);
  const api = createKubeClient({
    server: `https://127.0.0.1:${front.port}`,
    namespace: "default",
    tls: { caCerts: [ca.cert], serverName: NAME },
  });
  await api.version();
  await Promise.all(Array.from({ length: 200 }, (_, i) => api.get(ref(`a${i}`))));
  equal(front.counter.count, 1); // 200 at once on one connection: only HTTP/2 can
  const giveUp = new AbortController();
  const waits = ["x", "y"].map((name) =>
    api.until(ref(name), (object) => object && true, { signal: giveUp.signal }).catch(() => "ended")
  );
  while (!cluster.seen.some((path) => path.includes("watch=true"))) await api.version();
  equal(front.counter.count, 2);
  giveUp.abort();
  deepEqual(await Promise.all(waits), ["ended", "ended"]);
  api.close();
});

Deno.test("closing the client ends a watch that goes through the relay", async () => {
  const { ca, server } = certificates([], [NAME]);
  await using cluster = tlsCluster(server);
  const api = createKubeClient({
    server: `https://127.0.0.1:${cluster.port}`,
    namespace: "default",
    tls: { caCerts: [ca.cert], serverName: NAME },
  });
  const open = api.until(ref("z"), (object) => object && true).catch(() => "closed");
  while (!cluster.seen.some((path) => path.includes("watch=true"))) await api.version();
  api.close();
  equal(await open, "closed");
});

Deno.test("a name that is not the certificate's is refused, and a server that is away is named", async () => {
  const { ca, server } = certificates([], [NAME]);
  await using cluster = tlsCluster(server);
  const gone = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = gone.addr as Deno.NetAddr;
  gone.close();
  const here = `https://127.0.0.1:${cluster.port}`;
  const away = `127.0.0.1:${port}`;
  const rows: [server: string, serverName: string, proxy: string | undefined, error: RegExp][] = [
    [
      here,
      "other.test",
      undefined,
      /^cannot trust https:\/\/127\S+: .*not valid for name "other.te/,
    ],
    [`https://${away}`, NAME, undefined, /^cannot reach https:\/\/127\S+: connection refused$/],
    [
      here,
      NAME,
      `http://${away}`,
      /^cannot reach https:\S+: the proxy 127\S+: connection refused$/,
    ],
  ];
  for (const [server, serverName, proxy, message] of rows) {
    const tls = { caCerts: [ca.cert], serverName };
    const api = createKubeClient({ server, namespace: "default", proxy, tls }, {
      retry: { attempts: 1 },
    });
    await rejects(api.version(), { message });
    api.close();
  }
});

Deno.test("tls-server-name goes through the kubeconfig's proxy to the address", async () => {
  const { ca, server } = certificates([], [NAME]);
  await using cluster = tlsCluster(server);
  await using middle = tunnelProxy();
  const asking = async (proxy: string) => {
    const api = createKubeClient({
      server: `https://127.0.0.1:${cluster.port}`,
      namespace: "default",
      proxy,
      tls: { caCerts: [ca.cert], serverName: NAME },
    }, { retry: { attempts: 1 } });
    try {
      return await api.version();
    } finally {
      api.close();
    }
  };
  equal((await asking(`http://me:p%40w@${middle.host}`)).gitVersion, "v1.36.0");
  deepEqual(middle.heads.map((head) => head.toLowerCase()), [
    `connect 127.0.0.1:${cluster.port} http/1.1\r\nhost: 127.0.0.1:${cluster.port}\r\n` +
    `proxy-authorization: basic ${btoa("me:p@w").toLowerCase()}\r\n\r\n`,
  ]);
  await using closed = relay(async (incoming) => {
    await incoming.read(new Uint8Array(4096));
    await incoming.write(new TextEncoder().encode("HTTP/1.1 403 Forbidden\r\n\r\n"));
    return await Deno.connect({ hostname: "127.0.0.1", port: cluster.port });
  });
  await rejects(asking(`http://127.0.0.1:${closed.port}`), {
    message: new RegExp(`the proxy 127.0.0.1:${closed.port} makes no tunnel to .*: HTTP/1.1 403 `),
  });
});

Deno.test("a relay lets nobody through who does not know its secret", async () => {
  await using target = relay((conn) => Promise.resolve(conn));
  const relayed = new NameRelay({ server: `https://127.0.0.1:${target.port}` });
  const { url } = relayed.proxy() as { readonly url: string };
  const { port } = new URL(url);
  for (
    const head of [
      "CONNECT api.test:443 HTTP/1.1\r\n\r\n",
      "CONNECT api.test:443 HTTP/1.1\r\nproxy-authorization: Basic YTpi\r\n\r\n",
      "GET http://api.test/ HTTP/1.1\r\n\r\n",
    ]
  ) {
    using conn = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
    await conn.write(new TextEncoder().encode(head));
    const bytes = new Uint8Array(200);
    const length = await conn.read(bytes) ?? 0;
    match(new TextDecoder().decode(bytes.subarray(0, length)), /^HTTP\/1.1 407 /);
    equal(await conn.read(bytes), null);
  }
  relayed.close();
  ok(
    !await Deno.connect({ hostname: "127.0.0.1", port: Number(port) }).then((conn) => {
      conn.close();
      return true;
    }, () => false),
  );
});
