/**
 * What a node waits for: others as a whole, parts of releases, and live objects.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { GraphNode } from "./graph.ts";
import { parseDuration } from "./duration.ts";
import { show } from "./show.ts";
import type { Condition, HookNode, ReleaseNode, ReleasePart } from "./types.ts";

/** A wait for a part of a release. */
export interface PartEdge {
  /** Id of the release's node. */
  readonly on: string;
  /** See {@linkcode ReleasePart.part}. */
  readonly part: ReleasePart["part"];
  /** Of `hook`: see {@linkcode ReleaseNode.hook}. */
  readonly hook?: string | undefined;
}

/** A part as the stack file writes it: `db.ready`, `db.hook("migrate")`, `crds(operator)`. */
export function partLabel({ on, part, hook }: PartEdge): string {
  if (part === "ready") return `${on}.ready`;
  return part === "crds" ? `crds(${on})` : `${on}.hook(${JSON.stringify(hook)})`;
}

/** `until Deployment shop/db` */
export function conditionLabel({ ref: { kind, namespace, name } }: Condition): string {
  return `until ${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** All that a node waits for, as a person reads it; conditions may be given by their labels. */
export function edgeLabels(
  { needs, parts, conditions }: Pick<GraphNode, "needs" | "parts"> & {
    readonly conditions: readonly (Condition | string)[];
  },
): string[] {
  return [
    ...needs.flatMap((need) => {
      const of = parts.filter(({ on }) => on === need);
      return of.length === 0 ? [need] : of.map(partLabel);
    }),
    ...conditions.map((each) => typeof each === "string" ? each : conditionLabel(each)),
  ];
}

/** Ids of what a node waits for as a whole. */
export function wholeNeeds({ needs, parts }: GraphNode): readonly string[] {
  if (parts.length === 0) return needs;
  const partly = new Set(parts.map(({ on }) => on));
  return needs.filter((need) => !partly.has(need));
}

/** The parts that others wait for, by the releases that have them, each part once. */
export function partsByRelease(
  nodes: readonly GraphNode[],
): Map<string, { readonly edge: PartEdge; readonly neededBy: GraphNode }[]> {
  const parts = new Map<string, { edge: PartEdge; neededBy: GraphNode }[]>();
  for (const neededBy of nodes) {
    for (const edge of neededBy.parts) {
      const known = parts.get(edge.on) ?? [];
      if (known.some((other) => partLabel(other.edge) === partLabel(edge))) continue;
      parts.set(edge.on, [...known, { edge, neededBy }]);
    }
  }
  return parts;
}

/** Whether a reference is to a part of a release. */
export function isPart(reference: unknown): reference is ReleasePart {
  return typeOf(reference) === "release-part";
}

/** Whether a reference is to a live object. */
export function isCondition(reference: unknown): reference is Condition {
  return typeOf(reference) === "condition";
}

function typeOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
}

/** What is wrong with a wait for a part of `target`. */
export function partProblem(
  { part, hook }: ReleasePart,
  target: ReleaseNode | HookNode,
  from: ReleaseNode | HookNode,
): CapstanError | undefined {
  const problem = (message: string, hint: string) =>
    new CapstanError(`${from.type} ${from.name}: ${message}`, {
      code: "stack/part",
      hint,
      position: from.declaredAt,
    });
  if (target.type === "hook") {
    return problem(
      `hook ${target.name} of the stack has no parts`,
      "wait for the hook itself: a hook of the stack is one function",
    );
  }
  if (part !== "hook") return undefined;
  if (typeof hook !== "string" || hook === "") {
    return problem(`bad name of a hook of release ${target.name}: ${show(hook)}`, "give a name");
  }
  if (target.noHooks !== true) return undefined;
  return problem(
    `hook ${JSON.stringify(hook)} of release ${target.name} never runs`,
    "the release has noHooks; leave that out, or wait for the release itself",
  );
}

/** What is wrong with a wait for a live object. */
export function conditionProblem(
  condition: Condition,
  from: ReleaseNode | HookNode,
): CapstanError | undefined {
  const { ref, predicate, timeout } = condition;
  const problem = (message: string, hint: string) =>
    new CapstanError(`${from.type} ${from.name}: ${message}`, {
      code: "stack/condition",
      hint,
      position: condition.declaredAt ?? from.declaredAt,
    });
  const named = [ref?.apiVersion, ref?.kind, ref?.name].every((text) =>
    typeof text === "string" && text !== ""
  );
  if (!named) {
    return problem(
      `until() has no object: ${show(ref)}`,
      'give { apiVersion: "apps/v1", kind: "Deployment", namespace: "shop", name: "db" }',
    );
  }
  if (typeof predicate !== "function") {
    return problem(`until() has no predicate: ${show(predicate)}`, "use a function of the object");
  }
  if (timeout !== undefined && parseDuration(timeout) === undefined) {
    return problem(`bad timeout of until(): ${show(timeout)}`, 'use "90s", "10m" or milliseconds');
  }
  return undefined;
}
