import assert from "node:assert/strict";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import { withNamespaces } from "./namespaces.ts";
import { capstanOk, helms, succeed, withValues } from "./tools.ts";

const CHART = new URL("../testdata/charts/interop", import.meta.url).pathname;
/** Its one object stays when the release is uninstalled. */
const KEPT = new URL("../testdata/charts/kept", import.meta.url).pathname;

/** A program with Helm's commands, run to its end, which must be good. */
type Tool = (...args: string[]) => Promise<string>;

const capstan: Tool = (...args) => capstanOk(...args);
const HELMS = helms().map((
  [name, path],
): [string, Tool] => [name, (...args) => succeed(path, args)]);
/** All who must agree on what they read; Helm 4 is the last. */
const ALL: readonly Tool[] = [capstan, ...HELMS.map(([, helm]) => helm)];

interface Entry {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

/** What a release's history says, told alike by every tool. */
async function history(namespace: string): Promise<string[]> {
  const told = await Promise.all(ALL.map(async (tool) => {
    const entries: Entry[] = JSON.parse(await tool("history", "r", "-n", namespace, "-o", "json"));
    return entries.map(({ revision, status, description }) =>
      `${revision} ${status}: ${description}`
    );
  }));
  for (const each of told) assert.deepEqual(each, told[0]);
  return told[0]!;
}

/** What the cluster has of the release's own objects. */
async function live(api: KubeApi, namespace: string): Promise<Record<string, unknown>> {
  const of = async (apiVersion: string, kind: string, name = "r") =>
    await api.get({ apiVersion, kind, name, namespace });
  const [config, extra, deployment] = await Promise.all([
    of("v1", "ConfigMap"),
    of("v1", "ConfigMap", "r-extra"),
    of("apps/v1", "Deployment"),
  ]);
  const { replicas, template } = (deployment?.["spec"] ?? {}) as {
    replicas?: number;
    template?: { spec: { containers: { env?: { value: string }[] }[] } };
  };
  const { text, extra: inside } = (config?.["data"] ?? {}) as Record<string, string>;
  return {
    text,
    extra: inside,
    replicas,
    env: template?.spec.containers[0]?.env?.map(({ value }) => value),
    own: (extra?.["data"] as { extra: string } | undefined)?.extra,
  };
}

const FIRST = { text: "first", extra: undefined, replicas: 1, env: undefined, own: undefined };
const SECOND = { text: "second", extra: "x", replicas: 2, env: ["x"], own: "x" };
const THIRD = { text: "third", extra: undefined, replicas: 1, env: undefined, own: undefined };

/** Values that make the chart {@linkcode SECOND} and {@linkcode THIRD}. */
const VALUES = { second: { text: "second", extra: "x", replicas: 2 }, third: { text: "third" } };

/** Each verb by one tool on what the other has made, `a` beginning. */
async function alternate(
  [a, b]: readonly [Tool, Tool],
  { api, namespace }: { api: KubeApi; namespace: string },
): Promise<void> {
  const at = ["-n", namespace];
  await a("install", "r", CHART, ...at, "--wait");
  assert.deepEqual(await live(api, namespace), FIRST);

  await withValues(VALUES.second, (file) => b("upgrade", "r", CHART, ...at, "-f", file, "--wait"));
  assert.deepEqual(await live(api, namespace), SECOND);

  await withValues(VALUES.third, (file) => a("upgrade", "r", CHART, ...at, "-f", file));
  assert.deepEqual(await live(api, namespace), THIRD, "what a revision has no more is gone");

  await b("rollback", "r", "2", ...at, "--wait");
  assert.deepEqual(await live(api, namespace), SECOND);
  await a("rollback", "r", "1", ...at);
  assert.deepEqual(await live(api, namespace), FIRST);

  await b("test", "r", ...at);
  await withValues(
    VALUES.second,
    (file) => b("upgrade", "r", CHART, ...at, "--reuse-values", "-f", file),
  );
  assert.deepEqual(await live(api, namespace), SECOND);
  assert.deepEqual(await history(namespace), [
    "1 superseded: Install complete",
    "2 superseded: Upgrade complete",
    "3 superseded: Upgrade complete",
    "4 superseded: Rollback to 2",
    "5 superseded: Rollback to 1",
    "6 deployed: Upgrade complete",
  ]);
  await assertSameReading(namespace);

  await a("uninstall", "r", ...at, "--keep-history");
  assert.deepEqual(
    (await history(namespace)).at(-1),
    "6 uninstalled: Uninstallation complete",
  );
  await b("rollback", "r", "6", ...at);
  assert.deepEqual(await live(api, namespace), SECOND);
  await b("uninstall", "r", ...at, "--wait");
  for (const tool of ALL) assert.equal((await tool("list", ...at, "-q")).trim(), "");
  assert.deepEqual(await live(api, namespace), {
    text: undefined,
    extra: undefined,
    replicas: undefined,
    env: undefined,
    own: undefined,
  });
}

/** Fails unless Capstan prints a release as each Helm does, byte for byte but for ages. */
async function assertSameReading(namespace: string): Promise<void> {
  const questions = [
    ["get", "all", "r"],
    ["get", "all", "r", "--template", "{{.Release.Name}} {{.Release.Info.LastDeployed}}"],
    ["get", "manifest", "r"],
    ["get", "hooks", "r"],
    ["get", "notes", "r"],
    ["get", "metadata", "r", "--revision", "2"],
    ["get", "metadata", "r", "--revision", "2", "-o", "json"],
    ["get", "values", "r"],
    ["get", "values", "r", "-o", "json"],
    ["get", "values", "r", "--all", "-o", "yaml"],
    ["get", "manifest", "r", "--revision", "2"],
    ["status", "r"],
    ["status", "r", "--revision", "2", "-o", "yaml"],
    ["status", "r", "--revision", "2", "-o", "json"],
    ["history", "r"],
    ["history", "r", "-o", "json"],
    ["list", "-o", "json"],
    ["list"],
    ["list", "--no-headers", "--time-format", "2006-01-02", "-d", "-r"],
    ["list", "--superseded", "-q"],
  ];
  for (const [name, helm] of HELMS) {
    const version = name === "Helm 3" ? "v3" : "v4";
    for (const question of questions) {
      const [ours, theirs] = await Promise.all([
        capstan(...question, "-n", namespace, "--helm-version", version),
        helm(...question, "-n", namespace),
      ]);
      assert.equal(alike(ours), alike(theirs), `${name}: ${question.join(" ")}`);
    }
  }
}

/** The same with Helm's tables of objects, whose order is another one each time, sorted. */
function alike(text: string): string {
  return text
    .replace(/ {3}\d+[smhd](\d+[smhd])?$/gm, "   AGE")
    .replace(/\b(resourceVersion|time|lastTransitionTime|lastUpdateTime): .*/g, "$1: -")
    .replace(/"(resourceVersion|time|lastTransitionTime|lastUpdateTime)":"[^"]*"/g, '"$1":"-"')
    .replace(
      /^(RESOURCES:\n)([^]*?\n\n)\n/m,
      (_, head: string, tables: string) => head + tables.split(/^(?===> )/m).sort().join(""),
    );
}

for (const [name, helm] of HELMS) {
  Deno.test(`Capstan installs, ${name} goes on, and so forth by turns`, async () => {
    await withNamespaces(
      ["interop"],
      ([namespace], api) => alternate([capstan, helm], { api, namespace }),
    );
  });

  Deno.test(`${name} installs, Capstan goes on, and so forth by turns`, async () => {
    await withNamespaces(
      ["interop"],
      ([namespace], api) => alternate([helm, capstan], { api, namespace }),
    );
  });
}

Deno.test("what a Helm's release has left behind, Capstan's takes over, and the other way round", async () => {
  await withNamespaces(HELMS.map((_, i) => `kept-${i}`), async (namespaces, api) => {
    await Promise.all(HELMS.map(async ([name, helm], i) => {
      const namespace = namespaces[i]!;
      const at = ["-n", namespace];
      const install = async (tool: Tool, settings: Readonly<Record<string, string>>) => {
        await withValues({ settings }, (file) => tool("install", "r", KEPT, ...at, "-f", file));
        const ref = { apiVersion: "v1", kind: "ConfigMap", name: "r", namespace };
        assert.deepEqual((await api.get(ref))?.["data"], settings, name);
      };
      await install(helm, { text: "one", extra: "x" });
      await helm("uninstall", "r", ...at);
      await install(capstan, { text: "two" });
      await capstan("uninstall", "r", ...at);
      await install(helm, { text: "three", more: "y" });
    }));
  });
});

Deno.test("Capstan and Helm 3 take turns while both patch by the client", async () => {
  const byClient: Tool = (verb, ...args) => {
    const applies = ["install", "upgrade", "rollback"].includes(verb!);
    return capstan(verb!, ...args, ...(applies ? ["--server-side=false"] : []));
  };
  const [, helm3] = HELMS.find(([name]) => name === "Helm 3")!;
  await withNamespaces(
    ["interop"],
    ([namespace], api) => alternate([byClient, helm3], { api, namespace }),
  );
});

/**
 * The records of a release as what they hold, with times and namespaces made alike. Capstan writes
 * them as Helm 4 does, so beside Helm 3 what only Helm 3 or 4 writes is left out.
 */
async function records(api: KubeApi, namespace: string, beside: string): Promise<unknown[]> {
  const { items } = await api.list({ apiVersion: "v1", kind: "Secret" }, {
    namespace,
    labelSelector: "owner=helm",
  });
  return await Promise.all(items.map((secret) => decoded(secret, namespace, beside)));
}

async function decoded(secret: KubeObject, namespace: string, beside: string): Promise<unknown> {
  const { name, labels } = secret.metadata;
  const inner = atob((secret["data"] as { release: string }).release);
  const zipped = new Blob([Uint8Array.from(atob(inner), (char) => char.charCodeAt(0))]).stream();
  const text = await new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).text();
  const alike = text
    .replaceAll(/"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"/g, '"TIME"')
    .replaceAll(namespace, "NAMESPACE");
  const stamps = Object.entries(labels ?? {}).map(([key, value]) =>
    [key, key === "createdAt" || key === "modifiedAt" ? "TIME" : value] as const
  );
  const leftOut = (key: string, value: unknown) =>
    isFileTime(key) || (beside === "Helm 3" && isOfOneHelm(key, value));
  return {
    name,
    type: secret["type"],
    labels: Object.fromEntries(stamps),
    release: JSON.parse(alike, (key, value) => leftOut(key, value) ? undefined : value),
  };
}

