/**
 * `get all --template`: a record through a Go template of the user's (pkg/cmd/helpers.go, tpl).
 *
 * @module
 */
import { RenderBudget } from "../engine/budget.ts";
import type { Release, ReleaseHook } from "../release/release.ts";
import { chartOf } from "../release/stored_chart.ts";
import { parseTemplate, TemplateSet } from "../template/template.ts";
import { type GoMap, newMap } from "../template/value.ts";
import { goTime } from "./go_time.ts";

/** What the template writes, with `.Release` as Helm's structs name its fields. No functions but Go's. */
export function renderRecord(template: string, release: Release): string {
  const budget = new RenderBudget();
  const set = new TemplateSet({ name: "_" });
  set.add(parseTemplate("_", template, { functions: () => false }));
  return set.execute("_", map({ Release: releaseFields(release) }), { funcs: {}, budget });
}

function map(fields: Readonly<Record<string, unknown>>): GoMap {
  return Object.assign(newMap(), fields);
}

function releaseFields({ info, chart, hooks, ...release }: Release): GoMap {
  const { metadata, templates, files, values } = chartOf(chart);
  return map({
    Name: release.name,
    Namespace: release.namespace,
    Version: BigInt(release.revision),
    Manifest: release.manifest,
    Config: release.config ?? newMap(),
    Labels: map(release.labels),
    ApplyMethod: release.applyMethod ?? "",
    Info: map({
      FirstDeployed: goTime(info.firstDeployed),
      LastDeployed: goTime(info.lastDeployed),
      Deleted: goTime(info.deleted),
      Description: info.description,
      Status: info.status,
      Notes: info.notes,
      RollbackRevision: BigInt(info.rollbackRevision ?? 0),
    }),
    Chart: map({
      Metadata: metadataFields(metadata),
      Values: values ?? newMap(),
      Templates: templates.map(({ name, text }) => map({ Name: name, Data: text })),
      Files: files.map(({ name, text }) => map({ Name: name, Data: text })),
    }),
    Hooks: hooks.map(hookFields),
  });
}

function metadataFields(metadata: object): GoMap {
  return map(Object.fromEntries(
    Object.entries(metadata).map((
      [name, value],
    ) => [name[0]!.toUpperCase() + name.slice(1), value]),
  ));
}

function hookFields(hook: ReleaseHook): GoMap {
  const { startedAt, completedAt, phase } = hook.lastRun;
  return map({
    Name: hook.name,
    Kind: hook.kind,
    Path: hook.path,
    Manifest: hook.manifest,
    Events: [...hook.events],
    Weight: BigInt(hook.weight),
    DeletePolicies: [...hook.deletePolicies],
    OutputLogPolicies: [...hook.outputLogPolicies],
    LastRun: map({ StartedAt: goTime(startedAt), CompletedAt: goTime(completedAt), Phase: phase }),
  });
}
