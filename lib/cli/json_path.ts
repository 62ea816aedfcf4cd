/**
 * JSONPath templates as Kubernetes writes them (client-go's util/jsonpath, which Helm uses):
 * `{.image.tag}`, `{range .ports[*]}{.name} {end}`, `{..name}`, `{.ports[?(@.port>80)].name}`.
 *
 * @module
 */
import { isMap } from "../template/value.ts";
import { formatData, sortKeys } from "./output.ts";

/** A path of one action, or the text between two. */
type Node =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "path"; readonly steps: readonly Step[] }
  | { readonly type: "range"; readonly steps: readonly Step[]; readonly body: readonly Node[] };

/** What is made of the values found so far. */
type Step =
  | { readonly type: "literal"; readonly value: string | number | boolean }
  | { readonly type: "keys"; readonly names: readonly string[] }
  | { readonly type: "all" | "below" }
  | { readonly type: "items"; readonly slices: readonly Slice[] }
  | {
    readonly type: "filter";
    readonly left: Step[];
    readonly operator: string;
    readonly right: Step[];
  };

/** From, to and step; `single` where only the first was written. */
interface Slice {
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly step: number | undefined;
  readonly single: boolean;
}

/** A template that cannot be understood, or a value without what a path names. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** A template, understood. */
export interface JsonPath {
  /**
   * What it makes of a value.
   *
   * @throws {JsonPathError} Where the value lacks what a path names.
   */
  print(value: unknown): string;
}

/**
 * Reads a template.
 *
 * @throws {JsonPathError} With Kubernetes' words.
 */
export function parseJsonPath(template: string): JsonPath {
  const nodes = new TemplateReader(template).read();
  return { print: (value) => nodes.map((node) => printed(node, value)).join("") };
}

class TemplateReader {
  #rest: string;
  constructor(template: string) {
    this.#rest = template;
  }

