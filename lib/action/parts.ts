/**
 * Parts of a deployment that others can wait for: a step stands for each from the beginning, and the
 * steps of the change that it is made of precede it. Where there is nothing to do for a part it is
 * done with the rendering.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { Position } from "../errors.ts";
import type { KubeObject } from "../kube/types.ts";
import type { ReleaseHook } from "../release/release.ts";
import type { RevisionEntry } from "../release/storage.ts";
import { closest } from "../text.ts";
import type { DeployRequest } from "./deploy_request.ts";
import type { Operation } from "./operation.ts";
import type { ManifestObject } from "./objects.ts";
import type { Change, DeployPlan } from "./prepare.ts";
import type { ActionStep } from "./steps.ts";

/** A part of a deployment. */
export interface DeployPart {
  /** Id of the step that stands for it. */
  readonly step: string;
  /** Its objects are ready; its CRDs are established; one of its chart's hooks has succeeded. */
  readonly part: "ready" | "crds" | "hook";
  /** Of `hook`: the object's name, `Kind/name`, or the end of the name after a dash. */
  readonly hook?: string | undefined;
  /** What waits for it, for messages. */
  readonly neededBy: string;
  /** Where that is declared. */
  readonly position?: Position | undefined;
}

/** The steps that stand for parts. They count against no limit: nothing is done in them. */
export function partSteps(
  { owner }: Operation,
  { parts = [] }: Pick<DeployRequest, "parts">,
  needs: readonly string[],
): ActionStep[] {
  return parts.map(({ step, part, hook }) => ({
    id: step,
    needs,
    estimate: 0,
    info: {
      // The hook itself has a step of its own: this one only waits for it.
      kind: part === "hook" ? "ready" : part,
      owner,
      title: `part: ${hook === undefined ? part : `hook ${hook}`}`,
    },
    run: () => {},
  }));
}

/** A change's steps with those that a part is made of put before it. */
export function precedeParts(
  operation: Operation,
  steps: readonly ActionStep[],
  { parts = [], change }: Pick<DeployRequest, "parts"> & { readonly change: Change },
): ActionStep[] {
  if (parts.length === 0) return [...steps];
  const later = new Map<string, string[]>();
  for (const part of parts) {
    for (const id of stepsOf(operation, part, change)) {
      later.set(id, [...(later.get(id) ?? []), part.step]);
    }
  }
  return steps.map((step) => {
    const precedes = later.get(step.id);
    return precedes === undefined
      ? step
      : { ...step, precedes: [...(step.precedes ?? []), ...precedes] };
  });
}

/** Ids of the steps that a part is made of; not all of them are there in every change. */
function stepsOf(operation: Operation, part: DeployPart, { kind, release }: Change): string[] {
  if (part.part === "ready") return [operation.id("ready")];
  if (part.part === "crds") return [operation.id("crds"), operation.id(ESTABLISHED)];
  const hook = findHook(release.hooks, part.hook!);
  if (!isHook(hook)) return [];
  return hook.events.filter((event) => event.endsWith(`-${kind}`)).map((event) =>
    operation.id(`hook ${event} ${hook.kind}/${hook.name}`)
  );
}

/** The step that waits for CRDs among a release's objects, where a part asks for that. */
export const ESTABLISHED = "crds established";

/** Whether CRDs among these objects must be waited for. */
export function awaitsCrds(
  { parts = [] }: Pick<DeployRequest, "parts">,
  objects: readonly ManifestObject[],
): boolean {
  return parts.some(({ part }) => part === "crds") &&
    objects.some(({ object }) => isCrd(object));
}

/** Whether an object defines a kind. */
export function isCrd({ kind }: KubeObject): boolean {
  return kind === "CustomResourceDefinition";
}

/**
 * Throws for parts that the release does not have.
 *
 * @throws {CapstanError} That names what there is.
 */
