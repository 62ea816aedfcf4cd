/**
 * Pipelines, commands and operands to closures.
 *
 * @module
 */

import { callFunction, compileCall, constantEval } from "./call.ts";
import type { Argument, CallSite } from "./call.ts";
import type { Eval, Execution } from "./execution.ts";
import { fieldWithArguments, methodOf, walkFields } from "./field.ts";
import type { Path } from "./field.ts";
import { printNode } from "./nodes.ts";
import type {
  ChainNode,
  CommandNode,
  FieldNode,
  Node,
  Operand,
  PipeNode,
  VariableNode,
} from "./nodes.ts";
import type { Scope, Variable } from "./scope.ts";
import type { GoObject } from "./value.ts";

/** A compiled command; `final` is the value of the command before it, if there is one. */
type Command = (st: Execution, dot: unknown, final: unknown) => unknown;

/** Names to follow, and what to say and call at the last of them. */
interface Chain {
  readonly node: Node;
  readonly names: readonly string[];
  readonly args: readonly Argument[];
  readonly piped: boolean;
}

/** Compiles a pipeline. Nil comes out as no value, as it leaves every pipeline in Go. */
export function compilePipe(pipe: PipeNode, scope: Scope): Eval {
  const evaluate = compileCommands(pipe, scope);
  const stores = pipe.variables.map((variable) => compileStore(variable, pipe.assigns, scope));
  if (stores.length === 0) {
    return (st, dot) => {
      const value = evaluate(st, dot);
      return value === null ? undefined : value;
    };
  }
  return (st, dot) => {
    const value = evaluate(st, dot) ?? undefined;
    for (const store of stores) store(st, value);
    return value;
  };
}

function compileCommands(pipe: PipeNode, scope: Scope): Eval {
  const [first, ...rest] = pipe.commands.map((command, index) =>
    compileCommand(command, { scope, pipe, piped: index > 0 })
  );
  if (rest.length === 0) return first as Eval;
  if (rest.length === 1) {
    const second = rest[0]!;
    return (st, dot) => second(st, dot, first!(st, dot, undefined) ?? undefined);
  }
  return (st, dot) => {
    let value = first!(st, dot, undefined) ?? undefined;
    for (const command of rest) value = command(st, dot, value) ?? undefined;
    return value;
  };
}

function compileStore(
  node: VariableNode,
  assigns: boolean,
  scope: Scope,
): (st: Execution, value: unknown) => void {
  const name = node.names[0]!;
  const variable = assigns ? scope.find(name) : scope.declare(name);
  if (variable === undefined) {
    return (st) => {
      throw st.error(`undefined variable: ${name}`);
    };
  }
  const { slot, origin } = variable;
  return (st, value) => {
    st.vars[slot] = value;
    st.vars[origin] = undefined;
  };
}

function compileCommand(
  command: CommandNode,
  { scope, pipe, piped }: { scope: Scope; pipe: PipeNode; piped: boolean },
): Command {
  const [first, ...rest] = command.operands as [Operand, ...Operand[]];
  const args = rest.map((operand) => compileArgument(operand, scope));
  switch (first.type) {
    case "field":
      return compileField(first, { args, piped, scope });
    case "chain":
      return compileChain(first, { args, piped, scope });
    case "variable":
      return compileVariable(first, { args, piped, scope });
    case "identifier":
      return compileCall(first, { name: first.name, node: command, args, piped });
  }
  const misuse = args.length > 0 || piped;
  if (first.type === "pipe") {
    return misuse ? notAFunction(first, piped ? undefined : pipe) : compilePipe(first, scope);
  }
  if (misuse) return notAFunction(first, first);
  if (first.type === "nil") {
    return (st) => {
      st.node = first;
      throw st.error("nil is not a command");
    };
  }
  return compileArgument(first, scope).eval;
}

/** A command that gives arguments to what takes none. */
function notAFunction(operand: Operand, at: Node | undefined): Command {
  return (st) => {
    if (at !== undefined) st.node = at;
    throw st.error(`can't give argument to non-function ${printNode(operand)}`);
  };
}

/** Compiles an operand that stands as an argument. */
export function compileArgument(node: Operand, scope: Scope): Argument {
  switch (node.type) {
    case "nil":
    case "bool":
    case "string":
    case "number":
      return { node, constant: node, eval: constantEval(node) };
  }
  return { node, constant: undefined, eval: compileValue(node, scope) };
}

