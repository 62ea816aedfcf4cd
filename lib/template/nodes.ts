/**
 * The parse tree, and how it prints: errors quote nodes in this canonical form.
 *
 * A node's `pos` is an offset into the text it was parsed from.
 *
 * @module
 */

import { quoteGo } from "./quote.ts";
import type { GoComplex } from "./value.ts";

/** The text that a tree was parsed from. */
export interface Source {
  /** The file's name, as errors print it. */
  readonly name: string;
  readonly text: string;
}

interface At<T extends string> {
  readonly type: T;
  readonly pos: number;
}

export interface ListNode extends At<"list"> {
  readonly nodes: Statement[];
}

export interface TextNode extends At<"text"> {
  readonly text: string;
}

export interface ActionNode extends At<"action"> {
  readonly pipe: PipeNode;
}

/** `if`, `with` and `range`. */
export interface BranchNode extends At<"if" | "with" | "range"> {
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface LoopExitNode extends At<"break" | "continue"> {}

export interface TemplateNode extends At<"template"> {
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface PipeNode extends At<"pipe"> {
  /** Variables that get the value, by `=` if `assigns`, else by `:=`. */
  readonly variables: VariableNode[];
  readonly assigns: boolean;
  readonly commands: CommandNode[];
}

export interface CommandNode extends At<"command"> {
  readonly operands: Operand[];
}

export interface IdentifierNode extends At<"identifier"> {
  readonly name: string;
}

/** `$x.Field.Field`; the first name keeps its `$`. */
export interface VariableNode extends At<"variable"> {
  readonly names: string[];
}

/** `.Field.Field` */
export interface FieldNode extends At<"field"> {
  readonly names: string[];
}

/** `(pipeline).Field.Field` */
export interface ChainNode extends At<"chain"> {
  readonly operand: Operand;
  readonly names: string[];
}

export interface DotNode extends At<"dot"> {}

export interface NilNode extends At<"nil"> {}

export interface BoolNode extends At<"bool"> {
  readonly value: boolean;
}

export interface StringNode extends At<"string"> {
  readonly quoted: string;
  readonly text: string;
}

/** A number literal with every reading it allows. */
export interface NumberNode extends At<"number"> {
  readonly text: string;
  readonly int: bigint | undefined;
  readonly uint: bigint | undefined;
  readonly float: number | undefined;
  readonly complex: GoComplex | undefined;
}

export type Statement =
  | TextNode
  | ActionNode
  | BranchNode
  | LoopExitNode
  | TemplateNode;

export type Operand =
  | IdentifierNode
  | VariableNode
  | FieldNode
  | ChainNode
  | PipeNode
  | DotNode
  | NilNode
  | BoolNode
  | StringNode
  | NumberNode;

export type Node = Statement | Operand | ListNode | CommandNode;

/** The node in canonical form. */
export function printNode(node: Node): string {
  switch (node.type) {
    case "list":
      return node.nodes.map(printNode).join("");
    case "text":
      return node.text;
    case "action":
      return `{{${printNode(node.pipe)}}}`;
    case "if":
    case "with":
    case "range":
      return printBranch(node);
    case "break":
    case "continue":
      return `{{${node.type}}}`;
    case "template":
      return `{{template ${quoteGo(node.name)}${node.pipe ? ` ${printNode(node.pipe)}` : ""}}}`;
    case "pipe":
      return printPipe(node);
    case "command":
      return node.operands.map(printOperand).join(" ");
    case "chain":
      return [printOperand(node.operand), ...node.names].join(".");
    default:
      return printLeaf(node);
  }
}

function printLeaf(
  node: Exclude<Operand, ChainNode | PipeNode>,
): string {
  switch (node.type) {
    case "identifier":
      return node.name;
    case "variable":
      return node.names.join(".");
    case "field":
      return `.${node.names.join(".")}`;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "string":
      return node.quoted;
    case "number":
      return node.text;
  }
}

function printOperand(node: Operand): string {
  return node.type === "pipe" ? `(${printPipe(node)})` : printNode(node);
}

function printPipe(node: PipeNode): string {
  const commands = node.commands.map(printNode).join(" | ");
  if (node.variables.length === 0) return commands;
  return `${node.variables.map(printNode).join(", ")} ${node.assigns ? "=" : ":="} ${commands}`;
}

function printBranch(node: BranchNode): string {
  const otherwise = node.elseList ? `{{else}}${printNode(node.elseList)}` : "";
  return `{{${node.type} ${printPipe(node.pipe)}}}${printNode(node.list)}${otherwise}{{end}}`;
}

/** Whether a body holds nothing but white space (comments never make it into a tree). */
export function isEmptyList(list: ListNode): boolean {
  return list.nodes.every((node) => node.type === "text" && !HAS_CONTENT.test(node.text));
}

// What Go's bytes.TrimSpace leaves: anything but Unicode's White_Space.
const HAS_CONTENT = /[^\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Where a node is: the line counts from 1, the column counts bytes from 0. */
export function locate(text: string, pos: number): { line: number; column: number } {
  const before = text.slice(0, pos);
  const start = before.lastIndexOf("\n") + 1;
  let line = 1;
  for (let at = before.indexOf("\n"); at >= 0; at = before.indexOf("\n", at + 1)) line++;
  return { line, column: byteLength(before.slice(start)) };
}

/** Length of a string in UTF-8; a stray byte (see value.ts) counts as the one it is. */
export function byteLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x80) continue;
    const pair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00;
    if (pair) {
      length += 2;
      at++;
    } else if (code < 0x800) length++;
    else if (code < 0xdc80 || code > 0xdcff) length += 2;
  }
  return length;
}
