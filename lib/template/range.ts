/**
 * Loops over lists, maps and integers.
 *
 * @module
 */

import { BREAK, NEXT } from "./execution.ts";
import type { Execution, Run, Signal } from "./execution.ts";
import { compilePipe } from "./expression.ts";
import { printValue } from "./format.ts";
import type { BranchNode, ListNode } from "./nodes.ts";
import type { Scope, Variable } from "./scope.ts";
import { GoNumber, GoObject, mapEntries, sortedKeys, underlying } from "./value.ts";

/** What the body of a loop needs to know of each item. */
interface Loop {
  readonly body: Run;
  readonly key: Variable | undefined;
  readonly item: Variable | undefined;
}

/** Compiles a range; `compileList` compiles its bodies. */
export function compileRange(
  node: BranchNode,
  scope: Scope,
  compileList: (list: ListNode, scope: Scope) => Run,
): Run {
  const subject = compilePipe(node.pipe, scope);
  const { variables } = node.pipe;
  const found = variables.map((variable) => scope.find(variable.names[0]!));
  const [key, item] = found.length > 1 ? found : [undefined, found[0]];
  const origin = scope.newSlot();
  const body = scope.block(origin, () => compileList(node.list, scope));
  const { elseList } = node;
  const otherwise: Run = elseList === undefined
    ? () => NEXT
    : scope.block(scope.dotOrigin, () => compileList(elseList, scope));
  const loop: Loop = { body, key, item };
  return (st, dot) => {
    const value = subject(st, dot);
    st.vars[origin] = value;
    return iterate(st, value, loop) ? NEXT : otherwise(st, dot);
  };
}

/** Runs the loop; false where there is nothing to loop over. */
function iterate(st: Execution, value: unknown, loop: Loop): boolean {
  if (value === undefined) return false;
  const items = underlying(value);
  if (Array.isArray(items)) return overList(st, items, { container: value, loop });
  const entries = mapEntries(value);
  if (entries !== undefined) {
    const keys = sortedKeys(entries);
    // Go loops over the map as it was at the start.
    const values = keys.map((key) => entries[key]);
    return overList(st, values, { container: value, loop, keys });
  }
  if (items instanceof Uint8Array) {
    const bytes = Array.from(items, (byte) => new GoNumber("uint8", BigInt(byte)));
    return overList(st, bytes, { container: undefined, loop });
  }
  return overNumber(st, items, { loop, shown: printValue(boxed(value)) });
}

function overList(
  st: Execution,
  items: readonly unknown[],
  { container, loop, keys }: { container: unknown; loop: Loop; keys?: readonly string[] },
): boolean {
  const { body, key, item } = loop;
  const { vars } = st;
  const count = items.length;
  for (let i = 0; i < count; i++) {
    const value = items[i];
    if (item !== undefined) {
      vars[item.slot] = value;
      vars[item.origin] = container;
    }
    if (key !== undefined) vars[key.slot] = keys === undefined ? BigInt(i) : keys[i];
    st.step();
    if (body(st, value) === BREAK) break;
  }
  return count > 0;
}

function boxed(value: unknown): unknown {
  return value instanceof GoObject ? value.boxed() : value;
}

function overNumber(
  st: Execution,
  value: unknown,
  { loop, shown }: { loop: Loop; shown: string },
): boolean {
  const type = value instanceof GoNumber && value.type !== "float32" ? value.type : undefined;
  if (typeof value !== "bigint" && type === undefined) {
    throw st.error(`range can't iterate over ${shown}`);
  }
  if (loop.key !== undefined) {
    throw st.error(`can't use ${shown} to iterate over more than one variable`);
  }
  const end = BigInt(value instanceof GoNumber ? value.value : value as bigint);
  for (let n = 0n; n < end; n++) {
    const item = type === undefined ? n : new GoNumber(type, n);
    if (loop.item !== undefined) st.vars[loop.item.slot] = item;
    st.step();
    const signal: Signal = loop.body(st, item);
    if (signal === BREAK) break;
  }
  return end > 0n;
}
