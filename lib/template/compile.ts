/**
 * Parse trees to closures: each statement becomes a function that writes its output.
 *
 * @module
 */

import { BREAK, CONTINUE, isStackOverflow, newVars, NEXT } from "./execution.ts";
import type { Code, Eval, Execution, Run } from "./execution.ts";
import { compilePipe } from "./expression.ts";
import { printValue } from "./format.ts";
import { printNode } from "./nodes.ts";
import type { ActionNode, BranchNode, ListNode, Statement, TemplateNode } from "./nodes.ts";
import type { Tree } from "./parse.ts";
import { quoteGo } from "./quote.ts";
import { compileRange } from "./range.ts";
import { Scope } from "./scope.ts";
import { truth } from "./value.ts";

/** How deep templates may invoke each other: Go's limit, which JavaScript's stack ends before. */
const MAX_DEPTH = 100_000;

/** Compiles a tree. */
export function compileTree(tree: Tree): Code {
  const scope = new Scope();
  const run = compileList(tree.root, scope);
  return { name: tree.name, source: tree.source, slots: scope.slots, run };
}

function compileList(list: ListNode, scope: Scope): Run {
  const statements = list.nodes.map((node) => compileStatement(node, scope));
  const [first, second] = statements;
  if (first === undefined) return () => NEXT;
  if (second === undefined) return first;
  if (statements.length === 2) return (st, dot) => first(st, dot) || second(st, dot);
  return (st, dot) => {
    for (let i = 0; i < statements.length; i++) {
      const signal = statements[i]!(st, dot);
      if (signal !== NEXT) return signal;
    }
    return NEXT;
  };
}

function compileStatement(node: Statement, scope: Scope): Run {
  switch (node.type) {
    case "text": {
      const { text } = node;
      return (st) => {
        st.out += text;
        return NEXT;
      };
    }
    case "action":
      return compileAction(node, scope);
    case "if":
      return compileIf(node, scope);
    case "with":
      return compileWith(node, scope);
    case "range":
      return scope.block(scope.dotOrigin, () => compileRange(node, scope, compileList));
    case "template":
      return compileTemplate(node, scope);
    case "break":
      return () => BREAK;
    case "continue":
      return () => CONTINUE;
  }
}

function compileAction(node: ActionNode, scope: Scope): Run {
  const evaluate = compilePipe(node.pipe, scope);
  if (node.pipe.variables.length > 0) {
    return (st, dot) => {
      evaluate(st, dot);
      return NEXT;
    };
  }
  return (st, dot) => {
    const value = evaluate(st, dot);
    st.out += typeof value === "string" ? value : shown(st, node, value);
    return NEXT;
  };
}

function shown(st: Execution, node: ActionNode, value: unknown): string {
  st.node = node;
  if (typeof value === "function") {
    throw st.error(`can't print ${printNode(node)} of type func`);
  }
  return printValue(value, st.budget);
}

function compileIf(node: BranchNode, scope: Scope): Run {
  return scope.block(scope.dotOrigin, () => {
    const condition = compilePipe(node.pipe, scope);
    const list = scope.block(scope.dotOrigin, () => compileList(node.list, scope));
    const otherwise = compileElse(node, scope);
    return (st, dot) => truth(condition(st, dot)) ? list(st, dot) : otherwise(st, dot);
  });
}

function compileWith(node: BranchNode, scope: Scope): Run {
  return scope.block(scope.dotOrigin, () => {
    const subject = compilePipe(node.pipe, scope);
    const list = scope.block(undefined, () => compileList(node.list, scope));
    const otherwise = compileElse(node, scope);
    return (st, dot) => {
      const value = subject(st, dot);
      return truth(value) ? list(st, value) : otherwise(st, dot);
    };
  });
}

function compileElse(node: BranchNode, scope: Scope): Run {
  const { elseList } = node;
  if (elseList === undefined) return () => NEXT;
  return scope.block(scope.dotOrigin, () => compileList(elseList, scope));
}

function compileTemplate(node: TemplateNode, scope: Scope): Run {
  const argument: Eval = node.pipe ? compilePipe(node.pipe, scope) : () => undefined;
  return (st, dot) => {
    st.node = node;
    const code = st.lookup(node.name);
    if (code === undefined) throw st.error(`template ${quoteGo(node.name)} not defined`);
    if (st.depth >= MAX_DEPTH) throw tooDeep(st, node);
    invoke(st, code, { data: argument(st, dot), node });
    return NEXT;
  };
}

/** Runs another template in place, with variables of its own. */
function invoke(
  st: Execution,
  code: Code,
  { data, node }: { data: unknown; node: TemplateNode },
): void {
  const { vars, code: caller } = st;
  st.step();
  st.vars = newVars(code, data);
  st.code = code;
  st.depth++;
  try {
    code.run(st, data);
  } catch (error) {
    if (!isStackOverflow(error)) throw error;
    st.code = caller;
    throw tooDeep(st, node);
  }
  st.depth--;
  st.code = caller;
  st.vars = vars;
}

function tooDeep(st: Execution, node: TemplateNode): Error {
  st.node = node;
  return st.error(`exceeded maximum template depth (${MAX_DEPTH})`);
}