export async function checkParts(
  operation: Operation,
  request: DeployRequest,
  { plan, signal }: { readonly plan: DeployPlan; readonly signal: AbortSignal },
): Promise<void> {
  const { parts = [] } = request;
  const hooks = parts.filter(({ part }) => part === "hook");
  if (hooks.length > 0) {
    const there = plan.kind === "unchanged"
      ? await storedHooks(operation, plan.current, signal)
      : plan.release.hooks;
    for (const part of hooks) checkHook(operation, part, there);
  }
  const crds = parts.find(({ part }) => part === "crds");
  if (crds === undefined || plan.kind === "unchanged" || plan.adopted !== undefined) return;
  if (plan.crds.length > 0 || awaitsCrds(request, plan.objects)) return;
  const { metadata } = plan.release.chart;
  throw new CapstanError(
    `${crds.neededBy} needs the CRDs of release ${operation.name}, which has none: neither in crds/ of ` +
      `chart ${metadata.name} nor among its objects`,
    {
      code: "part/no-crds",
      hint: "set the chart's value that adds them, or need the release as a whole",
      position: crds.position,
    },
  );
}

/** The hooks of a revision that stays. Read only for parts that are hooks. */
async function storedHooks(
  { context: { storage } }: Operation,
  entry: RevisionEntry,
  signal: AbortSignal,
): Promise<readonly ReleaseHook[]> {
  return (await storage.get(entry, { signal }))?.hooks ?? [];
}

function checkHook(
  { name }: Operation,
  { hook: wanted, neededBy, position }: DeployPart,
  hooks: readonly ReleaseHook[],
): void {
  const found = findHook(hooks, wanted!);
  const quoted = JSON.stringify(wanted);
  if (isHook(found)) {
    if (found.events.some(isDeployEvent)) return;
    throw new CapstanError(
      `${neededBy} needs hook ${quoted} of release ${name}, which runs only at ${
        found.events.join(" and ")
      }`,
      {
        code: "part/hook-event",
        hint: "only hooks of install and upgrade can be waited for",
        position,
      },
    );
  }
  const candidates = hooks.filter(({ events }) => events.some(isDeployEvent));
  const names = [...new Set(candidates.map((hook) => hook.name))];
  if (found.length > 1) {
    throw new CapstanError(
      `${neededBy} needs hook ${quoted} of release ${name}, which names ${found.length} of its hooks`,
      {
        code: "part/ambiguous-hook",
        hint: `write one of ${found.map((hook) => `"${hook.kind}/${hook.name}"`).join(", ")}`,
        position,
      },
    );
  }
  const near = closest(wanted!, names.flatMap((hook) => [hook, ...endsOf(hook)]));
  throw new CapstanError(
    `${neededBy} needs hook ${quoted} of release ${name}, which has no such hook`,
    {
      code: "part/no-hook",
      hint: near !== undefined
        ? `did you mean ${JSON.stringify(near)}?`
        : names.length > 0
        ? `it has ${names.join(", ")}`
        : "its chart renders no hook for install or upgrade",
      position,
    },
  );
}

function isDeployEvent(event: string): boolean {
  return /^(pre|post)-(install|upgrade)$/.test(event);
}

/** The hook that a name stands for, or all that it could be. */
function findHook(hooks: readonly ReleaseHook[], wanted: string): ReleaseHook | ReleaseHook[] {
  const exact = hooks.filter(({ kind, name }) => wanted === name || wanted === `${kind}/${name}`);
  const found = exact.length > 0 ? exact : hooks.filter(({ name }) => name.endsWith(`-${wanted}`));
  const deploying = found.filter(({ events }) => events.some(isDeployEvent));
  const meant = deploying.length > 0 ? deploying : found;
  return meant.length === 1 ? meant[0]! : meant;
}

function isHook(found: ReleaseHook | readonly ReleaseHook[]): found is ReleaseHook {
  return !Array.isArray(found);
}

/** `db-migrate-jobs` → `migrate-jobs`, `jobs` */
function endsOf(name: string): string[] {
  const words = name.split("-");
  return words.slice(1).map((_, i) => words.slice(i + 1).join("-"));
}
