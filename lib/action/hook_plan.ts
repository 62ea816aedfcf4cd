/**
 * Which hooks run when: the order of one event's hooks, and which of them may overlap. Pure.
 *
 * Helm runs hooks one by one, by weight and then by name (pkg/action/hooks.go). HIP-0019 and
 * HIP-9999 propose that hooks of one weight run at once, up to a limit.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { compareStrings } from "../template/strings.ts";
import type { ReleaseHook } from "../release/release.ts";

/**
 * Which hooks of one weight may overlap: all of them (HIP-0019), or only those that carry the
 * annotation `helm.sh/hook-parallel: "true"` (HIP-9999), every other being a barrier.
 */
export type HookSelection = "all" | "annotated";

/** The annotation by which a chart lets a hook overlap with others. */
export const PARALLEL_ANNOTATION = "helm.sh/hook-parallel";

/** Most hooks that can be asked to run at once. */
export const MAX_HOOK_PARALLELISM = 1024;

/** How hooks may overlap. */
export interface HookPlanOptions {
  /** Hooks of one weight that run at once; 0 and 1 are serial. @default {1} */
  readonly parallelism?: number | undefined;
  /** @default {"all"} */
  readonly selection?: HookSelection | undefined;
  /** Whether a hook carries {@linkcode PARALLEL_ANNOTATION} set to `true`. */
  readonly isAnnotated: (hook: ReleaseHook) => boolean;
}

/** Hooks that may run at once. All of one wave end before any of the next starts. */
export type HookWave = readonly ReleaseHook[];

/**
 * The hooks of one event as waves. Serial is one hook a wave, in exactly Helm's order.
 *
 * Inside a weight only Jobs and Pods overlap; hooks of other kinds, which those may use, come
 * before them one by one.
 *
 * @throws {CapstanError} when `parallelism` makes no sense.
 */
export function planHooks(
  hooks: readonly ReleaseHook[],
  event: string,
  { parallelism = 1, selection = "all", isAnnotated }: HookPlanOptions,
): HookWave[] {
  checkParallelism(parallelism);
  const sorted = hooksOf(hooks, event);
  if (parallelism <= 1) return sorted.map((hook) => [hook]);
  const mayOverlap = selection === "all" ? () => true : isAnnotated;
  return runsOf(sorted, mayOverlap).flatMap(wavesOf);
}

/** The hooks of one event in the order in which Helm runs them. */
export function hooksOf(hooks: readonly ReleaseHook[], event: string): ReleaseHook[] {
  return hooks
    .filter(({ events }) => events.includes(event))
    .toSorted((a, b) => a.weight - b.weight || compareStrings(a.name, b.name));
}

/** Whether a number of hooks at once is one that can be meant. */
export function isHookParallelism(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 &&
    (value as number) <= MAX_HOOK_PARALLELISM;
}

/** Throws unless a number of hooks at once is one that can be meant. */
export function checkParallelism(parallelism: number): void {
  if (isHookParallelism(parallelism)) return;
  throw new CapstanError(
    `hook parallelism must be an integer from 0 to ${MAX_HOOK_PARALLELISM}: got ${parallelism}`,
    { code: "hook/parallelism", hint: "0 and 1 run hooks one by one, as Helm does" },
  );
}

/** Neighbours of one weight that may overlap, and each other hook by itself. */
function runsOf(
  sorted: readonly ReleaseHook[],
  mayOverlap: (hook: ReleaseHook) => boolean,
): ReleaseHook[][] {
  const runs: ReleaseHook[][] = [];
  let open = false;
  for (const hook of sorted) {
    const free = mayOverlap(hook);
    const last = runs.at(-1);
    if (open && free && last!.at(-1)!.weight === hook.weight) last!.push(hook);
    else runs.push([hook]);
    open = free;
  }
  return runs;
}

/** What Jobs and Pods may use first and one by one, then Jobs and Pods together. */
function wavesOf(run: readonly ReleaseHook[]): HookWave[] {
  const work = run.filter(isWorkload);
  const rest = run.filter((hook) => !isWorkload(hook)).map((hook) => [hook]);
  return work.length === 0 ? rest : [...rest, work];
}

function isWorkload({ kind }: ReleaseHook): boolean {
  return kind === "Job" || kind === "Pod";
}
