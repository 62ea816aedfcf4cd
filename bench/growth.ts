/**
 * How a run grows with its stack: the command line on 100, 1,000 and 5,000 small releases, each size in
 * a fresh process on a fresh rehearsal cluster, which is a process of its own.
 */
import { median, megabytes, pathOf, table } from "./measure.ts";
import type { Report } from "./measure.ts";
import type { GrowthServer } from "./growth_server.ts";

/** What one run came to. */
interface Grown {
  readonly seconds: number;
  /** Of the command alone, user and system. */
  readonly cpu: number;
  /** Most bytes that the command had resident. */
  readonly peak: number;
}

const PARALLELISM = 64;

export async function growth(runs: number, sizes: readonly number[]): Promise<Report> {
  const grown = new Map<number, Grown[]>(sizes.map((size) => [size, []]));
  for (let run = 0; run < runs; run++) {
    for (const size of sizes) grown.get(size)!.push(await measure(size));
  }
  const of = (size: number, what: keyof Grown) => median(grown.get(size)!.map((one) => one[what]));
  const [least, ...larger] = sizes as [number, ...number[]];
  const rows = sizes.map((size) => [
    `${size.toLocaleString("en")} releases`,
    of(size, "seconds"),
    of(size, "cpu"),
    Math.round(60 * size / of(size, "seconds")),
    megabytes(of(size, "peak")),
  ]);
  const times = (what: keyof Grown) =>
    larger.map((size) => of(size, what) / of(least, what) / (size / least));
  const worst = Math.max(...times("cpu"), ...times("peak"));
  return {
    title: `growth: \`up\` on the rehearsal cluster, ${runs} runs each, ${PARALLELISM} at once`,
    lines: table([["", "seconds", "CPU", "a minute", "peak memory"], ...rows]),
    verdicts: [
      {
        limit: `CPU and memory grow no worse than linearly from ${least} releases`,
        measured: `${worst.toFixed(2)} of linear`,
        met: worst <= 1,
      },
      ...(sizes.includes(1000)
        ? [{
          limit: "1,000 releases within 250 MB",
          measured: megabytes(of(1000, "peak")),
          met: of(1000, "peak") <= 250e6,
        }]
        : []),
    ],
  };
}

async function measure(size: number): Promise<Grown> {
  const folder = await Deno.makeTempDir();
  const server = await serve();
  try {
    const env = { KUBECONFIG: `${folder}/kubeconfig`, XDG_STATE_HOME: folder, NO_COLOR: "1" };
    await write(folder, size, server.url);
    const args = ["run", "-A", pathOf("../cli.ts"), "up", `${folder}/stack.ts`, "--no-check"];
    const began = performance.now();
    const child = new Deno.Command(Deno.execPath(), {
      args,
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const stderr = new Response(child.stderr).text();
    let [ended, last] = [false, { peak: 0, cpu: 0 }];
    const status = child.status.finally(() => ended = true);
    while (!ended) {
      last = await usageOf(child.pid) ?? last;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const seconds = (performance.now() - began) / 1000;
    if (!(await status).success) throw new Error(await stderr);
    return { seconds, ...last };
  } finally {
    await server.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** A rehearsal cluster in a process of its own. */
async function serve(): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", pathOf("growth_server.ts")],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  const { url }: GrowthServer = JSON.parse(new TextDecoder().decode(value));
  return {
    url,
    stop: async () => {
      // It ends with its input.
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

/** Seconds of CPU and most resident memory of a process, by Linux; nothing once it has gone. */
async function usageOf(pid: number): Promise<Pick<Grown, "peak" | "cpu"> | undefined> {
  try {
    const status = await Deno.readTextFile(`/proc/${pid}/status`);
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
    const peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]) * 1024;
    const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
    return Number.isNaN(peak) ? undefined : { peak, cpu: (Number(user) + Number(system)) / 100 };
  } catch {
    return undefined;
  }
}

async function write(folder: string, size: number, url: string): Promise<void> {
  await Deno.mkdir(`${folder}/small/templates`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/small/Chart.yaml`,
    "apiVersion: v2\nname: small\nversion: 1.0.0\n",
  );
  await Deno.writeTextFile(`${folder}/small/templates/all.yaml`, SMALL);
  await Deno.writeTextFile(
    `${folder}/stack.ts`,
    `import { defineStack, release } from "${new URL("../mod.ts", import.meta.url)}";
const releases = Array.from({ length: ${size} }, (_, i) => release(\`r\${i}\`, { chart: "./small" }));
export default defineStack({ name: "bench", releases, parallelism: ${PARALLELISM} });
`,
  );
  await Deno.writeTextFile(
    `${folder}/kubeconfig`,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "bench",
      clusters: [{ name: "bench", cluster: { server: url } }],
      users: [{ name: "bench", user: {} }],
      contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    }),
  );
}

const SMALL = `apiVersion: v1
kind: ConfigMap
metadata: {name: {{ .Release.Name }}, labels: {app: {{ .Release.Name }}}}
data: {message: hello}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}, labels: {app: {{ .Release.Name }}}}
spec:
  replicas: 0
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec: {containers: [{name: app, image: example.test/app:1}]}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}, labels: {app: {{ .Release.Name }}}}
spec:
  selector: {app: {{ .Release.Name }}}
  ports: [{port: 80, targetPort: 8080}]
`;
