/** Releases on a rehearsal cluster, over HTTP. */
import { ActionCache } from "../../lib/action/cache.ts";
import type { DeployRequest } from "../../lib/action/deploy.ts";
import type { ActionContext } from "../../lib/action/types.ts";
import {
  type ApiServer,
  type ApiServerOptions,
  createApiServer,
} from "../../lib/apiserver/server.ts";
import type { Chart } from "../../lib/chart/chart.ts";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import type { RunEvent } from "../../lib/events.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";

/** What a test works with. */
export interface Bench {
  readonly server: ApiServer;
  readonly api: KubeApi;
  readonly context: ActionContext;
  readonly events: RunEvent[];
  /** An object in the namespace `shop`. */
  get(kind: string, name: string): Promise<KubeObject | undefined>;
  /** Names of the objects of a kind in the namespace `shop`. */
  names(kind: string): Promise<string[]>;
  /** `revision status description` of each revision. */
  records(name?: string): Promise<string[]>;
  /** Requests since the last call that are neither reads nor about locks, as `METHOD path`. */
  writes(): string[];
}

const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: "apps/v1",
  Job: "batch/v1",
};

/** Starts a rehearsal cluster with the namespace `shop`, and stops it. */
export async function onCluster(
  use: (bench: Bench) => Promise<void>,
  options: ApiServerOptions = {},
): Promise<void> {
  const server = createApiServer(options);
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" }, {
    retry: { attempts: 5, base: 1, cap: 10 },
  });
  const events: RunEvent[] = [];
  const storage = secretStorage(api);
  const context: ActionContext = {
    api,
    storage,
    cache: new ActionCache(),
    emit: (event) => void events.push({ at: Date.now(), ...event } as RunEvent),
  };
  let seen = 0;
  try {
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
    seen = server.requests.length;
    await use({
      server,
      api,
      context,
      events,
      get: (kind, name) =>
        api.get({ apiVersion: API_VERSIONS[kind] ?? "v1", kind, name, namespace: "shop" }),
      async names(kind) {
        const type = { apiVersion: API_VERSIONS[kind] ?? "v1", kind };
        const { items } = await api.list(type, { namespace: "shop" });
        return items.map(({ metadata }) => metadata.name)
          .filter((name) => !["default", "kube-root-ca.crt"].includes(name)).sort();
      },
      async records(name = "web") {
        const entries = await storage.history({ name, namespace: "shop" });
        const releases = await Promise.all(entries.map((entry) => storage.get(entry)));
        return releases.map((release) =>
          `${release!.revision} ${release!.info.status} ${release!.info.description}`
        );
      },
      writes() {
        const fresh = server.requests.slice(seen);
        seen = server.requests.length;
        return fresh.filter(({ method, path }) => method !== "GET" && !path.includes("/leases"))
          .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`);
      },
    });
  } finally {
    api.close();
    await served.close();
  }
}

/** A chart of these templates. */
export function chart(
  templates: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Chart {
  const files: Record<string, string> = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: '7'\n",
    ...more,
  };
  for (const [name, text] of Object.entries(templates)) files[`templates/${name}`] = text;
  return chartFromFiles(files);
}

/** A request for the release `web` in `shop`. */
export function web(
  chart: Chart,
  more: Partial<DeployRequest> = {},
): DeployRequest {
  return { name: "web", namespace: "shop", chart, ...more };
}

/** A ConfigMap. */
export function configMap(name: string, annotations: Readonly<Record<string, string>> = {}) {
  return `---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
  annotations: ${JSON.stringify(annotations)}
data:
  text: {{ .Values.text | default "none" | quote }}
  revision: {{ .Release.Revision | quote }}
`;
}

/** A Deployment. */
export function deployment(name: string, more: { readonly fail?: boolean } = {}) {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: 1
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
      annotations: ${more.fail ? '{capstan.dev/rehearse-fail: "true"}' : "{}"}
    spec: {containers: [{name: main, image: "busybox:{{ .Values.tag | default 1 }}"}]}
`;
}

/** What a hook is made of. */
export interface HookParts {
  readonly weight?: number;
  readonly policy?: string;
  readonly logs?: string;
  readonly fail?: boolean;
  /** Such as `30ms`. */
  readonly delay?: string;
  readonly parallel?: boolean;
}

/** A Job that is a hook. */
export function hookJob(name: string, event: string, parts: HookParts = {}): string {
  const annotations = {
    "helm.sh/hook": event,
    "helm.sh/hook-weight": String(parts.weight ?? 0),
    ...(parts.policy === undefined ? {} : { "helm.sh/hook-delete-policy": parts.policy }),
    ...(parts.logs === undefined ? {} : { "helm.sh/hook-output-log-policy": parts.logs }),
    ...(parts.parallel ? { "helm.sh/hook-parallel": "true" } : {}),
  };
  const steering = {
    ...(parts.fail ? { "capstan.dev/rehearse-fail": "true" } : {}),
    ...(parts.delay === undefined ? {} : { "capstan.dev/rehearse-delay": parts.delay }),
    "capstan.dev/rehearse-log": `log of ${name}`,
  };
  return `---
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: ${JSON.stringify(annotations)}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: ${JSON.stringify(steering)}}
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`;
}

/** Ids of steps as they started, without the owner. */
export function started(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "step-started" ? [event.id.replace("shop/web/", "")] : []
  );
}

/** `outcome status` of each release that finished, and why. */
export function finished(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.type === "release-finished"
      ? [
        `${event.outcome} ${event.revision} ${event.status}${
          event.reason ? `: ${event.reason}` : ""
        }`,
      ]
      : []
  );
}

/** Most hooks that were in flight at once. */
export function overlap(events: readonly RunEvent[]): number {
  const running = new Set<string>();
  let most = 0;
  for (const event of events) {
    if (event.type === "step-started" && event.id.includes("/hook ")) running.add(event.id);
    if (event.type === "step-finished") running.delete(event.id);
    most = Math.max(most, running.size);
  }
  return most;
}
