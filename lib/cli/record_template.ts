/**
 * `get all --template`: a record through a Go template of the user's (pkg/cmd/helpers.go, tpl).
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import { RenderBudget } from "../engine/budget.ts";
import { metadataPointer } from "../engine/chart_object.ts";
import { StructObject } from "../engine/objects.ts";
import type { Release, ReleaseHook } from "../release/release.ts";
import { chartOf } from "../release/stored_chart.ts";
import { parseTemplate, TemplateSet } from "../template/template.ts";
import { func, type GoFunc, type GoMap, newMap, typedSlice } from "../template/value.ts";
import { goTime } from "./go_time.ts";

/** What the template writes, with `.Release` as Helm's structs. No functions but Go's. */
export function renderRecord(
  template: string,
  release: Release,
  helmVersion: HelmVersion = "v4",
): string {
  const budget = new RenderBudget();
  const set = new TemplateSet({ name: "_" });
  set.add(parseTemplate("_", template, { functions: () => false }));
  const data = map({ Release: releaseStruct(release, helmVersion) });
  return set.execute("_", data, { funcs: {}, missingKey: "default", budget });
}

function map(entries: Readonly<Record<string, unknown>>): GoMap {
  return Object.assign(newMap(), entries);
}

/** Go's packages, by which its messages name the types. */
const PACKAGES = {
  v3: { release: "release", chart: "chart", file: "chart" },
  v4: { release: "v1", chart: "v2", file: "common" },
} as const;

/** A struct, or a pointer to one, with its fields in Go's order. */
function struct(
  goType: string,
  fields: Readonly<Record<string, unknown>>,
  methods?: Readonly<Record<string, GoFunc>>,
): StructObject {
  return new StructObject({
    goType,
    kind: goType.startsWith("*") ? "ptr" : "struct",
    fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
    methods,
  });
}

function releaseStruct(release: Release, helmVersion: HelmVersion): StructObject {
  const type = PACKAGES[helmVersion].release;
  const hooks = release.hooks.map((hook) => hookStruct(hook, type));
  return struct(`*${type}.Release`, {
    Name: release.name,
    Info: infoStruct(release, helmVersion),
    Chart: chartStruct(release, helmVersion),
    Config: release.config ?? newMap(),
    Manifest: release.manifest,
    Hooks: typedSlice(`[]*${type}.Hook`, hooks),
    Version: BigInt(release.revision),
    Namespace: release.namespace,
    Labels: map(release.labels),
    ...(helmVersion === "v4" ? { ApplyMethod: release.applyMethod ?? "" } : {}),
  });
}

function infoStruct({ info }: Release, helmVersion: HelmVersion): StructObject {
  const rollback = { RollbackRevision: BigInt(info.rollbackRevision ?? 0) };
  return struct(`*${PACKAGES[helmVersion].release}.Info`, {
    FirstDeployed: goTime(info.firstDeployed),
    LastDeployed: goTime(info.lastDeployed),
    Deleted: goTime(info.deleted),
    Description: info.description,
    Status: info.status,
    ...(helmVersion === "v4" ? rollback : {}),
    Notes: info.notes,
    Resources: newMap(),
  });
}

function chartStruct(release: Release, helmVersion: HelmVersion): StructObject {
  const { chart, file } = PACKAGES[helmVersion];
  const { metadata, lock, templates, files, values, schema } = chartOf(release.chart);
  const filesOf = (list: typeof files) =>
    typedSlice(
      `[]*${file}.File`,
      list.map(({ name, text }) => struct(`*${file}.File`, { Name: name, Data: text })),
    );
  return struct(`*${chart}.Chart`, {
    Raw: filesOf([]),
    Metadata: metadataPointer(metadata, chart),
    Lock: lock === undefined ? null : map({ Digest: lock.digest }),
    Templates: filesOf(templates),
    Values: values ?? newMap(),
    Schema: schema?.text ?? "",
    Files: filesOf(files),
  }, {
    Name: func([], () => metadata.name),
    AppVersion: func([], () => metadata.appVersion),
  });
}

function hookStruct(hook: ReleaseHook, type: string): StructObject {
  const { startedAt, completedAt, phase } = hook.lastRun;
  return struct(`*${type}.Hook`, {
    Name: hook.name,
    Kind: hook.kind,
    Path: hook.path,
    Manifest: hook.manifest,
    Events: [...hook.events],
    LastRun: struct(`${type}.HookExecution`, {
      StartedAt: goTime(startedAt),
      CompletedAt: goTime(completedAt),
      Phase: phase,
    }),
    Weight: BigInt(hook.weight),
    DeletePolicies: [...hook.deletePolicies],
    OutputLogPolicies: [...hook.outputLogPolicies],
  });
}
