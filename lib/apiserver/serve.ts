/**
 * The rehearsal cluster on loopback.
 *
 * @module
 */

/** Options of {@linkcode ApiServer.serve}. */
export interface ServeOptions {
  /** Stops listening when aborted. */
  readonly signal?: AbortSignal | undefined;
  /** 0 picks a free one. @default {0} */
  readonly port?: number | undefined;
}

/** A rehearsal cluster that listens. */
export interface ServedApi extends AsyncDisposable {
  /** Such as `http://127.0.0.1:40123`. */
  readonly url: string;
  /** A kubeconfig that leads to it. */
  kubeconfig(): string;
  /** Stops listening and closes the cluster; resolves when every connection is closed. */
  close(): Promise<void>;
}

interface Handler {
  handle(request: Request): Promise<Response>;
  close(): void;
}

/** Listens on 127.0.0.1. */
export function listen(handler: Handler, { signal, port = 0 }: ServeOptions): ServedApi {
  signal?.throwIfAborted();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    (request) => handler.handle(request),
  );
  let closing: Promise<void> | undefined;
  const close = () => {
    signal?.removeEventListener("abort", close);
    handler.close();
    return closing ??= server.shutdown();
  };
  signal?.addEventListener("abort", close, { once: true });
  const url = `http://127.0.0.1:${server.addr.port}`;
  return { url, close, kubeconfig: () => kubeconfig(url), [Symbol.asyncDispose]: close };
}

function kubeconfig(server: string): string {
  return `apiVersion: v1
kind: Config
current-context: rehearsal
clusters:
- name: rehearsal
  cluster:
    server: ${server}
contexts:
- name: rehearsal
  context:
    cluster: rehearsal
    user: rehearsal
    namespace: default
users:
- name: rehearsal
  user: {}
preferences: {}
`;
}
