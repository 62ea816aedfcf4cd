/** A small API server over TLS and HTTP/2, and certificates for it. */
import { certificateFuncs, type GoCertificate } from "../../lib/sprig/certificates.ts";
import { call, testEnv } from "../sprig/environment.ts";
import { relay } from "./relay.ts";

/** An authority and a certificate of it for these addresses and names. */
export function certificates(
  ips = ["127.0.0.1"],
  hosts = ["localhost"],
): { ca: GoCertificate; server: GoCertificate } {
  const env = testEnv({
    now: () => Date.now(),
    randomBytes: (n) => crypto.getRandomValues(new Uint8Array(n)),
  });
  const funcs = certificateFuncs(env);
  const key = () => call(funcs, "genPrivateKey", "ecdsa");
  const ca = call(funcs, "genCAWithKey", "authority", 1n, key()) as GoCertificate;
  const names = [ips, hosts, 1n] as const;
  const server = call(funcs, "genSignedCertWithKey", "server", ...names, ca, key());
  return { ca, server: server as GoCertificate };
}

/** Passes TCP connections on and counts them. */
export function forward(port: number) {
  const counter = { count: 0 };
  const front = relay(() => {
    counter.count++;
    return Deno.connect({ hostname: "127.0.0.1", port });
  });
  return { ...front, counter };
}

/** A small cluster over TLS: it knows ConfigMaps and Secrets, answers everything and holds watches open. */
export function tlsCluster(certificate: GoCertificate) {
  const ending = new AbortController();
  const seen: string[] = [];
  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: certificate.cert,
    key: certificate.key,
    onListen() {},
  }, (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(`${pathname}${search}`);
    if (pathname === "/version") return Response.json({ gitVersion: "v1.36.0" });
    if (pathname === "/apis") return Response.json({ kind: "APIGroupList", groups: [] });
    if (pathname === "/api") return Response.json({ versions: ["v1"] });
    if (pathname === "/api/v1") {
      const resources = [
        { name: "configmaps", kind: "ConfigMap", namespaced: true },
        { name: "secrets", kind: "Secret", namespaced: true },
      ];
      return Response.json({ resources });
    }
    if (search.includes("watch=true")) {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          controller.enqueue(new TextEncoder().encode("\n"));
          ending.signal.addEventListener("abort", () => {
            try {
              controller.close();
            } catch {
              // Whoever read it has left.
            }
          });
        },
      });
      return new Response(body, { headers: { "content-type": "application/json" } });
    }
    if (/\/(configmaps|secrets)$/.test(pathname)) {
      return Response.json({ metadata: { resourceVersion: "1" }, items: [] });
    }
    return Response.json({ kind: "Status", code: 404 }, { status: 404 });
  });
  return {
    seen,
    port: server.addr.port,
    async [Symbol.asyncDispose]() {
      ending.abort();
      await server.shutdown();
    },
  };
}
