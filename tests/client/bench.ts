/** A rehearsal cluster with a chart repository beside it. */
import { createApiServer } from "../../lib/apiserver/server.ts";
import type { ApiServer, ApiServerOptions } from "../../lib/apiserver/server.ts";
import { Configuration } from "../../lib/client/configuration.ts";
import { tarball } from "../chart/tarball.ts";
import { configMap, deployment, hookJob } from "../action/harness.ts";

/** What a test works with. */
export interface Bench {
  readonly server: ApiServer;
  readonly kubeconfig: string;
  readonly config: Configuration;
  /** URL of the repository. It holds `web` 1.0.0 and 2.0.0, and `broken`, whose Deployment never gets ready. */
  readonly repo: string;
  /** Paths that the repository was asked for. */
  readonly fetched: readonly string[];
}

/** The charts of the repository, with their versions. */
const CHARTS: Readonly<Record<string, readonly string[]>> = {
  web: ["2.0.0", "1.0.0"],
  broken: ["1.0.0"],
};

/** Starts both, and stops them after `use`. */
export async function onBench(
  use: (bench: Bench) => Promise<void>,
  options: ApiServerOptions = {},
): Promise<void> {
  const server = createApiServer(options);
  await using served = server.serve();
  const kubeconfig = served.kubeconfig();
  await using config = new Configuration({ kubeconfig });
  await withRepository(CHARTS, async ({ repo, fetched }) => {
    await use({ server, kubeconfig, config, repo, fetched });
  });
}

/** Serves a repository of these charts on loopback. */
export async function withRepository(
  charts: Readonly<Record<string, readonly string[]>>,
  use: (repository: Pick<Bench, "repo" | "fetched">) => Promise<void>,
): Promise<void> {
  const fetched: string[] = [];
  const files = await repositoryOf(charts);
  const serving = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using http = Deno.serve(serving, (request) => {
    const { pathname } = new URL(request.url);
    fetched.push(pathname);
    const body = files.get(pathname);
    return body === undefined ? new Response("", { status: 404 }) : new Response(body);
  });
  await use({ repo: `http://127.0.0.1:${http.addr.port}`, fetched });
}

async function repositoryOf(
  charts: Readonly<Record<string, readonly string[]>>,
): Promise<Map<string, BodyInit>> {
  const files = new Map<string, BodyInit>();
  const index: string[] = ["apiVersion: v1", "entries:"];
  for (const [name, versions] of Object.entries(charts)) {
    index.push(`  ${name}:`);
    for (const version of versions) {
      const file = `${name}-${version}.tgz`;
      index.push(`  - {name: ${name}, version: ${version}, urls: [${file}]}`);
      files.set(`/${file}`, (await tarball(chartFiles(name, version))) as BodyInit);
    }
  }
  files.set("/index.yaml", index.join("\n"));
  return files;
}

function chartFiles(name: string, version: string): Record<string, string> {
  return {
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: ${version}\nappVersion: "7"\n`,
    [`${name}/values.yaml`]: "text: plain\nreplicaCount: 1\n",
    [`${name}/templates/map.yaml`]: configMap("{{ .Release.Name }}"),
    [`${name}/templates/web.yaml`]: deployment("{{ .Release.Name }}", { fail: name === "broken" }),
    [`${name}/templates/test.yaml`]: hookJob("{{ .Release.Name }}-test", "test"),
    [`${name}/templates/NOTES.txt`]: "text is {{ .Values.text }}\n",
  };
}
