/**
 * Kinds that Kubernetes has given up or is about to.
 *
 * @module
 */

import type { KubeVersion } from "../capabilities.ts";
import { DEPRECATED } from "./deprecated_kinds.ts";
import type { LintObject } from "./documents.ts";

/** What Kubernetes says of a kind that is deprecated in this version. */
export function deprecationProblem(
  { apiVersion, kind }: LintObject,
  kubeVersion: KubeVersion,
): string | undefined {
  const lines = DEPRECATED.split("\n").filter((line) => line.startsWith(`${apiVersion} `));
  for (const line of lines) {
    const [, since, until, instead, ...kinds] = line.split(" ") as [string, string, string, string];
    const replacement = replacementOf(kind, kinds);
    if (replacement === undefined || !reaches(kubeVersion, since)) continue;
    const removed = until === "-" ? "" : `, unavailable in v${until}+`;
    const use = instead === "-" ? "" : `; use ${instead} ${replacement}`;
    return `${apiVersion} ${kind} is deprecated in v${since}+${removed}${use}`;
  }
  return undefined;
}

/** The kind to use instead; `undefined` where the words do not name the kind. */
function replacementOf(kind: string, words: readonly string[]): string | undefined {
  for (const word of words) {
    const [, name, list, other] = /^(\w+)(\*?)(?:=(\w+))?$/.exec(word)!;
    if (kind === name) return other ?? name;
    if (list === "*" && kind === `${name}List`) return `${other ?? name}List`;
  }
  return undefined;
}

function reaches({ major, minor }: KubeVersion, since: string): boolean {
  const [wantedMajor, wantedMinor] = since.split(".").map(Number) as [number, number];
  return Number(major) > wantedMajor ||
    (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
}
