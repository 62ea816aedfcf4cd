/**
 * Calls of functions and methods: count and types of arguments, and what their errors say.
 *
 * @module
 */

import { isAbort, messageOf } from "../errors.ts";
import { constantAs, convert, idealConstant } from "./convert.ts";
import type { ConstantNode } from "./convert.ts";
import { isStackOverflow } from "./execution.ts";
import type { Eval, Execution } from "./execution.ts";
import type { IdentifierNode, Node, Operand } from "./nodes.ts";
import { printNode } from "./nodes.ts";
import { quoteGo } from "./quote.ts";
import type { GoFunc, ParamType } from "./value.ts";
import { truth, typeOf } from "./value.ts";

/** An operand ready to be evaluated as an argument. */
export interface Argument {
  readonly node: Operand;
  readonly eval: Eval;
  /** Set where the operand is a constant, which fits itself to the parameter. */
  readonly constant: ConstantNode | undefined;
}

/** A call; `final` is the value that the pipeline hands over, if it does. */
export type Call = (st: Execution, dot: unknown, final: unknown) => unknown;

/** A call as it stands in the template. */
export interface CallSite {
  readonly name: string;
  /** The node that an error of the function is reported at. */
  readonly node: Node;
  readonly args: readonly Argument[];
  /** Whether the pipeline hands over a last argument. */
  readonly piped: boolean;
}

function argument(st: Execution, dot: unknown, site: { arg: Argument; type: ParamType }): unknown {
  const { arg, type } = site;
  if (arg.constant === undefined) return convert(st, arg.eval(st, dot), type);
  return constantAs(st, arg.constant, type);
}

function paramType(f: GoFunc, index: number): ParamType {
  return f.params[Math.min(index, f.params.length - 1)]!;
}

/** Whether a function takes that many arguments. */
function takes(f: GoFunc, count: number): boolean {
  return f.variadic ? count >= f.params.length - 1 : count === f.params.length;
}

function wrongCount(st: Execution, f: GoFunc, site: CallSite): Error {
  const { name, args, piped } = site;
  const want = f.variadic
    ? `at least ${f.params.length - 1} got ${args.length}`
    : `${f.params.length} got ${args.length + (piped ? 1 : 0)}`;
  return st.error(`wrong number of args for ${name}: want ${want}`);
}

/** What a throwing function turns into. */
function failure(st: Execution, site: CallSite, error: unknown): unknown {
  st.node = site.node;
  // Neither is the function's fault, and both end the whole execution.
  if (isAbort(error) || isStackOverflow(error)) return error;
  return st.error(`error calling ${site.name}: ${messageOf(error)}`, error);
}

/** Calls a function with the site's arguments and, if it is piped, the final one. */
export function callFunction(
  st: Execution,
  dot: unknown,
  { f, site, final }: { f: GoFunc; site: CallSite; final: unknown },
): unknown {
  const { args, piped } = site;
  const count = args.length + (piped ? 1 : 0);
  if (!takes(f, count)) throw wrongCount(st, f, site);
  const values: unknown[] = [];
  for (let i = 0; i < args.length; i++) {
    values.push(argument(st, dot, { arg: args[i]!, type: paramType(f, i) }));
  }
  if (piped) values.push(convert(st, final, paramType(f, args.length)));
  st.step();
  try {
    return f.call(...values);
  } catch (error) {
    throw failure(st, site, error);
  }
}

/** Looks a function up; those of the execution hide builtin ones. */
function lookup(st: Execution, node: IdentifierNode): GoFunc {
  const f = st.funcs[node.name];
  if (f?.params !== undefined) return f;
  const builtin = Object.hasOwn(st.builtins, node.name) ? st.builtins[node.name] : undefined;
  if (builtin !== undefined) return builtin;
  throw st.error(`${quoteGo(node.name)} is not a defined function`);
}