type ValueNode = Exclude<Operand, { type: "nil" | "bool" | "string" | "number" }>;

function compileValue(node: ValueNode, scope: Scope): Eval {
  const plain = { args: [], piped: false, scope };
  switch (node.type) {
    case "dot":
      return (st, dot) => {
        st.node = node;
        return dot;
      };
    case "field":
      return compileField(node, plain) as Eval;
    case "chain":
      return compileChain(node, plain) as Eval;
    case "variable":
      return compileVariable(node, plain) as Eval;
    case "pipe":
      return compilePipe(node, scope);
    case "identifier":
      return compileCall(node, { name: node.name, node, args: [], piped: false }) as Eval;
  }
}

interface Context {
  readonly args: readonly Argument[];
  readonly piped: boolean;
  readonly scope: Scope;
}

function compileField(node: FieldNode, { args, piped, scope }: Context): Command {
  const origin = scope.dotOrigin;
  const { names } = node;
  if (args.length > 0 || piped) {
    const follow = callChain({ node, names, args, piped });
    return (st, dot, final) => {
      st.node = node;
      return follow(st, { dot, start: dot, container: originOf(st, origin), final });
    };
  }
  const path: Path = { names, node, callMethod };
  return (st, dot) => {
    st.node = node;
    return walkFields(st, dot, originOf(st, origin), path);
  };
}

function originOf(st: Execution, slot: number | undefined): unknown {
  return slot === undefined ? undefined : st.vars[slot];
}

function compileVariable(node: VariableNode, { args, piped, scope }: Context): Command {
  const [name, ...names] = node.names as [string, ...string[]];
  const variable = scope.find(name);
  if (variable === undefined) {
    return (st) => {
      st.node = node;
      throw st.error(`undefined variable: ${name}`);
    };
  }
  const called = args.length > 0 || piped;
  if (names.length > 0) return compileVariableFields(node, variable, { names, args, piped });
  if (called) return notAFunction(node, node);
  const { slot } = variable;
  return (st) => {
    st.node = node;
    return st.vars[slot];
  };
}

function compileVariableFields(
  node: VariableNode,
  { slot, origin }: Variable,
  { names, args, piped }: Omit<Chain, "node">,
): Command {
  if (args.length === 0 && !piped) {
    const path: Path = { names, node, callMethod };
    return (st) => {
      st.node = node;
      return walkFields(st, st.vars[slot], st.vars[origin], path);
    };
  }
  const follow = callChain({ node, names, args, piped });
  return (st, dot, final) => {
    st.node = node;
    return follow(st, { dot, start: st.vars[slot], container: st.vars[origin], final });
  };
}

function compileChain(node: ChainNode, { args, piped, scope }: Context): Command {
  const operand = compileValue(node.operand as ValueNode, scope);
  const { names } = node;
  const follow = callChain({ node, names, args, piped });
  const called = args.length > 0 || piped;
  const path: Path = { names, node, callMethod };
  return (st, dot, final) => {
    st.node = node;
    const start = operand(st, dot);
    if (called) return follow(st, { dot, start, container: undefined, final });
    return walkFields(st, start, undefined, path);
  };
}

/** A method in the midst of a chain, or one without arguments at its end. */
function callMethod(
  st: Execution,
  object: GoObject,
  { name, node }: { name: string; node: Node },
): unknown {
  const site: CallSite = { name, node, args: [], piped: false };
  return callFunction(st, undefined, { f: object.method(name)!, site, final: undefined });
}

/** A chain whose last name gets arguments, and so has to be a method. */
function callChain({ node, names, args, piped }: Chain) {
  const name = names.at(-1)!;
  const site: CallSite = { name, node, args, piped };
  const path: Path = { names: names.slice(0, -1), node, callMethod };
  return (
    st: Execution,
    { dot, start, container, final }: {
      dot: unknown;
      start: unknown;
      container: unknown;
      final: unknown;
    },
  ): unknown => {
    const receiver = walkFields(st, start, container, path);
    const method = methodOf(receiver, name);
    if (method !== undefined) return callFunction(st, dot, { f: method, site, final });
    const outer = names.length > 1
      ? walkFields(st, start, container, { ...path, names: names.slice(0, -2) })
      : container;
    return fieldWithArguments(st, receiver, { name, container: outer, path });
  };
}
