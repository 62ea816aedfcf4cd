/** What a run adds to its waiting: parallel hooks, and the step from one release to the next. */
import { createApiServer } from "../lib/apiserver/server.ts";
import type { RunEvent } from "../lib/events.ts";
import { createKubeClient } from "../lib/kube/client.ts";
import { secretStorage } from "../lib/release/kube_storage.ts";
import { runStack } from "../lib/stack/run.ts";
import { defineStack, release } from "../lib/stack/stack.ts";
import type { StackDefinition } from "../lib/stack/types.ts";
import { median, ms, table } from "./measure.ts";
import type { Report } from "./measure.ts";

const CHAINED = 20;

/** Fifty hooks of one second, ten at once; and releases in a chain. */
export async function stack(): Promise<Report> {
  const { events: hooks } = await timed({
    releases: [release("hooks", { chart: "./hooks", hookParallelism: 10 })],
  });
  const waits = edges(
    await timed({
      releases: Array.from(
        { length: CHAINED },
        (_, i) => release(`r${i}`, { chart: "./config", needs: i === 0 ? [] : [`r${i - 1}`] }),
      ),
    }),
  );
  const took = hooks.at(-1)!.at - hooks[0]!.at;
  const edge = median(waits);
  return {
    title: "a run on the rehearsal cluster",
    lines: table([
      ["", "took"],
      ["50 hooks of one second, ten at once", ms(took)],
      [`a dependency edge, median of ${waits.length}`, ms(edge)],
      ["the slowest of them", ms(Math.max(...waits))],
    ]),
    verdicts: [
      { limit: "50 hooks in about 5 s (under 6)", measured: ms(took), met: took < 6_000 },
      { limit: "a dependency edge in under 20 ms", measured: ms(edge), met: edge < 20 },
    ],
  };
}

/** From the end of a release's record to the first request after it, which is the next release's. */
function edges({ events, requests }: Timed): number[] {
  return Array.from({ length: CHAINED - 1 }, (_, i) => {
    const ended = events.find((event) =>
      event.type === "step-finished" && event.id === `r${i}/record`
    )!;
    return requests.find((at) => at > ended.at)! - ended.at;
  });
}

interface Timed {
  readonly events: readonly RunEvent[];
  /** When each request was sent. */
  readonly requests: readonly number[];
}

async function timed(definition: Omit<StackDefinition, "name">): Promise<Timed> {
  const folder = await Deno.makeTempDir();
  const served = createApiServer().serve();
  const events: RunEvent[] = [];
  const requests: number[] = [];
  const fetched: typeof fetch = (...args) => {
    requests.push(performance.now());
    return fetch(...args);
  };
  try {
    await write(folder, "config", CONFIG);
    await write(folder, "hooks", HOOKS);
    const loaded = {
      stack: defineStack({ name: "bench", ...definition }),
      file: `${folder}/stack.ts`,
      folder,
    };
    const { ok } = await runStack(loaded, {
      connect: () => {
        const api = createKubeClient({ server: served.url, namespace: "default" }, {
          fetch: fetched,
        });
        return Promise.resolve({ api, storage: secretStorage(api) });
      },
      emit: (event) => void events.push({ ...event, at: performance.now() }),
    });
    if (!ok) throw new Error("the run failed");
  } finally {
    await served.close();
    await Deno.remove(folder, { recursive: true });
  }
  return { events, requests };
}

async function write(folder: string, chart: string, template: string): Promise<void> {
  await Deno.mkdir(`${folder}/${chart}/templates`, { recursive: true });
  const metadata = `apiVersion: v2\nname: ${chart}\nversion: 1.0.0\n`;
  await Deno.writeTextFile(`${folder}/${chart}/Chart.yaml`, metadata);
  await Deno.writeTextFile(`${folder}/${chart}/templates/all.yaml`, template);
}

const CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n";
const HOOKS = `{{- range $i := until 50 }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: h{{ $i }}
  annotations: {helm.sh/hook: pre-install}
spec:
  template:
    metadata: {annotations: {capstan.dev/rehearse-delay: 1s}}
    spec: {restartPolicy: Never, containers: [{name: main, image: busybox}]}
{{- end }}
`;