/** Times of the chart's files. */
function isFileTime(key: string): boolean {
  return key === "modtime" || key === "schemamodtime";
}

/** Helm 3 writes times that are not set; Helm 4 how objects were applied, and what was brought back. */
function isOfOneHelm(key: string, value: unknown): boolean {
  const unset = value === "" && ["deleted", "started_at", "completed_at"].includes(key);
  return unset || key === "apply_method" || key === "rollback_revision";
}

for (const [name, helm] of HELMS) {
  // The versions separate documents with different blank lines.
  const asIn: Tool = (verb, ...args) => {
    const renders = verb === "install" || verb === "upgrade";
    const version = name === "Helm 3" && renders ? ["--helm-version", "v3"] : [];
    return capstan(verb!, ...args, ...version);
  };

  Deno.test(`records of Capstan and of ${name} differ in names and times only`, async () => {
    await withNamespaces(["ours", "theirs"], async (namespaces, api) => {
      const [ours, theirs] = await Promise.all([asIn, helm].map(async (tool, i) => {
        const namespace = namespaces[i]!;
        const at = ["-n", namespace];
        const now = () => records(api, namespace, name);
        await withValues(
          { text: "given", list: [{ a: 1.5 }] },
          (file) => tool("install", "r", CHART, ...at, "-f", file, "--labels", "team=a"),
        );
        const installed = await now();
        await tool("upgrade", "r", CHART, ...at, "--set", "replicas=2", "--description", "said");
        await tool("test", "r", ...at);
        const upgraded = await now();
        await tool("rollback", "r", "1", ...at);
        const rolledBack = await now();
        // As each Helm and Capstan print it.
        const shown = await Promise.all(
          ALL.map(async (reader) =>
            (await reader("get", "all", "r", ...at)).replaceAll(namespace, "NAMESPACE")
              .replaceAll(
                /\d{4}-\d\d-\d\d[T ][\d:.]+( ?[-+Z][\d:]* ?[A-Z]*)?|\w{3} \w{3} [ \d]\d [\d:]{8} \d{4}/g,
                "TIME",
              )
          ),
        );
        await tool("uninstall", "r", ...at, "--keep-history");
        return { installed, upgraded, rolledBack, shown, kept: await now() };
      }));
      assert.equal(ours!.kept.length, 3);
      assert.deepEqual(ours, theirs);
    });
  });
}
