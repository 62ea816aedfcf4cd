/**
 * A server of files on loopback that keeps what it was asked, and can be told to fail.
 */
import { parseYaml } from "../../lib/yaml/parse.ts";
import { tarball } from "../chart/tarball.ts";

/** What a server answers at a path: content, a status, or whatever a function makes of the request. */
export type Answer =
  | string
  | Uint8Array
  | number
  | ((request: Request) => Response | Promise<Response>);

/** A running server. */
export interface Served {
  readonly url: string;
  readonly host: string;
  /** Path and authorization of each request. */
  readonly requests: [string, string | null][];
  /** How often a path was asked for. */
  count(path: string): number;
}

/** Serves answers by path, with ETags, until `use` has ended. */
export async function serving(
  answers: Readonly<Record<string, Answer>> | ((request: Request) => Answer),
  use: (served: Served) => Promise<void>,
): Promise<void> {
  const requests: [string, string | null][] = [];
  const find = typeof answers === "function"
    ? answers
    : (request: Request) => answers[new URL(request.url).pathname] ?? 404;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    requests.push([new URL(request.url).pathname, request.headers.get("authorization")]);
    return respond(find(request), request);
  });
  const host = `127.0.0.1:${server.addr.port}`;
  try {
    await use({
      url: `http://${host}`,
      host,
      requests,
      count: (path) => requests.filter(([each]) => each === path).length,
    });
  } finally {
    await server.shutdown();
  }
}

async function respond(answer: Answer, request: Request): Promise<Response> {
  if (typeof answer === "function") return await answer(request);
  if (typeof answer === "number") return new Response("no", { status: answer });
  const data = typeof answer === "string" ? new TextEncoder().encode(answer) : answer;
  const etag = `"${
    new Uint8Array(await crypto.subtle.digest("SHA-1", data as BufferSource)).toHex()
  }"`;
  if (request.headers.get("if-none-match") === etag) return new Response(null, { status: 304 });
  return new Response(data as BodyInit, { headers: { etag } });
}

/** The archive of a chart with nothing but a Chart.yaml. */
export async function chartArchive(name: string, version: string): Promise<Uint8Array> {
  return await tarball({
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
  });
}

/** The files of a repository with these versions of charts: `name-1.0.0`, with digests. */
export async function repositoryFiles(...charts: string[]): Promise<Record<string, Uint8Array>> {
  const entries: Record<string, object[]> = {};
  const files: Record<string, Uint8Array> = {};
  for (const chart of charts) {
    const [, name = "", version = ""] = /^(.+?)-(\d.*)$/.exec(chart)!;
    const archive = await chartArchive(name, version);
    const sum = await crypto.subtle.digest("SHA-256", archive as BufferSource);
    files[`/${chart}.tgz`] = archive;
    (entries[name] ??= []).push({
      apiVersion: "v2",
      name,
      version,
      digest: new Uint8Array(sum).toHex(),
      urls: [`${chart}.tgz`],
    });
  }
  const index = JSON.stringify({ apiVersion: "v1", entries });
  parseYaml(index); // it is YAML too
  return { ...files, "/index.yaml": new TextEncoder().encode(index) };
}
