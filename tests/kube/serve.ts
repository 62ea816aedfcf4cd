/** Small scripted servers on loopback, for what a well-behaved API server never does. */
import type { Connection } from "../../lib/kube/connection.ts";

export interface Scripted extends AsyncDisposable {
  readonly connection: Connection;
  /** `METHOD path?query`, in order of arrival. */
  readonly requests: string[];
}

/** Serves `handler`; the second argument counts requests from 1. */
export function serve(
  handler: (request: Request, count: number) => Response | Promise<Response>,
): Scripted {
  const requests: string[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname, search } = new URL(request.url);
      requests.push(`${request.method} ${pathname}${search}`);
      return handler(request, requests.length);
    },
  );
  return {
    connection: { server: `http://127.0.0.1:${server.addr.port}`, namespace: "default" },
    requests,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** Serves raw bytes: `respond` gets the count of the connection and its socket. */
export function serveRaw(
  respond: (count: number, socket: Deno.TcpConn, request: string) => Promise<void>,
): Scripted {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const requests: string[] = [];
  const done = (async () => {
    for await (const socket of listener) {
      const buffer = new Uint8Array(65_536);
      const length = await socket.read(buffer).catch(() => null);
      const text = new TextDecoder().decode(buffer.subarray(0, length ?? 0));
      requests.push(text.split(" HTTP/")[0]!);
      await respond(requests.length, socket, text).catch(() => {});
      socket.close();
    }
  })();
  const { port } = listener.addr as Deno.NetAddr;
  return {
    connection: { server: `http://127.0.0.1:${port}`, namespace: "default" },
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      await done;
    },
  };
}

/** A raw answer with a JSON body. */
export function rawJson(value: unknown): Uint8Array {
  const body = JSON.stringify(value);
  return new TextEncoder().encode(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** A failure as API servers put it. */
export function status(code: number, fields: Record<string, unknown> = {}): Response {
  const { headers, ...rest } = fields as { headers?: HeadersInit };
  return Response.json(
    {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      code,
      message: `answer ${code}`,
      ...rest,
    },
    { status: code, ...(headers === undefined ? {} : { headers }) },
  );
}

/** Retries without waiting. */
export const IMPATIENT = { base: 1, cap: 2, attempts: 4 };
