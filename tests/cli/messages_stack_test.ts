/** Errors of stacks: of plans, of runs that are taken up again, of locks, of charts that are locked, of the sandbox. */
import { leaseObject } from "../../lib/kube/lease_object.ts";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { repositoryFiles, serving } from "../registry/serving.ts";
import { atWork } from "./cluster.ts";
import { holdToGolden, played } from "./golden.ts";
import type { Scene } from "./golden.ts";

const MOD = new URL("../../mod.ts", import.meta.url).href;

/** A stack of its own name, by what is in its braces. */
function stack(name: string, body: string, more = ""): Record<string, string> {
  return {
    [`${name}.ts`]:
      `import { defineStack, hook, release, repository, until } from "${MOD}";\n${more}\nexport default defineStack({ name: "${name}", ${body} });\n`,
  };
}

const WEB = `release("web", { chart: "./web" })`;

function files(url: string): Record<string, string> {
  return {
    ...chartFiles("web", { "c.yaml": CONFIG }),
    ...chartFiles("bad", { "c.yaml": CONFIG.replace("{{ .Release.Name }}", "BAD_NAME") }),
    ...chartFiles("fails", { "c.yaml": CONFIG + hookJob("mig", "pre-install", { fail: true }) }),
    "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n",
    ...stack("plain", `releases: [${WEB}]`),
    ...stack("other", `releases: [${WEB}]`),
    ...stack("library", `releases: [release("l", { chart: "./lib" })]`),
    ...stack("refused", `releases: [release("bad", { chart: "./bad" })]`),
    ...stack(
      "unknown",
      `releases: [web, release("late", { chart: "./web", needs: [web], values: async ({ cluster }) => ({ text: (await cluster.get("v1", "ConfigMap", "default/web")).data.text }) })]`,
      `const web = ${WEB};`,
    ),
    ...stack("locking", `releases: [release("slow", { chart: "./web" })]`),
    ...stack("done", `releases: [release("done", { chart: "./web" })]`),
    ...stack(
      "half",
      `releases: [${WEB}], hooks: [hook("seed", { after: ["web"], run: () => { throw new Error("no seeds left"); } })]`,
    ),
    ...stack(
      "rolled",
      `releases: [release("back", { chart: "./web" })], hooks: [hook("seed", { after: ["back"], run: () => { throw new Error("no seeds left"); } })], onFailure: "rollback"`,
    ),
    ...stack(
      "keeps",
      `releases: [release("kept", { chart: "./web" })], hooks: [hook("seed", { after: ["kept"], run: () => { throw new Error("no seeds left"); } })], onFailure: "rollback"`,
    ),
    ...stack(
      "part",
      `releases: [release("web", { chart: "./web", needs: [crds(seed)] })], hooks: [seed]`,
      `import { crds } from "${MOD}"; const seed = hook("seed", { run: () => {} });`,
    ),
    ...stack(
      "until",
      `releases: [release("web", { chart: "./web", needs: [until(undefined, { apiVersion: "v1", kind: "ConfigMap", name: "flag", namespace: "default" }, (map) => map?.data?.go === "yes" || "go is not yes", { timeout: "1s" })] })]`,
    ),
    ...stack(
      "throwing",
      `releases: [release("web", { chart: "./web", needs: [until(undefined, { apiVersion: "v1", kind: "ConfigMap", name: "flag", namespace: "default" }, (map) => map.data.go === "yes")] })]`,
    ),
    ...stack("typed", `releases: [${WEB}]`, `const count: number = "three"; void count;`),
    ...stack("nosy", `releases: [${WEB}]`, `Deno.readTextFileSync("/etc/hostname");`),
    ...stack("exits", `releases: [${WEB}]`, `Deno.exit(3);`),
    ...stack(
      "locked",
      `releases: [release("web", { chart: repository("${url}").chart("web", "1.0.0") })]`,
    ),
    "definition.ts":
      `import { defineStack } from "${MOD}";\nexport default defineStack(3 as never);\n`,
    "words.sh": "#!/bin/sh\ncat >/dev/null; echo 'a: b: c'\n",
    "list.sh": "#!/bin/sh\ncat >/dev/null; echo '- a'\n",
    "helmfile.yaml.gotmpl": 'releases: [{name: {{ exec "date" (list) }}, chart: ./web}]\n',
  };
}

Deno.test("errors of stacks say to which part, where it is written, why, and what to do next", async () => {
  const published = await repositoryFiles("web-1.0.0");
  await serving(published, async ({ url }) => {
    await atWork(files(url), async (work) => {
      await holdToGolden("messages_stack.txt", await played(work, scenesOf(published)));
    });
  });
});

/** What another machine has that runs a stack. */
function elsewhere(stack: string) {
  const holder = { id: "other", purpose: `capstan up ${stack}`, host: "ci-9", pid: 77 };
  return leaseObject(
    { name: `capstan-stack-${stack}`, namespace: "default", holder, duration: 60 },
    Date.now(),
  );
}

