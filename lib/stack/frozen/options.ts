/**
 * What a frozen plan decides of a run.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import type { RunOptions } from "../run.ts";
import type { FrozenPlan } from "./format.ts";

/** Options that the plan has decided, by what they are called on the command line. */
const DECIDED = {
  hookParallelism: "--hook-parallelism",
  hookSelection: "--hook-selection",
  force: "--force",
  checkDrift: "--check-drift",
} as const;

/**
 * The options that the plan was made with.
 *
 * @throws {CapstanError} When the run is given others, or does something else than bring the stack up.
 */
export function optionsOf(
  { select, options }: FrozenPlan,
  given: RunOptions,
): Pick<RunOptions, "select" | "hookParallelism" | "hookSelection" | "force"> {
  const others: string[] = Object.entries(DECIDED).flatMap(([name, flag]) =>
    given[name as keyof typeof DECIDED] ? [flag] : []
  );
  if (Object.values(given.select ?? {}).some(Boolean)) others.push("a selection");
  if (given.verb !== "up") others.push(String(given.verb));
  if (others.length > 0) {
    throw new CapstanError(`cannot do what was planned together with ${others.join(" and ")}`, {
      code: "plan/options",
      hint: "the plan decides what is done; make another one, with these",
    });
  }
  return { select, ...options };
}
