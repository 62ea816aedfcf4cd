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

/** Starts both, and stops them after `use`. */
export async function onBench(
  use: (bench: Bench) => Promise<void>,
  options: ApiServerOptions = {},
): Promise<void> {
  const server = createApiServer(options);
  await using served = server.serve();
  const fetched: string[] = [];
  const charts = await repository();
  await using http = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => {
      const { pathname } = new URL(request.url);
      fetched.push(pathname);
      const body = charts.get(pathname);
      return body === undefined ? new Response("", { status: 404 }) : new Response(body);
    },
  );
  const kubeconfig = served.kubeconfig();
  await using config = new Configuration({ kubeconfig });
  const repo = `http://127.0.0.1:${http.addr.port}`;
  await use({ server, kubeconfig, config, repo, fetched });
}

async function repository(): Promise<Map<string, BodyInit>> {
  const files = new Map<string, BodyInit>();
  const index: string[] = ["apiVersion: v1", "entries:"];
  for (const [name, versions] of Object.entries({ web: ["2.0.0", "1.0.0"], broken: ["1.0.0"] })) {
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
