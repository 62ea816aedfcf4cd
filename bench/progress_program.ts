// deno-lint-ignore-file no-console -- a program that prints one answer
/**
 * Runs a stack of many releases on a rehearsal cluster in another process and shows it as on a
 * terminal; prints the CPU seconds that the run took, and those that showing it took.
 *
 * `progress_program.ts server` is that other process.
 */
import process from "node:process";
import { createApiServer } from "../lib/apiserver/server.ts";
import type { RunEvent } from "../lib/events.ts";
import { createKubeClient } from "../lib/kube/client.ts";
import { secretStorage } from "../lib/release/kube_storage.ts";
import { Progress } from "../lib/report/progress.ts";
import { runStack } from "../lib/stack/run.ts";
import { defineStack, release } from "../lib/stack/stack.ts";

/** What the program prints. */
export interface ProgressCost {
  readonly events: number;
  readonly pictures: number;
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  readonly shown: number;
}

const TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: main, image: web}]}
---
apiVersion: batch/v1
kind: Job
metadata: {name: "{{ .Release.Name }}-migrate", annotations: {helm.sh/hook: pre-install}}
spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: web}]}}}
`;

async function serve(): Promise<void> {
  const served = createApiServer({ delays: { pod: 300 } }).serve();
  console.log(served.url);
  await new Promise(() => {});
}

/** Counts the CPU seconds that a function takes, without those of looking at the clock. */
class Clock {
  seconds = 0;
  readonly #own: number = 0;

  constructor() {
    for (let i = 0; i < 1_000; i++) this.#measure(() => {});
    this.#own = this.seconds / 1_000;
    this.seconds = 0;
  }

  time<T>(work: () => T): T {
    this.seconds -= this.#own;
    return this.#measure(work);
  }

  #measure<T>(work: () => T): T {
    const before = threadSeconds();
    const result = work();
    this.seconds += threadSeconds() - before;
    return result;
  }
}

/** CPU seconds of this thread alone: meanwhile others collect garbage, and read from the network. */
function threadSeconds(): number {
  if (Deno.build.os !== "linux") {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  }
  return Number(Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ")[0]) / 1e9;
}

async function measure(releases: number, url: string, folder: string): Promise<ProgressCost> {
  const clock = new Clock();
  const { setInterval } = globalThis;
  // The pictures are drawn by a timer of Progress.
  globalThis.setInterval =
    ((work: () => void, ms: number) =>
      setInterval(() => clock.time(work), ms)) as typeof setInterval;
  let pictures = 0;
  const target = {
    write: () => void pictures++,
    color: true,
    size: () => ({ columns: 120, rows: 40 }),
    now: Date.now,
  };
  const progress = new Progress(target);
  globalThis.setInterval = setInterval;
  const stack = defineStack({
    name: "many",
    parallelism: 64,
    releases: Array.from(
      { length: releases },
      (_, i) =>
        release(`r${i}`, { chart: "./web", wait: true, needs: i < 50 ? [] : [`r${i - 50}`] }),
    ),
  });
  const events: RunEvent[] = [];
  const before = process.cpuUsage(), started = performance.now();
  const { ok } = await runStack({ stack, file: `${folder}/stack.ts`, folder }, {
    connect: () => {
      const api = createKubeClient({ server: url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    },
    emit(event) {
      events.push(event);
      progress.add(event);
    },
  });
  progress.close();
  if (!ok) throw new Error("the run failed");
  const { user, system } = process.cpuUsage(before);
  const wall = (performance.now() - started) / 1000;
  // To look at the clock takes longer than to take an event in: all of them are taken in once more.
  const again = new Progress({ ...target, write: () => {} });
  clock.time(() => events.forEach((event) => again.add(event)));
  again.close();
  return {
    events: events.length,
    pictures,
    wall,
    cpu: (user + system) / 1e6,
    shown: clock.seconds,
  };
}

async function main([first = "1000"]: readonly string[]): Promise<void> {
  if (first === "server") return await serve();
  const folder = await Deno.makeTempDir();
  const server = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL(import.meta.url).pathname, "server"],
    stdout: "piped",
  }).spawn();
  const out = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    await Deno.mkdir(`${folder}/web/templates`, { recursive: true });
    await Deno.writeTextFile(
      `${folder}/web/Chart.yaml`,
      "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    );
    await Deno.writeTextFile(`${folder}/web/templates/all.yaml`, TEMPLATE);
    console.log(
      JSON.stringify(await measure(Number(first), (await out.read()).value!.trim(), folder)),
    );
  } finally {
    server.kill();
    await out.cancel();
    await Deno.remove(folder, { recursive: true });
  }
}

if (import.meta.main) await main(Deno.args);
