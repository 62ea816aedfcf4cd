/**
 * What becomes of an object's fields, seen from three sides: what the chart says now, what it said
 * for the revision before, and what is in the cluster. Pure.
 *
 * @module
 */
import type { KubeObject } from "../../kube/types.ts";
import { type Fields, fieldsOf, sameValue } from "./fields.ts";

/**
 * Why a field changes: the chart says something else than before; somebody changed it in the cluster
 * and it is put back (`drift`); or the server changes it along with others.
 */
export type FieldCause = "chart" | "drift" | "server";

/** A field that changes. A value that is absent is a field that is absent. */
export interface FieldChange {
  /** E.g. `spec.template.spec.containers[web].image`. */
  readonly path: string;
  /** See {@linkcode FieldCause}. */
  readonly cause: FieldCause;
  /** What is in the cluster. */
  readonly live?: unknown;
  /** What the revision before says. */
  readonly last?: unknown;
  /** What the new revision says. */
  readonly chart?: unknown;
  /** What will be in the cluster. */
  readonly after?: unknown;
}

/** The sides of an object that is in the new revision. */
export interface Sides {
  readonly live: KubeObject | undefined;
  readonly last: KubeObject | undefined;
  readonly chart: KubeObject;
  /** What the server answered to a dry run; `undefined` where none was made. */
  readonly answered?: KubeObject | undefined;
  /** The server does not know which fields were the release's (Helm 3): those dropped go all the same. */
  readonly unowned?: boolean | undefined;
}

/** The fields that change, in the order of the object as it will be, then those that go. */
export function compareSides({ live, last, chart, answered, unowned }: Sides): FieldChange[] {
  const sides = {
    live: live === undefined ? fieldsOf(last) : fieldsOf(live),
    last: fieldsOf(last),
    chart: fieldsOf(chart),
  };
  const after = answered === undefined ? merged(sides) : new Map(fieldsOf(answered));
  if (unowned) dropForgotten(after, sides);
  const paths = new Set([...after.keys(), ...sides.live.keys()]);
  return [...paths].filter((path) => !sameValue(sides.live.get(path), after.get(path))).map(
    (path) => change(path, sides, after),
  );
}

interface FlatSides {
  readonly live: Fields;
  readonly last: Fields;
  readonly chart: Fields;
}

function change(path: string, { live, last, chart }: FlatSides, after: Fields): FieldChange {
  const is = (fields: Fields, name: string) => fields.has(path) ? { [name]: fields.get(path) } : {};
  const decided = chart.has(path) || last.has(path);
  const cause = !decided
    ? "server"
    : sameValue(chart.get(path), last.get(path))
    ? "drift"
    : "chart";
  return {
    path,
    cause,
    ...is(live, "live"),
    ...is(last, "last"),
    ...is(chart, "chart"),
    ...is(after, "after"),
  };
}

/**
 * Without an answer from a server: what the chart changes is changed and what it drops goes. What
 * differs only in the cluster is left alone, as the server may write it in another way (`1` for
 * `1000m`).
 */
function merged({ live, last, chart }: FlatSides): Map<string, unknown> {
  const after = new Map(live);
  for (const [path, value] of chart) {
    if (!last.has(path) || !sameValue(last.get(path), value)) after.set(path, value);
  }
  dropForgotten(after, { live, last, chart });
  return after;
}

function dropForgotten(after: Map<string, unknown>, { last, chart }: FlatSides): void {
  for (const path of last.keys()) {
    if (!chart.has(path)) after.delete(path);
  }
}
