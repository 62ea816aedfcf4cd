import assert from "node:assert/strict";
import fc from "fast-check";
import { CapstanError } from "../../lib/errors.ts";
import { decodeRelease, encodeRelease } from "../../lib/release/codec.ts";
import type { Release } from "../../lib/release/release.ts";
import { chartOf } from "../../lib/release/stored_chart.ts";
import { int64 } from "../../lib/template/value.ts";
import { buildHook, buildRelease } from "./builders.ts";

/** The JSON inside a record's text. */
async function jsonOf(release: Release): Promise<string> {
  const bytes = Uint8Array.fromBase64(await encodeRelease(release));
  return await new Response(
    new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")),
  ).text();
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** A record's text that holds this JSON. */
async function textOf(json: string): Promise<string> {
  const zipped = new Blob([json]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(zipped).bytes()).toBase64();
}

Deno.test("encodeRelease() writes Helm's fields in Helm's order", async () => {
  const release = buildRelease({
    hooks: [
      buildHook({ weight: -5, deletePolicies: ["hook-succeeded"] }),
      buildHook({
        name: "seed",
        lastRun: {
          startedAt: "2026-01-02T03:04:05Z",
          completedAt: "2026-01-02T03:04:06Z",
          phase: "Succeeded",
        },
        outputLogPolicies: ["hook-failed"],
      }),
    ],
    labels: { team: "a" },
    digest: "sha256:1",
  });
  assert.deepEqual(JSON.parse(await jsonOf(release)), {
    name: "web",
    info: {
      first_deployed: "2026-01-02T03:04:05.678Z",
      last_deployed: "2026-01-02T03:04:05.678Z",
      description: "Install complete",
      status: "deployed",
    },
    chart: {
      metadata: { name: "web", version: "1.2.3", apiVersion: "v2", appVersion: "7" },
      lock: null,
      templates: [{ name: "templates/a.yaml", data: btoa("kind: ConfigMap\n") }],
      values: { replicas: 2 },
      schema: null,
      files: [{ name: "README.md", data: "w6kK" }],
    },
    config: { replicas: 3 },
    manifest: "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\n",
    hooks: [
      {
        name: "migrate",
        kind: "Job",
        path: "web/templates/migrate.yaml",
        manifest: "kind: Job\n",
        events: ["pre-install"],
        last_run: { phase: "" },
        weight: -5,
        delete_policies: ["hook-succeeded"],
      },
      {
        name: "seed",
        kind: "Job",
        path: "web/templates/migrate.yaml",
        manifest: "kind: Job\n",
        events: ["pre-install"],
        last_run: {
          started_at: "2026-01-02T03:04:05Z",
          completed_at: "2026-01-02T03:04:06Z",
          phase: "Succeeded",
        },
        output_log_policies: ["hook-failed"],
      },
    ],
    version: 1,
    namespace: "shop",
    apply_method: "ssa",
  });
  const keys = Object.keys(JSON.parse(await jsonOf(release)));
  assert.deepEqual(keys, [
    "name",
    "info",
    "chart",
    "config",
    "manifest",
    "hooks",
    "version",
    "namespace",
    "apply_method",
  ]);
});

Deno.test("encodeRelease() leaves out values, hooks and manifest that are empty", async () => {
  const json = JSON.parse(
    await jsonOf(buildRelease({ config: {}, manifest: "", hooks: [], applyMethod: undefined })),
  );
  assert.deepEqual(Object.keys(json), ["name", "info", "chart", "version", "namespace"]);
});

Deno.test("encodeRelease() keeps every digit of an integer", async () => {
  const json = await jsonOf(buildRelease({
    config: { big: int64(9007199254740993n), int: 7n, float: 1e21, list: [int64(-1)] },
  }));
  assert.ok(json.includes('"config":{"big":9007199254740993,"int":7,"float":1e+21,"list":[-1]}'));
});

Deno.test("decodeRelease() reads back what encodeRelease() wrote, whatever the texts", async () => {
  const text = fc.string({ unit: "binary", maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      text,
      text,
      fc.dictionary(text.filter((key) => key !== "__proto__"), fc.jsonValue()),
      async (manifest, notes, config) => {
        const release = buildRelease({
          manifest,
          config: Object.keys(config).length === 0 ? undefined : config,
          info: { notes },
          hooks: [buildHook({ manifest: notes })],
        });
        const read = await decodeRelease(await encodeRelease(release));
        // JSON has no -0, and the record no `undefined`.
        assert.deepEqual(plain(read), plain(release));
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("decodeRelease() reads a record of Helm 3, whose unset moments are empty texts", async () => {
  const read = await decodeRelease(
    await textOf(JSON.stringify({
      name: "x",
      info: { first_deployed: "", last_deployed: "", deleted: "", status: "odd" },
      chart: {
        metadata: { name: "c", version: "0.1.0" },
        lock: null,
        templates: null,
        values: null,
      },
      hooks: [{ name: "h", last_run: { started_at: "", completed_at: "", phase: "" }, weight: 3 }],
      version: 4,
    })),
  );
  assert.equal(read.revision, 4);
  assert.equal(read.info.status, "unknown");
  assert.equal(read.info.deleted, undefined);
  assert.equal(read.config, undefined);
  assert.deepEqual(read.hooks[0]!.lastRun, {
    startedAt: undefined,
    completedAt: undefined,
    phase: "",
  });
  assert.deepEqual(chartOf(read.chart).templates, []);
});

Deno.test("decodeRelease() reads records that are not compressed", async () => {
  const read = await decodeRelease(btoa('{"name":"old","version":2}'));
  assert.equal(read.name, "old");
});

Deno.test("encodeRelease() keeps what it does not know of a chart", async () => {
  const json = {
    name: "x",
    info: { status: "deployed" },
    chart: {
      metadata: { name: "c", version: "0.1.0" },
      schemamodtime: "2026-01-01T00:00:00Z",
      templates: [{ name: "t", data: "", modtime: "2026-01-01T00:00:00Z" }],
    },
    version: 1,
  };
  const read = await decodeRelease(await textOf(JSON.stringify(json)));
  assert.deepEqual(JSON.parse(await jsonOf(read)).chart, json.chart);
});

Deno.test("decodeRelease() says that a record is damaged", async () => {
  for (const text of ["", "%", btoa("[]"), btoa("not json"), btoa("\x1f\x8b\x08broken")]) {
    await assert.rejects(
      decodeRelease(text),
      (error) => error instanceof CapstanError && error.code === "release/corrupt",
      text,
    );
  }
});

Deno.test("chartOf() gives back the chart's files", () => {
  const chart = chartOf(buildRelease().chart);
  assert.equal(chart.metadata.appVersion, "7");
  assert.deepEqual(chart.templates.map(({ name, text }) => [name, text]), [
    ["templates/a.yaml", "kind: ConfigMap\n"],
  ]);
  assert.deepEqual(chart.values, { replicas: 2 });
});
