/**
 * Comparing a release with what a frozen plan says of it.
 *
 * @module
 */
import { deployChanges } from "../../action/diff/changes.ts";
import { fieldsOf, sameValue } from "../../action/diff/fields.ts";
import type { Change } from "../../action/prepare.ts";
import { describeRef, keyOf } from "../../kube/resource.ts";
import type { KubeObject } from "../../kube/types.ts";
import { frozenObjects, liveObjects, refsBefore } from "./describe.ts";
import type { Described, Describing } from "./describe.ts";
import type { FrozenObject, FrozenRelease } from "./format.ts";
import { contentsOf } from "./varying.ts";

/** Told of what has moved, and how it differs from the plan. */
export type Tell = (what: string, how: string) => void;

/** What is rendered, against what was; what varies is applied as it was, and so is not compared. */
export function compareContents(release: FrozenRelease, now: Described, tell: Tell): void {
  const varies = new Set(release.varies);
  const sent = release.objects.filter(({ digest }) => digest !== undefined);
  const planned = contentsOf({ objects: sent, hooks: release.hooks });
  const rendered = contentsOf(now);
  for (const [key, { digest, manifest }] of planned) {
    const found = rendered.get(key);
    if (found?.digest === digest || varies.has(key.split(" ")[0]!)) continue;
    const fields = found === undefined ? [] : otherFields(manifest, found.manifest);
    const otherwise = fields.length === 0 ? "is rendered otherwise" : `other ${listed(fields)}`;
    tell(nameOf(key), found === undefined ? "is not rendered any more" : otherwise);
  }
  if (JSON.stringify(now.crds) !== JSON.stringify(release.crds)) tell("crds", "changed");
  if (varies.size > 0) return;
  for (const key of rendered.keys()) {
    if (!planned.has(key)) tell(nameOf(key), "is rendered, and was not planned");
  }
  const [before, after] = [release.order.join(", "), now.order.join(", ")];
  if (before !== after) tell("hooks", `${after || "none"}; planned: ${before || "none"}`);
}

/** `Deployment/web`, of a hook `hook Job/web`. */
function nameOf(key: string): string {
  const [name, place] = key.split(" ");
  return place === "hook" ? `hook ${name}` : name!;
}

function otherFields(before: unknown, after: unknown): string[] {
  const [a, b] = [fieldsOf(before as KubeObject), fieldsOf(after as KubeObject)];
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) =>
    !sameValue(a.get(path), b.get(path))
  );
}

function listed(fields: readonly string[]): string {
  const few = fields.slice(0, 3).join(", ");
  return fields.length > 3 ? `${few} and ${fields.length - 3} more` : few;
}

/**
 * The live objects, against those that were seen. A write that leaves alone what the plan changes, such
 * as one of the status, is no reason to refuse: where a resourceVersion is another, the object is
 * compared with the cluster anew, and must come to the same change.
 */
export async function compareLive(
  release: FrozenRelease,
  means: Describing & { readonly change: Change; readonly what: Described; readonly tell: Tell },
): Promise<void> {
  const { operation, request, signal, seal, tell, change, what } = means;
  const refs = [...what.objects, ...await refsBefore(change, means)];
  const live = await liveObjects(operation.context.api, refs, signal);
  const planned = new Map(release.objects.map((object) => [keyOf(object), object]));
  const unique = [...new Map(refs.map((ref) => [keyOf(ref), ref])).values()];
  const touched = unique.filter((ref) => {
    const [seen, now] = [planned.get(keyOf(ref))?.live, live.get(keyOf(ref))];
    if (seen?.resourceVersion === now?.resourceVersion && seen?.uid === now?.uid) return false;
    if (seen !== undefined && now === undefined) tell(describeRef(ref), "is gone");
    else if (seen === undefined) tell(describeRef(ref), "is there, and was not");
    else if (seen.uid !== now!.uid) tell(describeRef(ref), "was deleted and made anew");
    else return true;
    return false;
  });
  if (touched.length === 0) return;
  const compared = await deployChanges(operation, request, {
    change,
    signal,
    dryRun: true,
    mask: seal.mask,
  });
  const now = new Map(
    frozenObjects(what, compared.objects, live).map((object) => [keyOf(object), object]),
  );
  const problems = new Map(compared.objects.map((object) => [keyOf(object), object.problem]));
  for (const ref of touched) {
    const key = keyOf(ref);
    const how = movedHow(planned.get(key), now.get(key), problems.get(key));
    if (how !== undefined) tell(describeRef(ref), how);
  }
}

function movedHow(
  planned: FrozenObject | undefined,
  now: FrozenObject | undefined,
  problem: string | undefined,
): string | undefined {
  if (problem !== undefined) return `would be refused now: ${problem}`;
  if (planned?.action !== now?.action) {
    const fields = (now?.fields ?? []).map(({ path }) => path);
    return `changed in the cluster${fields.length === 0 ? "" : `: ${listed(fields)}`}`;
  }
  const before = new Map(
    (planned?.fields ?? []).map((field) => [field.path, JSON.stringify(field)]),
  );
  const after = new Map((now?.fields ?? []).map((field) => [field.path, JSON.stringify(field)]));
  const differ = [...new Set([...before.keys(), ...after.keys()])].filter((path) =>
    before.get(path) !== after.get(path)
  );
  return differ.length === 0 ? undefined : `changed in the cluster: ${listed(differ)}`;
}
