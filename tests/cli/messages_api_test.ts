/** Errors that programs meet: thrown by the library, with the codes of what lies below. */
import {
  CapstanError,
  CapstanErrors,
  Chart,
  chartFromFiles,
  concurrently,
  Configuration,
  createApiServer,
  createKubeClient,
  defineStack,
  hook,
  install,
  List,
  memoryStorage,
  Package,
  parseYaml,
  renderTemplates,
  runStack,
  runSteps,
} from "../../mod.ts";
import type { Step } from "../../mod.ts";
import { clusterLookup } from "../../lib/action/lookup.ts";
import { renderText } from "../../lib/scaffold/helmfile/render.ts";
import { sendSpans } from "../../lib/report/otlp.ts";
import { leaseObject } from "../../lib/kube/lease_object.ts";
import { CONFIG } from "../harness.ts";
import { holdToGolden, stable } from "./golden.ts";

/** What is done, as its first words say, and the program that does it. */
type Rows = Readonly<Record<string, () => unknown>>;

const web = (text: string) =>
  chartFromFiles({
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "templates/a.yaml": text,
  });
const step = (id: string, more: Partial<Step> = {}): Step => ({
  id,
  needs: [],
  run: () => {},
  ...more,
});
const claim = (pool: string, slots?: number) => ({ claims: [{ pool, slots }] });

const PROGRAMS: Rows = {
  'new Chart({ name: "web" }).template()': () => new Chart({ name: "web" }).template(),
  'new Chart({ name: "web", chart }).template({ values: { at: new Date() } })': async () => {
    const chart = new URL("../../examples/shop/charts/redis", import.meta.url).pathname;
    const values = { at: new Date(0) } as never;
    await new Chart({ name: "web", chart }).template({ values });
  },
  "concurrently([1], work, { limit: 0 })": () =>
    concurrently([1], () => Promise.resolve(), { limit: 0 }),
  'concurrently([1], work, { deadline: () => "soon" })': async () => {
    const [one] = await concurrently([1], () => Promise.resolve(), {
      deadline: () => "soon" as never,
    });
    throw one!.error;
  },
  "concurrently([1], work, { deadline: () => 5 })": async () => {
    const [one] = await concurrently(
      [1],
      (_, { signal }) =>
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        ),
      { deadline: () => 5, nameOf: () => "piece 1" },
    );
    throw one!.error;
  },
  'new Configuration({ kubeconfig: "/nowhere" }), list': async () => {
    await using config = new Configuration({ kubeconfig: "/nowhere" });
    await new List(config).run();
  },
  'new Package().run("examples/shop/charts/redis", { destDir: "/proc/x" })': () =>
    new Package().run(new URL("../../examples/shop/charts/redis", import.meta.url).pathname, {
      destDir: "/proc/x",
    }),
  'install({ name: "web", hookParallelism: -1, … })': () =>
    onCluster((context) =>
      install(
        { name: "web", namespace: "default", chart: web(CONFIG), hookParallelism: -1 },
        context,
      )
    ),
  'parseYaml("a: [1\\nb: 2\\n")': () => parseYaml("a: [1\nb: 2\n"),
  "renderTemplates() of {{ if }}": () => renderTemplates(web("a: {{ if }}\n")),
  "renderTemplates() of {{ .Values.a.b }}": () => renderTemplates(web("a: {{ .Values.a.b }}\n")),
  'renderTemplates() of {{ include "wbe" . }}': () =>
    renderTemplates(web('a: {{ include "wbe" . }}\n')),
  "cluster.get() in a hook of what is not there": () =>
    inStack(hook("seed", {
      run: async ({ cluster }) => void await cluster.get("v1", "ConfigMap", "nope"),
    })),
  "a lookup of a kind that no server has": () =>
    onCluster(({ api }) =>
      clusterLookup(api)({ apiVersion: "nope/v1", kind: "Widget", namespace: "", name: "x" })
    ),
  "a helmfile that runs a program": () =>
    renderText(
      { readText: () => "" } as never,
      "helmfile.yaml.gotmpl",
      '{{ exec "date" (list) }}',
      { environment: "default", values: {} } as never,
    ),
  "runSteps([a, a])": () => runSteps([step("a"), step("a")]),
  "runSteps([a → b, b → a])": () =>
    runSteps([step("a", { needs: ["b"] }), step("b", { needs: ["a"] })]),
  'runSteps([step("a", { needs: ["bb"] }), step("bbb")])': () =>
    runSteps([step("a", { needs: ["bb"] }), step("bbb")]),
  "runSteps([a], { pools: { p: 0 } })": () => runSteps([step("a")], { pools: { p: 0 } }),
  "runSteps([a claims 3 of p], { pools: { p: 2 } })": () =>
    runSteps([step("a", claim("p", 3))], { pools: { p: 2 } }),
  "add() of a step before one that has started": async () => {
    const outcomes = await runSteps([
      step("a", {
        run: ({ add }) => add([step("b", { precedes: ["a"] })]),
      }),
    ]);
    throw outcomes.get("a")!.error;
  },
  "add() when the run is over": async () => {
    let later: Parameters<Step["run"]>[0]["add"] | undefined;
    await runSteps([step("a", { run: ({ add }) => void (later = add) })]);
    later!([step("b")]);
  },
  "runStack() whose lock is taken away": () => lost(),
  "sendSpans() to what is no collector": () =>
    sendSpans({ resourceSpans: [] }, { endpoint: "http://127.0.0.1:65011" }),
};