/** Compiles a call of a named function. */
export function compileCall(ident: IdentifierNode, site: CallSite): Call {
  switch (ident.name) {
    case "and":
    case "or":
      return compileLogic(ident, site);
    case "call":
      return compileCallBuiltin(ident, site);
  }
  const [first, second] = site.args;
  if (site.args.length === 1 && !site.piped) return unaryCall(ident, site, first!);
  if (site.args.length === 1) return pipedCall(ident, site, first!);
  if (site.args.length === 2 && !site.piped) {
    return binaryCall(ident, site, { first: first!, second: second! });
  }
  return (st, dot, final) => {
    st.node = ident;
    return callFunction(st, dot, { f: lookup(st, ident), site, final });
  };
}

/** `f x` */
function unaryCall(ident: IdentifierNode, site: CallSite, arg: Argument): Call {
  return (st, dot) => {
    st.node = ident;
    const f = lookup(st, ident);
    if (!takes(f, 1)) throw wrongCount(st, f, site);
    const type = f.params[0]!;
    const value = arg.constant === undefined
      ? convert(st, arg.eval(st, dot), type)
      : constantAs(st, arg.constant, type);
    st.step();
    try {
      return f.call(value);
    } catch (error) {
      throw failure(st, site, error);
    }
  };
}

/** `… | f x` */
function pipedCall(ident: IdentifierNode, site: CallSite, arg: Argument): Call {
  return (st, dot, final) => {
    st.node = ident;
    const f = lookup(st, ident);
    if (!takes(f, 2)) throw wrongCount(st, f, site);
    const type = f.params[0]!;
    const value = arg.constant === undefined
      ? convert(st, arg.eval(st, dot), type)
      : constantAs(st, arg.constant, type);
    const last = convert(st, final, paramType(f, 1));
    st.step();
    try {
      return f.call(value, last);
    } catch (error) {
      throw failure(st, site, error);
    }
  };
}

/** `f x y` */
function binaryCall(
  ident: IdentifierNode,
  site: CallSite,
  { first, second }: { first: Argument; second: Argument },
): Call {
  return (st, dot) => {
    st.node = ident;
    const f = lookup(st, ident);
    if (!takes(f, 2)) throw wrongCount(st, f, site);
    const a = argument(st, dot, { arg: first, type: f.params[0]! });
    const b = argument(st, dot, { arg: second, type: paramType(f, 1) });
    st.step();
    try {
      return f.call(a, b);
    } catch (error) {
      throw failure(st, site, error);
    }
  };
}

/** `and` and `or`, which evaluate no more than they need, unless a function hides them. */
function compileLogic(ident: IdentifierNode, site: CallSite): Call {
  const { args, piped } = site;
  const decides = ident.name === "or";
  return (st, dot, final) => {
    st.node = ident;
    const f = lookup(st, ident);
    if (f !== st.builtins[ident.name]) return callFunction(st, dot, { f, site, final });
    if (args.length === 0 && !piped) throw wrongCount(st, f, site);
    let value: unknown;
    for (const arg of args) {
      value = arg.constant === undefined
        ? arg.eval(st, dot)
        : constantAs(st, arg.constant, "reflect.Value");
      if (truth(value) === decides) return value;
    }
    return piped ? final : value;
  };
}

/** The builtin `call` reports the callee by its name in the template. */
function compileCallBuiltin(ident: IdentifierNode, site: CallSite): Call {
  const callee = site.args[0];
  return (st, dot, final) => {
    st.node = ident;
    const f = lookup(st, ident);
    if (f !== st.builtins["call"]) return callFunction(st, dot, { f, site, final });
    const text = callee === undefined ? describe(final) : printNode(callee.node);
    const wrapped: GoFunc = { ...f, call: (...values) => f.call(text, ...values) };
    return callFunction(st, dot, { f: wrapped, site, final });
  };
}

/** A value as reflect prints it: strings as they are, of others only the type. */
function describe(value: unknown): string {
  return typeof value === "string" ? value : `<${typeOf(value)} Value>`;
}

/** A constant as the value of a command. */
export function constantEval(node: ConstantNode): Eval {
  return (st) => {
    st.node = node;
    return idealConstant(st, node);
  };
}
