/**
 * The digest in Chart.lock: of what is asked for and what was chosen, as Go writes them to JSON.
 *
 * Rules from Helm's internal/resolver/resolver.go (HashReq, HashV2Req).
 *
 * @module
 */
import type { Dependency } from "../chart/chart.ts";
import { quoteJson, writeJson } from "../sprig/json_write.ts";
import { sha256 } from "./cache.ts";

/** `sha256:` and hex, for the dependencies that are asked for and those that were chosen. */
export async function lockDigest(
  asked: readonly Dependency[],
  chosen: readonly Dependency[],
): Promise<string> {
  return await digestOf(`[${list(asked)},${list(chosen)}]`);
}

/** The digest that Helm 2 wrote. */
export async function helm2LockDigest(asked: readonly Dependency[]): Promise<string> {
  return await digestOf(`{"dependencies":${list(asked)}}`);
}

async function digestOf(json: string): Promise<string> {
  return `sha256:${await sha256(new TextEncoder().encode(json))}`;
}

function list(dependencies: readonly Dependency[]): string {
  return `[${dependencies.map(struct).join(",")}]`;
}

/** The fields in the order of Go's struct; all but name and repository are left out where empty. */
function struct(dependency: Dependency): string {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  const fields = [
    `"name":${quoteJson(name)}`,
    ...(version === "" ? [] : [`"version":${quoteJson(version)}`]),
    `"repository":${quoteJson(repository)}`,
    ...(condition === "" ? [] : [`"condition":${quoteJson(condition)}`]),
    ...(tags.length === 0 ? [] : [`"tags":${writeJson([...tags])}`]),
    ...(enabled ? [`"enabled":true`] : []),
    ...(importValues.length === 0 ? [] : [`"import-values":${writeJson([...importValues])}`]),
    ...(alias === "" ? [] : [`"alias":${quoteJson(alias)}`]),
  ];
  return `{${fields.join(",")}}`;
}
