/**
 * Telling a release that has not changed by its record, where the digest of its inputs does not: Helm writes none, and
 * it is another one when the same chart comes from elsewhere. What cannot be told for certain counts as changed.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";
import type { RenderedChart } from "../engine/render_chart.ts";
import { goJSON } from "../release/codec.ts";
import type { Release } from "../release/release.ts";
import { storeChart, type StoredChart } from "../release/stored_chart.ts";
import { type GoMap, isMap, newMap } from "../template/value.ts";
import { applyMethodFor } from "./apply_method.ts";
import type { DeployRequest } from "./deploy_request.ts";
import { sortKeys } from "./digest.ts";

/** Descriptions that nobody has asked for. */
const USUAL = /^(Install complete|Upgrade complete|Rollback to \d+)$/;

/** Whether rendering may come to what the deployed revision says: it is asked only where that can be. */
export function mayBeAsRecorded(
  stored: Release,
  request: DeployRequest,
  { chart, values }: { readonly chart: Chart; readonly values: GoMap },
): boolean {
  const { metadata } = stored.chart;
  return metadata.name === chart.metadata.name && metadata.version === chart.metadata.version &&
    same(stored.config ?? newMap(), values) &&
    isDescribed(stored, request) && hasLabels(stored, request) && isAppliedAs(stored, request) &&
    hooksHaveRun(stored, request);
}

/** Whether a record made of what was rendered would say of its chart and to its users what this one says. */
export function saysAsRecorded(
  { chart, info, digest }: Release,
  { chart: rendered, notes }: RenderedChart,
): boolean {
  if (notes !== info.notes || rendered.metadata.appVersion !== chart.metadata.appVersion) {
    return false;
  }
  // Our own digest is of all files of a chart: where it differs, those that a record keeps must not.
  return digest === undefined || same(contents(chart), contents(storeChart(rendered)));
}

function contents({ json }: StoredChart): unknown {
  const files = (list: unknown) =>
    (Array.isArray(list) ? list : []).map((file) => isMap(file) ? [file["name"], file["data"]] : [])
      .sort(([a], [b]) => String(a) < String(b) ? -1 : 1);
  const { metadata, values, schema } = json;
  return {
    metadata,
    schema: schema ?? null,
    values: values ?? null,
    templates: files(json["templates"]),
    files: files(json["files"]),
  };
}

function isDescribed({ info, digest }: Release, { description }: DeployRequest): boolean {
  if (description !== undefined) return description === info.description;
  return digest === undefined || USUAL.test(info.description);
}

function hasLabels({ labels }: Release, request: DeployRequest): boolean {
  return Object.entries(request.labels ?? {}).every(([name, value]) =>
    value === "null" ? !(name in labels) : labels[name] === value
  );
}

/** Objects that the client has patched stay so until there is a change, unless another way is asked for. */
function isAppliedAs(stored: Release, request: DeployRequest): boolean {
  const { serverSide, forceReplace } = request;
  if (serverSide === undefined && !forceReplace) return true;
  return applyMethodFor(request, stored) === (stored.applyMethod ?? "csa");
}

/** Whether the hooks have run, which a record says of each: Helm may have been told to leave them out. */
function hooksHaveRun({ hooks, revision }: Release, { noHooks = false }: DeployRequest): boolean {
  const verb = revision === 1 ? "install" : "upgrade";
  return noHooks ||
    hooks.every(({ events, lastRun }) =>
      !events.some((event) => event === `pre-${verb}` || event === `post-${verb}`) ||
      lastRun.phase === "Succeeded"
    );
}

function same(a: unknown, b: unknown): boolean {
  return goJSON(sortKeys(a)) === goJSON(sortKeys(b));
}
