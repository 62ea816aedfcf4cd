/**
 * The state of one execution, apart from the compiled code so that any number can share that.
 *
 * @module
 */

import { ExecError } from "./errors.ts";
import type { Node, Source } from "./nodes.ts";
import type { Budget, FuncMap } from "./value.ts";

/** What a statement hands back: go on, or leave the loop around it. */
export type Signal = 0 | 1 | 2;

/** Go on with the next statement. */
export const NEXT = 0;
/** End the loop. */
export const BREAK = 1;
/** Go on with the loop's next item. */
export const CONTINUE = 2;

/** A compiled statement: writes to the execution's output. */
export type Run = (st: Execution, dot: unknown) => Signal;

/** A compiled expression. */
export type Eval = (st: Execution, dot: unknown) => unknown;

/** A compiled template. It is immutable. */
export interface Code {
  readonly name: string;
  readonly source: Source;
  /** How many places its variables need; place 0 is `$`. */
  readonly slots: number;
  readonly run: Run;
}

/** What a key that a map lacks yields: nothing, the zero value of its elements, or an error. */
export type MissingKey = "default" | "zero" | "error";

/** What an execution works with. */
export interface ExecutionContext {
  readonly lookup: (name: string) => Code | undefined;
  readonly funcs: FuncMap;
  readonly builtins: FuncMap;
  readonly missingKey: MissingKey;
  readonly budget: Budget | undefined;
}

/** One execution of one template and all that it invokes by `template`. */
export class Execution {
  out = "";
  /** Variables of the current template. */
  vars: unknown[];
  /** The node that errors are reported at: the one evaluated last. */
  node: Node | undefined;
  code: Code;
  depth = 0;
  readonly lookup: (name: string) => Code | undefined;
  readonly funcs: FuncMap;
  readonly builtins: FuncMap;
  readonly missingKey: MissingKey;
  readonly budget: Budget | undefined;
  #charged = 0;

  constructor(code: Code, data: unknown, context: ExecutionContext) {
    this.code = code;
    this.vars = newVars(code, data);
    this.lookup = context.lookup;
    this.funcs = context.funcs;
    this.builtins = context.builtins;
    this.missingKey = context.missingKey;
    this.budget = context.budget;
  }

  /** Takes one step, and the output written since the last one, from the budget. */
  step(): void {
    if (this.budget === undefined) return;
    const written = this.out.length - this.#charged;
    this.#charged = this.out.length;
    this.budget.take(1 + written);
  }

  /** An error at the current node. */
  error(detail: string, cause?: unknown): ExecError {
    const { source, name } = this.code;
    const node = this.node ?? { type: "text", pos: 0, text: "" };
    return new ExecError(detail, { source, templateName: name, node, cause });
  }
}

/** Room for a template's variables; `$` is its data. */
export function newVars(code: Code, data: unknown): unknown[] {
  const vars: unknown[] = [data];
  for (let slot = 1; slot < code.slots; slot++) vars.push(undefined);
  return vars;
}

/** Whether an error says that JavaScript's stack is used up. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes("call stack");
}
