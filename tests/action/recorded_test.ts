/** Releases whose record has no digest, or one of the same chart from elsewhere. */
import assert from "node:assert/strict";
import { deploy } from "../../lib/action/run.ts";
import type { DeployRequest } from "../../lib/action/deploy.ts";
import type { Release } from "../../lib/release/release.ts";
import { newMap } from "../../lib/template/value.ts";
import { type Bench, chart, configMap, hookJob, onCluster, web } from "./harness.ts";

const TEMPLATES = { "a.yaml": configMap("a"), "b.yaml": hookJob("b", "pre-install,pre-upgrade") };
const NOTES = { ...TEMPLATES, "NOTES.txt": "see {{ .Release.Name }}" };

/** The record as Helm would have written it: without what Capstan notes beside it. */
async function asHelms({ context: { storage } }: Bench, change: (release: Release) => Release) {
  const key = { name: "web", namespace: "shop", revision: 1 };
  const { digest: _, run: __, ...release } = (await storage.get(key))!;
  await storage.update(change(release));
}

const text = (value: string) => Object.assign(newMap(), { text: value });
const BASE: Partial<DeployRequest> = { values: text("x") };
const unrun = (release: Release): Release => ({
  ...release,
  hooks: release.hooks.map((hook) => ({ ...hook, lastRun: { phase: "" } })),
});
const trimmed = (release: Release): Release => ({
  ...release,
  manifest: release.manifest.replace(/\n+(?=---\n|$)/g, "\n"),
  hooks: release.hooks.map((hook) => ({ ...hook, manifest: hook.manifest.trimEnd() })),
});

interface Row {
  readonly name: string;
  readonly record?: (release: Release) => Release;
  readonly first?: Partial<DeployRequest>;
  readonly then?: Partial<DeployRequest>;
  readonly templates?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
  readonly outcome: "unchanged" | "upgraded";
}

const yaml = (version: string, appVersion = "7") => ({
  "Chart.yaml": `apiVersion: v2\nname: web\nversion: ${version}\nappVersion: '${appVersion}'\n`,
});

const ROWS: readonly Row[] = [
  { name: "the same", outcome: "unchanged" },
  { name: "by Helm 3", record: (r) => ({ ...r, applyMethod: undefined }), outcome: "unchanged" },
  { name: "by Helm 3, which trims documents", record: trimmed, outcome: "unchanged" },
  {
    name: "by Helm 3, which trims a text that keeps its line ends",
    record: trimmed,
    templates: { ...NOTES, "a.yaml": `${configMap("a")}  kept: |+\n    x\n\n` },
    outcome: "upgraded",
  },
  { name: "by the server, now by the client", then: { serverSide: false }, outcome: "upgraded" },
  { name: "other values", then: { values: text("y") }, outcome: "upgraded" },
  { name: "more values", then: { values: { ...text("x"), unused: 1 } }, outcome: "upgraded" },
  { name: "no values", then: { values: newMap() }, outcome: "upgraded" },
  { name: "another version", more: yaml("1.2.4"), outcome: "upgraded" },
  { name: "another app version", more: yaml("1.2.3", "8"), outcome: "upgraded" },
  {
    name: "another object",
    templates: { ...NOTES, "c.yaml": configMap("c") },
    outcome: "upgraded",
  },
  { name: "other notes", templates: { ...NOTES, "NOTES.txt": "look" }, outcome: "upgraded" },
  {
    name: "another hook",
    templates: { ...NOTES, "b.yaml": hookJob("b", "pre-upgrade", { weight: 1 }) },
    outcome: "upgraded",
  },
  { name: "hooks that were left out", record: unrun, outcome: "upgraded" },
  {
    name: "hooks that are left out",
    record: unrun,
    then: { noHooks: true },
    outcome: "unchanged",
  },
  { name: "a new label", then: { labels: { team: "a" } }, outcome: "upgraded" },
  {
    name: "its label",
    first: { labels: { team: "a" } },
    then: { labels: { team: "a" } },
    outcome: "unchanged",
  },
  { name: "a description", then: { description: "mine" }, outcome: "upgraded" },
  { name: "by force", then: { force: true }, outcome: "upgraded" },
  {
    name: "failed",
    record: (r) => ({ ...r, info: { ...r.info, status: "failed" } }),
    outcome: "upgraded",
  },
  {
    name: "what is made up",
    templates: { ...NOTES, "a.yaml": configMap("{{ randAlpha 9 | lower }}") },
    outcome: "upgraded",
  },
];

for (
  const { name, record = (same: Release) => same, first, then, templates, more, outcome } of ROWS
) {
  Deno.test(`deploy() of what Helm has deployed: ${name} is ${outcome}`, async () => {
    await onCluster(async (bench) => {
      const before = chart(
        templates?.["a.yaml"] ? { ...NOTES, "a.yaml": templates["a.yaml"] } : NOTES,
      );
      await deploy(web(before, { ...BASE, ...first }), bench.context);
      await asHelms(bench, record);
      bench.writes();
      const after = chart(templates ?? NOTES, more);
      const result = await deploy(web(after, { ...BASE, ...then }), bench.context);
      assert.equal(result.outcome, outcome);
      if (outcome === "unchanged") assert.deepEqual(bench.writes(), []);
    });
  });
}

Deno.test("deploy() knows its chart from elsewhere by what the record keeps of it", async () => {
  const rows: [Record<string, string>, Partial<DeployRequest>, string][] = [
    // As `package` writes Chart.yaml: in another order, without its comments.
    [
      {
        "Chart.yaml": "appVersion: '7' # of web\nversion: 1.2.3\nname: web\napiVersion: v2\n",
      },
      {},
      "unchanged",
    ],
    [{ "values.yaml": "# nothing\n" }, {}, "unchanged"],
    [{ "values.yaml": "other: 1\n" }, {}, "upgraded"],
    [{ "README.md": "read" }, {}, "upgraded"],
    [{ "templates/_x.tpl": "{{/* nothing */}}" }, {}, "upgraded"],
    [{}, { description: "mine" }, "upgraded"],
  ];
  for (const [more, then, outcome] of rows) {
    await onCluster(async ({ context }) => {
      await deploy(web(chart(NOTES, { "values.yaml": "" }), BASE), context);
      const after = chart(NOTES, { "values.yaml": "", ...more });
      const result = await deploy(web(after, { ...BASE, ...then }), context);
      assert.equal(result.outcome, outcome, JSON.stringify(more));
    });
  }
});