  /** Up to the end, or the `{end}` of a range. */
  read(inRange = false): Node[] {
    const nodes: Node[] = [];
    while (this.#rest !== "") {
      const open = this.#rest.indexOf("{");
      const text = open < 0 ? this.#rest : this.#rest.slice(0, open);
      if (text !== "") nodes.push({ type: "text", text });
      this.#rest = this.#rest.slice(text.length);
      if (this.#rest === "") break;
      const action = this.#action().trim();
      if (action === "end") {
        if (inRange) return nodes;
        throw new JsonPathError("not in range, nothing to end");
      }
      const [, over] = /^range\s+(.*)$/s.exec(action) ?? [];
      nodes.push(
        over === undefined
          ? { type: "path", steps: stepsOf(action) }
          : { type: "range", steps: stepsOf(over), body: this.read(true) },
      );
    }
    if (inRange) throw new JsonPathError("unclosed range");
    return nodes;
  }

  /** What is between braces; those within quotes are text. */
  #action(): string {
    const [whole, body] = /^\{((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^}"'])*)\}/s.exec(
      this.#rest,
    ) ?? [];
    if (whole === undefined) throw new JsonPathError("unclosed action");
    this.#rest = this.#rest.slice(whole.length);
    return body!;
  }
}

const TOKENS: readonly (readonly [RegExp, (match: RegExpExecArray) => Step[]])[] = [
  [/^\s+/, () => []],
  // The value at hand, which a path starts from anyway.
  [/^[$@]/, () => []],
  [/^("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/, ([text]) => [literal(unquoted(text!))]],
  [/^\.\.(?=[^.])/, () => [{ type: "below" }]],
  [/^\.?\*/, () => [{ type: "all" }]],
  [/^\.?((?:\\.|[^\s.,[\]$@{}\\])+)/, ([text, name]) => word(text!, name!)],
  [/^\.(?=$|\[)/, () => []],
  [
    /^\[((?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\?\((?:[^()"']|"[^"]*"|'[^']*')*\)|[^\]"'])*)\]/,
    ([, text]) => [bracket(text!)],
  ],
];

function stepsOf(action: string): Step[] {
  const steps: Step[] = [];
  let rest = action;
  let afterDots = false;
  while (rest !== "") {
    const source: string = afterDots && /^[^\s.[*$@]/.test(rest) ? `.${rest}` : rest;
    const token = TOKENS.find(([pattern]) => pattern.test(source));
    if (token === undefined) throw unrecognized(source);
    const [pattern, make] = token;
    const match = pattern.exec(source)!;
    const made = make(match);
    steps.push(...made);
    afterDots = made[0]?.type === "below";
    rest = source.slice(match[0].length);
  }
  return steps;
}

function unrecognized(text: string): JsonPathError {
  if (text.startsWith("[")) return new JsonPathError("unterminated array");
  const [char = ""] = text;
  const code = char.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return new JsonPathError(`unrecognized character in action: U+${code} '${char}'`);
}

/** A key after a dot; else a number or a word of its own. */
function word(text: string, name: string): Step[] {
  if (text.startsWith(".")) return [keys(name.replace(/\\(.)/g, "$1"))];
  if (/^[+-]?\d+(\.\d+)?$/.test(name)) return [literal(Number(name))];
  if (name === "true" || name === "false") return [literal(name === "true")];
  if (!/^\w/.test(name)) throw unrecognized(name);
  throw new JsonPathError(`unrecognized identifier ${name}`);
}

function bracket(text: string): Step {
  if (text === "*") return { type: "all" };
  const [, condition] = /^\?\((.*)\)$/s.exec(text) ?? [];
  if (condition !== undefined) return filter(condition);
  const parts = text.split(/,(?=(?:[^'"]|'[^']*'|"[^"]*")*$)/).map((part) => part.trim());
  if (parts.every((part) => /^('.*'|".*")$/s.test(part))) return keys(...parts.map(unquoted));
  return { type: "items", slices: parts.map(slice) };
}

function slice(text: string): Slice {
  const match = /^(-?\d*)(?::(-?\d*))?(?::(-?\d*))?$/.exec(text);
  if (match === null || text === "") throw new JsonPathError(`invalid array index ${text}`);
  const [from, to, step] = match.slice(1)
    .map((part) => part === undefined || part === "" ? undefined : Number(part));
  return { from, to, step, single: match[2] === undefined };
}

function filter(condition: string): Step {
  const [, left = condition, operator = "exists", right = ""] =
    /^((?:[^<>=!"']|"[^"]*"|'[^']*')*?)\s*(==|!=|<=|>=|<|>)(.*)$/s.exec(condition) ?? [];
  return { type: "filter", left: stepsOf(left), operator, right: stepsOf(right) };
}

function keys(...names: string[]): Step {
  return { type: "keys", names };
}

function literal(value: string | number | boolean): Step {
  return { type: "literal", value };
}

function unquoted(text: string): string {
  const escapes: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };
  return text.slice(1, -1).replace(/\\(.)/gs, (_, char: string) => escapes[char] ?? char);
}

function printed(node: Node, value: unknown): string {
  switch (node.type) {
    case "text":
      return node.text;
    case "path":
      return walk(node.steps, value).map(textOf).join(" ");
    case "range":
      return walk(node.steps, value)
        .map((item) => node.body.map((each) => printed(each, item)).join("")).join("");
  }
}

function walk(steps: readonly Step[], value: unknown): unknown[] {
  return steps.reduce<unknown[]>((values, step) => stepped(step, values), [value]);
}

function stepped(step: Step, values: readonly unknown[]): unknown[] {
  switch (step.type) {
    case "literal":
      return [step.value];
    case "keys": {
      const found = values.filter(isMap).flatMap((map) =>
        step.names.filter((name) => Object.hasOwn(map, name)).map((name) => map[name])
      );
      if (found.length === 0) throw new JsonPathError(`${step.names.join(", ")} is not found`);
      return found;
    }
    case "all":
      return values.flatMap(itemsOf);
    case "below":
      return values.flatMap(descendants);
    case "items":
      return values.flatMap((list) => step.slices.flatMap((each) => sliced(list, each)));
    case "filter":
      return values.flatMap((list) => arrayOf(list).filter((item) => fits(step, item)));
  }
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return isMap(value) ? Object.keys(value).sort().map((key) => value[key]) : [];
}

function descendants(value: unknown): unknown[] {
  return [value, ...itemsOf(value).flatMap(descendants)];
}

function arrayOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new JsonPathError(`${textOf(value)} is not array or slice`);
}

function sliced(value: unknown, { from = 0, to, step = 1, single }: Slice): unknown[] {
  const list = arrayOf(value);
  const at = (index: number) => index < 0 ? index + list.length : index;
  const start = at(from);
  if (single) {
    if (start >= 0 && start < list.length) return [list[start]];
    throw new JsonPathError(
      `array index out of bounds: index ${from}, length ${list.length}`,
    );
  }
  const end = to === undefined ? list.length : at(to);
  if (start > end) {
    throw new JsonPathError(`starting index ${start} is greater than ending index ${end}`);
  }
  if (step <= 0) throw new JsonPathError("step must be > 0");
  return list.slice(start, end).filter((_, i) => i % step === 0);
}

function fits({ left, operator, right }: Step & { readonly type: "filter" }, item: unknown) {
  const [found] = tried(left, item);
  if (operator === "exists" || found === undefined) return found !== undefined;
  const [wanted] = tried(right, item);
  const numeric = typeof wanted === "number";
  const [a, b] = numeric ? [Number(found), wanted] : [textOf(found), textOf(wanted)];
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

function tried(steps: readonly Step[], item: unknown): unknown[] {
  try {
    return walk(steps, item);
  } catch (error) {
    if (error instanceof JsonPathError) return [];
    throw error;
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : formatData(sortKeys(value ?? null), "json").trimEnd();
}
