/**
 * A registry in memory for the tests of faults; what it gives can be spoilt. The end-to-end suite
 * speaks with a real one.
 */
import { sha256 } from "../../lib/registry/cache.ts";

/** A running registry. */
export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly host: string;
  /** Method and path of each request; with `+auth` where it was authorized. */
  readonly requests: string[];
  /** Blobs and manifests by `repository@digest` and `repository:tag`. */
  readonly stored: Map<string, Uint8Array>;
  /** Answers instead of the registry, for paths that match. */
  spoil:
    | ((request: Request, path: string) => Response | undefined | Promise<Response | undefined>)
    | undefined;
}

/** Options of {@linkcode withRegistry}. */
export interface TestRegistryOptions {
  /** A login that a token is given for. @default everybody is let in */
  readonly login?: { readonly username: string; readonly password: string };
}

/** Runs `use` with a registry over HTTP. */
export async function withRegistry(
  options: TestRegistryOptions,
  use: (registry: TestRegistry) => Promise<void>,
): Promise<void> {
  const requests: string[] = [];
  const stored = new Map<string, Uint8Array>();
  const state: TestRegistry & { host: string } = { host: "", requests, stored, spoil: undefined };
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    const authorized = request.headers.get("authorization");
    requests.push(`${request.method} ${pathname}${authorized === null ? "" : " +auth"}`);
    const spoilt = await state.spoil?.(request, pathname);
    return spoilt ?? await answer(request, stored, state.host, options);
  });
  state.host = `127.0.0.1:${server.addr.port}`;
  try {
    await use(state);
  } finally {
    await server.shutdown();
  }
}

async function answer(
  request: Request,
  stored: Map<string, Uint8Array>,
  host: string,
  { login }: TestRegistryOptions,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (login !== undefined) {
    const basic = `Basic ${btoa(`${login.username}:${login.password}`)}`;
    if (pathname === "/token") {
      return request.headers.get("authorization") === basic
        ? Response.json({ token: `for:${searchParams.getAll("scope").join(" ")}` })
        : new Response("no", { status: 401 });
    }
    if (!request.headers.get("authorization")?.startsWith("Bearer for:")) {
      return new Response("log in", {
        status: 401,
        headers: { "www-authenticate": `Bearer realm="http://${host}/token",service="test"` },
      });
    }
  }
  if (pathname === "/v2/" || pathname === "/v2") return new Response("{}");
  const [, name, kind, id] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.*)$/.exec(pathname) ?? [];
  if (name === undefined) return new Response("no", { status: 404 });
  if (kind === "tags") {
    const tags = [...stored.keys()].filter((key) => key.startsWith(`${name}:`)).map((key) =>
      key.slice(name.length + 1)
    );
    return tags.length === 0 ? new Response("no", { status: 404 }) : Response.json({ name, tags });
  }
  if (request.method === "POST") {
    return new Response(null, {
      status: 202,
      headers: { location: `/v2/${name}/blobs/uploads/1` },
    });
  }
  if (request.method === "PUT") {
    const data = await request.bytes();
    stored.set(`${name}@sha256:${await sha256(data)}`, data);
    if (kind === "manifests") stored.set(`${name}:${id}`, data);
    return new Response(null, { status: 201 });
  }
  const data = stored.get(id!.startsWith("sha256:") ? `${name}@${id}` : `${name}:${id}`);
  if (data === undefined) return new Response("no", { status: 404 });
  return new Response(request.method === "HEAD" ? null : data as Uint8Array<ArrayBuffer>, {
    headers: { "docker-content-digest": `sha256:${await sha256(data)}` },
  });
}
