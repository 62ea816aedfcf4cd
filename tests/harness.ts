/**
 * A stack on a rehearsal cluster: charts as texts, the run's events, and what the cluster then has.
 */
import { createApiServer } from "../lib/apiserver/server.ts";
import type { ApiServer, ApiServerOptions } from "../lib/apiserver/server.ts";
import type { RunEvent } from "../lib/events.ts";
import { createKubeClient } from "../lib/kube/client.ts";
import type { KubeApi, KubeObject } from "../lib/kube/types.ts";
import { secretStorage } from "../lib/release/kube_storage.ts";
import type { Storage } from "../lib/release/storage.ts";
import { runStack } from "../lib/stack/run.ts";
import type { RunOptions, RunResult } from "../lib/stack/run.ts";
import { defineStack } from "../lib/stack/stack.ts";
import type { StackDefinition } from "../lib/stack/types.ts";

/** What a test works with. */
export interface Rehearsal {
  readonly server: ApiServer;
  readonly url: string;
  readonly api: KubeApi;
  readonly storage: Storage;
  /** Folder that the stack's charts are in. */
  readonly folder: string;
  /** Runs a stack and keeps its events. */
  run(definition: Omit<StackDefinition, "name">, options?: Partial<RunOptions>): Promise<Shown>;
  /** Names of the releases' objects of a kind in a namespace. */
  names(apiVersion: string, kind: string, namespace?: string): Promise<string[]>;
}

/** A run's result and what it told. */
export interface Shown extends RunResult {
  readonly events: readonly RunEvent[];
  /** How each release ended, by its id: `outcome` or `outcome: reason`. */
  readonly ended: Readonly<Record<string, string>>;
}

/** A chart by its templates; with `hooks`, a Job for each `name: annotations`. */
export function chartFiles(
  name: string,
  templates: Readonly<Record<string, string>>,
): Record<string, string> {
  const files: Record<string, string> = {
    [`${name}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`,
  };
  for (const [file, text] of Object.entries(templates)) files[`${name}/templates/${file}`] = text;
  return files;
}

/** A ConfigMap named after the release. */
export const CONFIG =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\ndata: {text: {{ .Values.text | default "none" | quote }}}\n';

/** A Job that is a hook. */
export function hookJob(
  name: string,
  event: string,
  options: { weight?: number; fail?: boolean; delay?: string } = {},
): string {
  const annotations = [
    ...(options.fail ? ['capstan.dev/rehearse-fail: "true"'] : []),
    ...(options.delay === undefined ? [] : [`capstan.dev/rehearse-delay: ${options.delay}`]),
  ].join(", ");
  return `---
apiVersion: batch/v1
kind: Job
metadata:
  name: ${name}
  annotations: {helm.sh/hook: "${event}", helm.sh/hook-weight: "${options.weight ?? 0}"}
spec:
  backoffLimit: 0
  template:
    metadata: {annotations: {${annotations}}}
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
`;
}

/** Starts a rehearsal cluster with these chart files beside it, and stops it. */
export async function rehearse(
  files: Readonly<Record<string, string>>,
  use: (rehearsal: Rehearsal) => Promise<void>,
  options: ApiServerOptions = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = createApiServer(options);
  const served = server.serve();
  const connection = { server: served.url, namespace: "default" };
  const api = createKubeClient(connection);
  try {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    await use({
      server,
      api,
      folder,
      url: served.url,
      storage: secretStorage(api),
      run: (definition, run = {}) =>
        show(folder, definition, {
          connect: () => {
            const own = createKubeClient(connection);
            return Promise.resolve({ api: own, storage: secretStorage(own) });
          },
          ...run,
        }),
      names: async (apiVersion, kind, namespace = "default") => {
        const labelSelector = "app.kubernetes.io/managed-by=Helm";
        const { items } = await api.list({ apiVersion, kind }, { namespace, labelSelector });
        return items.map((object: KubeObject) => object.metadata.name).sort();
      },
    });
  } finally {
    api.close();
    await served.close();
    await Deno.remove(folder, { recursive: true });
  }
}

async function show(
  folder: string,
  definition: Omit<StackDefinition, "name">,
  options: RunOptions,
): Promise<Shown> {
  const events: RunEvent[] = [];
  const ended: Record<string, string> = {};
  const stack = defineStack({ name: "test", ...definition });
  const result = await runStack({ stack, file: `${folder}/stack.ts`, folder }, {
    ...options,
    emit(event) {
      events.push(event);
      if (event.type === "release-finished") {
        ended[event.owner] = event.reason === undefined
          ? event.outcome
          : `${event.outcome}: ${event.reason}`;
      }
      options.emit?.(event);
    },
  });
  return { ...result, events, ended };
}
