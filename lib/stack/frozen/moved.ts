/**
 * Saying what has moved since a plan was made.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";

/** Something that is not as it was when the plan was made. */
export interface Moved {
  /** Id of the release or hook; empty for what concerns the whole. */
  readonly node: string;
  /** What of it, such as `values`, `revision`, `Deployment shop/web`. */
  readonly what: string;
  /** How it differs from the plan. */
  readonly how: string;
}

/**
 * A plan cannot be carried out as it was made, since something has moved. Nothing was changed, unless
 * it says that it happened in the middle of a run.
 *
 * @example Usage
 * ```ts
 * import { PlanMovedError } from "@capstan/capstan";
 *
 * const moved = [{ node: "web", what: "values", how: "are not those of the plan" }];
 * const error = new PlanMovedError(moved, { at: "2026-05-01T12:00:00Z" });
 * if (!error.message.includes("web  values  are not those of the plan")) throw error;
 * ```
 */
export class PlanMovedError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "PlanMovedError";

  /** All that has moved. */
  readonly moved: readonly Moved[];

  /** The message lists what has moved since `at`; `running` says that some of the run is done. */
  constructor(
    moved: readonly Moved[],
    { at, running = false }: { readonly at: string; readonly running?: boolean | undefined },
  ) {
    const things = moved.length === 1 ? "1 thing has moved" : `${moved.length} things have moved`;
    super(`cannot do what was planned: ${things} since ${at}:\n${table(moved)}`, {
      code: "plan/moved",
      hint: (running ? "what ran before is done; " : "nothing was changed; ") +
        "make a new plan with `capstan plan -o`, review it, and apply that",
    });
    this.moved = moved;
  }
}

/** Rows that the message shows; the error has all. */
const MOST_ROWS = 40;

function table(moved: readonly Moved[]): string {
  const rows = moved.slice(0, MOST_ROWS).map((
    { node, what, how },
  ) => [node === "" ? "(stack)" : node, what, how]);
  const width = (i: number) => Math.max(...rows.map((row) => row[i]!.length));
  const lines = rows.map(([node, what, how]) =>
    `  ${node!.padEnd(width(0))}  ${what!.padEnd(width(1))}  ${how}`
  );
  const left = moved.length - rows.length;
  return [...lines, ...(left === 0 ? [] : [`  and ${left} more`])].join("\n");
}