function scenesOf(published: Record<string, Uint8Array>): Scene[] {
  const check = "--no-check";
  return [
    { command: `plan plain.ts -o plan.json ${check}`, goesWell: true },
    { command: `up other.ts --plan plan.json ${check}` },
    { command: `up plain.ts --plan plan.json --only web ${check}` },
    {
      command: `up plain.ts --plan changed.json ${check}`,
      before: async ({ folder, write }) => {
        const text = await Deno.readTextFile(`${folder}/plan.json`);
        await write({ "changed.json": text.replace('"web"', '"wep"') });
      },
    },
    {
      command: `up plain.ts --plan plan.json ${check}`,
      before: ({ api }) =>
        api.create({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "web" } }),
    },
    { command: `plan refused.ts -o refused.json ${check}` },
    {
      command: `plan unknown.ts -o unknown.json ${check}`,
      before: ({ api }) => api.delete({ apiVersion: "v1", kind: "ConfigMap", name: "web" }),
    },
    { command: `plan library.ts ${check}` },
    {
      command: `up locking.ts ${check}`,
      before: async ({ api }) => void await api.create(elsewhere("locking")),
    },
    { command: `up locking.ts --lock-wait 1s ${check}` },
    { command: `up done.ts ${check}`, goesWell: true },
    { command: `up done.ts --resume ${check}` },
    { command: `down done.ts --resume ${check}` },
    { command: `up half.ts ${check}` },
    { command: `down half.ts --resume ${check}` },
    { command: `up half.ts --resume --plan plan.json ${check}` },
    {
      command: "runs show 20200101",
      before: ({ write }) =>
        write({ "state/runs/odd/20200101-000000000-abcdef.jsonl": "damaged\n" }),
    },
    { command: `up rolled.ts ${check}` },
    { command: `up rolled.ts --resume ${check}` },
    {
      command: `up keeps.ts ${check}`,
      before: ({ server }) =>
        void server.inject({ method: "DELETE", path: "configmaps/kept", status: 403 }),
    },
    { command: `plan part.ts ${check}` },
    { command: `up until.ts ${check}` },
    { command: `up throwing.ts ${check}` },
    { command: "up typed.ts --check" },
    { command: `plan definition.ts ${check}` },
    { command: `up nosy.ts --sandbox ${check}` },
    { command: `up exits.ts --sandbox ${check}` },
    { command: "plan plain.ts", permissions: ["--allow-read=web", "--allow-env"] },
    { command: "lock locked.ts", goesWell: true },
    { command: "vendor locked.ts", goesWell: true },
    {
      command: `plan locked.ts --offline ${check}`,
      before: ({ folder }) =>
        eachFile(`${folder}/capstan_vendor`, (path) => Deno.writeTextFile(path, "other")),
    },
    {
      command: `plan locked.ts --offline ${check}`,
      before: ({ folder }) => eachFile(`${folder}/capstan_vendor`, (path) => Deno.remove(path)),
    },
    {
      command: `plan locked.ts ${check}`,
      before: async ({ folder }) => {
        const again = await repositoryFiles("web-1.0.1");
        const index = new TextDecoder().decode(again["/index.yaml"]).replaceAll("1.0.1", "1.0.0");
        published["/index.yaml"] = new TextEncoder().encode(index);
        published["/web-1.0.0.tgz"] = again["/web-1.0.1.tgz"]!;
        await Deno.remove(`${folder}/.capstan`, { recursive: true });
      },
    },
    {
      command: "template web ./web --post-renderer ./words.sh",
      before: async ({ folder }) => {
        await Promise.all(
          ["words.sh", "list.sh"].map((name) => Deno.chmod(`${folder}/${name}`, 0o755)),
        );
      },
    },
    { command: "template web ./web --post-renderer ./list.sh" },
    {
      command: "template web ./web --post-renderer ./words.sh",
      permissions: ["--allow-read", "--allow-env"],
    },
    { command: "env", permissions: ["--allow-read"] },
    { command: "runs", permissions: ["--allow-read"] },
    { command: "watch events.jsonl --port 9", permissions: ["--allow-read", "--allow-env"] },
    { command: "repo list", permissions: ["--allow-read"] },
    { command: "import helmfile.yaml.gotmpl" },
    {
      // The run is not lost for that: it is a warning.
      command: `up plain.ts ${check}`,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:65011" },
      goesWell: true,
    },
    {
      command: "list --kubeconfig kc-oidc",
      before: ({ write }) => write({ "kc-oidc": OIDC }),
    },
  ];
}

const OIDC = `apiVersion: v1
kind: Config
current-context: a
contexts: [{name: a, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "http://127.0.0.1:65011"}}]
users: [{name: u, user: {auth-provider: {name: oidc, config: {idp-issuer-url: "https://127.0.0.1:65011", client-id: a, refresh-token: b, id-token: ""}}}}]
`;

async function eachFile(folder: string, use: (path: string) => Promise<void>): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await eachFile(`${folder}/${name}`, use);
    else await use(`${folder}/${name}`);
  }
}
