/**
 * Chart hooks: what their annotations say, and the order in which they run.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { compareStrings } from "../template/value.ts";
import type { Manifest } from "./manifests.ts";

const EVENTS = [
  "pre-install",
  "post-install",
  "pre-delete",
  "post-delete",
  "pre-upgrade",
  "post-upgrade",
  "pre-rollback",
  "post-rollback",
  "test",
] as const;

/** When a hook runs. */
export type HookEvent = (typeof EVENTS)[number];

/** A document that is created at a moment of a release's life instead of being part of it. */
export interface Hook {
  /** The object's name. */
  readonly name: string;
  readonly kind: string;
  /** The template it comes from. */
  readonly path: string;
  /** The document's text. */
  readonly manifest: string;
  readonly events: readonly HookEvent[];
  readonly weight: number;
  /** As written; empty stands for `before-hook-creation`. Unknown words are kept and mean nothing. */
  readonly deletePolicies: readonly string[];
  readonly outputLogPolicies: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** How annotations are read. */
export interface HookOptions {
  readonly helmVersion?: HelmVersion | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/** The hook that a document is; `"unknown"` where it names an event that does not exist. */
export function hookOf(
  manifest: Manifest,
  options: HookOptions = {},
): Hook | "unknown" | undefined {
  const { annotations, kind, name } = manifest.head;
  const events = annotations["helm.sh/hook"];
  if (events === undefined) return undefined;
  const found = events.split(",").map(word).map(eventOf);
  if (found.includes(undefined)) {
    // The words of each Helm, for whoever looks for them in a log.
    options.warn?.(
      options.helmVersion === "v3"
        ? `info: skipping unknown hook: ${quoteGo(events)}`
        : `skipping unknown hooks hookTypes=${/[\s"=]/.test(events) ? quoteGo(events) : events}`,
    );
    return "unknown";
  }
  return {
    name,
    kind,
    path: manifest.path,
    manifest: manifest.text,
    events: found as HookEvent[],
    weight: weightOf(annotations["helm.sh/hook-weight"] ?? ""),
    deletePolicies: policies(annotations["helm.sh/hook-delete-policy"]),
    outputLogPolicies: policies(annotations["helm.sh/hook-output-log-policy"]),
    annotations,
  };
}

/** The hooks of one event in the order in which Helm runs them: by weight, then by name. */
export function hooksFor(hooks: readonly Hook[], event: HookEvent): Hook[] {
  return hooks
    .filter(({ events }) => events.includes(event))
    .toSorted((a, b) => a.weight - b.weight || compareStrings(a.name, b.name));
}

function eventOf(text: string): HookEvent | undefined {
  return text === "test-success" ? "test" : EVENTS.find((event) => event === text);
}

/** Go's strconv.Atoi; what it refuses is 0. */
function weightOf(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) return 0;
  const weight = BigInt(text.replace(/^\+/, ""));
  return BigInt.asIntN(64, weight) === weight ? Number(weight) : 0;
}

function policies(text: string | undefined): string[] {
  return text === undefined ? [] : text.split(",").map(word);
}

function word(text: string): string {
  return text.trim().toLowerCase();
}
