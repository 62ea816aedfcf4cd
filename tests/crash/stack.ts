/**
 * The stack that is killed and resumed, and the program that is killed.
 */
import type { RunEvent } from "../../lib/events.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { runStack } from "../../lib/stack/run.ts";
import type { RunResult } from "../../lib/stack/run.ts";
import { defineStack, hook, release } from "../../lib/stack/stack.ts";
import type { Stack } from "../../lib/stack/types.ts";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";

const BOTH = "pre-install,pre-upgrade";
const DELETE = hookJob("{{ .Release.Name }}-d", "pre-delete", { weight: -1 }) +
  hookJob("{{ .Release.Name }}-e", "pre-delete") + hookJob("{{ .Release.Name }}-f", "post-delete");
const DEPLOYMENT = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: a}}
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: main, image: busybox}]}}
`;

/** Charts with hooks of every policy, before and after, one after another and at once. */
export const CHARTS: Readonly<Record<string, string>> = {
  ...chartFiles("db", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-a", BOTH, { weight: -1 }) +
      hookJob("{{ .Release.Name }}-b", BOTH) + hookJob("{{ .Release.Name }}-c", BOTH) +
      hookJob("{{ .Release.Name }}-z", "post-install,post-upgrade").replace(
        "annotations: {helm",
        'annotations: {helm.sh/hook-delete-policy: "hook-succeeded", helm',
      ),
    "delete.yaml": DELETE,
    "once.yaml": `{{ if eq .Values.text "one" }}
apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}-once}
{{ end }}`,
  }),
  ...chartFiles("web", {
    "delete.yaml": DELETE,
    "config.yaml": CONFIG + DEPLOYMENT +
      hookJob("{{ .Release.Name }}-z", "post-install,post-upgrade"),
  }),
};

/** What the program is told, as JSON in its only argument. */
export interface CrashOptions {
  readonly server: string;
  readonly folder: string;
  /** A value that differs between revisions. */
  readonly text: string;
  /** The program kills itself when it tells this event, counted from 1. @default never */
  readonly killAt?: number;
  readonly resume?: boolean;
  /** The stack's hook fails, and all is rolled back. @default {false} */
  readonly fail?: boolean;
  /** @default {"up"} */
  readonly verb?: "up" | "down";
}

/** Two releases, one of which needs the other by way of a hook, and one that needs nothing. */
export function crashStack({ folder, text, fail }: CrashOptions): Stack {
  const db = release("db", { chart: "./db", values: { text }, hookParallelism: 2 });
  const seed = hook("seed", {
    after: [db],
    run: async () => {
      if (fail) throw new Error("not this time");
      await Deno.writeTextFile(`${folder}/seeded`, `${text}\n`, { append: true });
    },
  });
  const web = release("web", {
    chart: "./web",
    needs: [seed],
    wait: true,
    values: async ({ cluster }) => ({
      text: `${(await cluster.get("v1", "ConfigMap", "default/db")).data["text"]} by db`,
    }),
  });
  const cron = release("cron", { chart: "./db", values: { text } });
  return defineStack({ name: "crash", releases: [db, web, cron], hooks: [seed] });
}

/** Runs the stack, or goes on with it. */
export async function runCrashStack(
  options: CrashOptions,
  emit: (event: RunEvent) => void,
): Promise<RunResult> {
  const { folder, server, resume, verb, fail } = options;
  const stack = crashStack(options);
  return await runStack({ stack, file: `${folder}/stack.ts`, folder }, {
    connect: () => {
      const api = createKubeClient({ server, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
    lock: {},
    journal: { folder: `${folder}/state` },
    resume,
    verb,
    onFailure: fail ? "rollback" : "stop",
    emit,
  });
}

if (import.meta.main) {
  const options: CrashOptions = JSON.parse(Deno.args[0]!);
  let told = 0;
  const { ok } = await runCrashStack(options, () => {
    if (++told === options.killAt) Deno.kill(Deno.pid, "SIGKILL");
  });
  Deno.exit(ok ? 0 : 1);
}
