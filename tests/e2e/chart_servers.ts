/**
 * Real servers of charts, with TLS and basic authentication: the CNCF's distribution registry as a
 * process, and a folder of files such as `helm repo index` makes.
 */
import assert from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { renderTemplates } from "../../lib/engine/render_templates.ts";
import { required } from "./tools.ts";
import type { Finished } from "./tools.ts";

/** The login that both servers ask for. */
export const LOGIN = { username: "me", password: "pass:wörd" } as const;

/** A folder for one test, with a certificate for 127.0.0.1, and Helm's files inside it. */
export interface ChartPlace {
  readonly folder: string;
  /** PEM file of the authority. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Runs a program in the folder with Helm's and Capstan's files in it, to its end. */
  run(program: string, ...args: string[]): Promise<Finished>;
  /** The same for a program that must succeed; what it printed to both streams. */
  ok(program: string, ...args: string[]): Promise<string>;
  /** `capstan`, which must succeed. */
  capstan(...args: string[]): Promise<string>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
}

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const SECRETS = `{{- $ca := genCA "test" 2 }}
{{- $cert := genSignedCert "127.0.0.1" (list "127.0.0.1") (list "localhost") 2 $ca }}
{{- dict "ca" $ca.Cert "cert" $cert.Cert "key" $cert.Key "htpasswd" (htpasswd .Values.username .Values.password) | toJson }}`;

/** Makes the folder, and removes it after `use`. */
export async function atChartPlace(use: (place: ChartPlace) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const env = {
    CAPSTAN_CACHE_HOME: `${folder}/capstan`,
    DOCKER_CONFIG: `${folder}/docker`,
    HELM_CACHE_HOME: `${folder}/helm-cache`,
    HELM_CONFIG_HOME: `${folder}/helm-config`,
    HELM_DATA_HOME: `${folder}/helm-data`,
    NO_COLOR: "1",
  };
  const run = async (program: string, ...args: string[]) => {
    const command = new Deno.Command(program, { args, cwd: folder, env, stdin: "null" });
    const { code, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  };
  const ok = async (program: string, ...args: string[]) => {
    const { code, stdout, stderr } = await run(program, ...args);
    assert.equal(code, 0, `${program} ${args.join(" ")}\n${stderr}${stdout}`);
    return stdout + stderr;
  };
  const write = async (files: Readonly<Record<string, string>>) => {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
  };
  try {
    const chart = chartFromFiles({
      "Chart.yaml": "apiVersion: v2\nname: secrets\nversion: 1.0.0\n",
      "templates/secrets": SECRETS,
    });
    const rendered = await renderTemplates(chart, { values: LOGIN });
    await write(JSON.parse(rendered.get("secrets/templates/secrets")!));
    await use({
      folder,
      ca: `${folder}/ca`,
      cert: `${folder}/cert`,
      key: `${folder}/key`,
      run,
      ok,
      write,
      capstan: (...args) => ok(Deno.execPath(), "run", "-A", CLI, ...args),
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/**
 * Runs the registry that REGISTRY names while `use` runs; `host` is `127.0.0.1:PORT`.
 *
 * @param clientCa File of the authority whose client certificates are asked for. @default none
 */
export async function withRealRegistry(
  place: ChartPlace,
  use: (host: string) => Promise<void>,
  clientCa?: string,
): Promise<void> {
  const host = `127.0.0.1:${freePort()}`;
  const config = {
    version: 0.1,
    log: { level: "error" },
    storage: { filesystem: { rootdirectory: `${place.folder}/registry` } },
    http: {
      addr: host,
      tls: {
        certificate: place.cert,
        key: place.key,
        ...(clientCa === undefined ? {} : { clientcas: [`${place.folder}/${clientCa}`] }),
      },
    },
    auth: { htpasswd: { realm: "test", path: `${place.folder}/htpasswd` } },
  };
  await place.write({ "registry.yaml": JSON.stringify(config) });
  const child = new Deno.Command(required("REGISTRY"), {
    args: ["serve", `${place.folder}/registry.yaml`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    env: { OTEL_TRACES_EXPORTER: "none" },
  }).spawn();
  try {
    await reachable(host);
    await use(host);
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
}

/** Serves a folder over HTTPS to who knows the login; `requests` are the paths that were let in. */
export async function withFileServer(
  place: ChartPlace,
  folder: string,
  use: (server: { readonly url: string; readonly requests: string[] }) => Promise<void>,
): Promise<void> {
  const bytes = new TextEncoder().encode(`${LOGIN.username}:${LOGIN.password}`);
  const wanted = `Basic ${bytes.toBase64()}`;
  const requests: string[] = [];
  const [cert, key] = await Promise.all(
    [place.cert, place.key].map((path) => Deno.readTextFile(path)),
  );
  const options = { port: 0, hostname: "127.0.0.1", cert: cert!, key: key!, onListen() {} };
  const server = Deno.serve(options, async (request) => {
    if (request.headers.get("authorization") !== wanted) {
      return new Response("no", { status: 401, headers: { "www-authenticate": "Basic" } });
    }
    const { pathname } = new URL(request.url);
    requests.push(pathname);
    const data = await Deno.readFile(folder + decodeURIComponent(pathname)).catch(() => undefined);
    return data === undefined ? new Response("no", { status: 404 }) : new Response(data);
  });
  try {
    await use({ url: `https://127.0.0.1:${server.addr.port}`, requests });
  } finally {
    await server.shutdown();
  }
}

function freePort(): number {
  const listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  listener.close();
  return listener.addr.port;
}

async function reachable(host: string): Promise<void> {
  const [hostname, port] = host.split(":") as [string, string];
  for (let tries = 0;; tries++) {
    try {
      (await Deno.connect({ hostname, port: Number(port) })).close();
      return;
    } catch (error) {
      if (tries === 300) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