Deno.test("every error of the library says what could not be done, to what, and why", async () => {
  const told: string[] = [];
  for (const [title, program] of Object.entries(PROGRAMS)) {
    const thrown = await Promise.resolve().then(program).then(
      () => new Error("nothing was thrown"),
      (error: unknown) => error,
    );
    told.push(described(title, thrown));
  }
  await holdToGolden("messages_api.txt", told.join("\n"));
});

/** The program, the codes from the error down to what caused it, and what the error says. */
function described(title: string, thrown: unknown): string {
  const error = thrown instanceof CapstanErrors ? thrown.errors[0]! : thrown as Error;
  const codes: string[] = [];
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at instanceof CapstanError && codes.at(-1) !== at.code) codes.push(at.code);
  }
  const { name, message } = error;
  const hint = error instanceof CapstanError && error.hint !== undefined
    ? `\n  hint: ${error.hint}`
    : "";
  return stable(`> ${title}\n(thrown, ${codes.join(", ") || "-"})\n${name}: ${message}${hint}\n`);
}

async function onCluster(
  use: (
    context: {
      api: ReturnType<typeof createKubeClient>;
      storage: ReturnType<typeof memoryStorage>;
    },
  ) => Promise<unknown>,
): Promise<void> {
  const cluster = createApiServer().serve();
  const api = createKubeClient({ server: cluster.url, namespace: "default" });
  try {
    await use({ api, storage: memoryStorage() });
  } finally {
    api.close();
    await cluster.close();
  }
}

/** Runs a hook of a stack and throws what it failed with. */
async function inStack(only: ReturnType<typeof hook>, options: object = {}): Promise<void> {
  await onCluster(async (context) => {
    const stack = defineStack({ name: "s", releases: [], hooks: [only] });
    const { failures } = await runStack({ stack, folder: "." } as never, {
      connect: () => Promise.resolve(context),
      emit: () => {},
      ...options,
    } as never);
    throw failures[0]!.error;
  });
}

/** A run that another one takes the lock from. */
async function lost(): Promise<void> {
  await onCluster(async (context) => {
    const { api } = context;
    const ref = {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      name: "capstan-stack-s",
      namespace: "default",
    };
    const seed = hook("seed", {
      run: async ({ signal }) => {
        for (let taken = false; !taken;) {
          const live = await api.get(ref);
          const holder = { id: "other", purpose: "capstan up s", host: "ci-9", pid: 77 };
          const other = leaseObject(
            { name: ref.name, namespace: "default", holder, duration: 60 },
            Date.now(),
          );
          const { resourceVersion } = live!.metadata;
          taken = await api.replace({
            ...other,
            metadata: { ...other.metadata, resourceVersion: resourceVersion! },
          })
            .then(() => true, () => false);
        }
        await new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason))
        );
      },
    });
    const stack = defineStack({ name: "s", releases: [], hooks: [seed] });
    const { failures } = await runStack({ stack, folder: "." } as never, {
      connect: () => Promise.resolve(context),
      emit: () => {},
      lock: { duration: 1500 },
    } as never);
    throw failures[0]!.error;
  });
}
