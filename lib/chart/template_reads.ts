/**
 * Which values templates read, found by following them: into named templates, through variables and
 * the maps that they make, on every branch.
 *
 * @module
 */
import type {
  BranchNode,
  CommandNode,
  ListNode,
  Operand,
  PipeNode,
  Statement,
} from "../template/nodes.ts";
import { parseTrees } from "../template/parse.ts";
import type { Tree } from "../template/parse.ts";
import { callReads } from "./read_functions.ts";
import type { ReadArgument } from "./read_functions.ts";
import { itemsOf, keyOf, useWhole } from "./value_origin.ts";
import type { Origin, Origins } from "./value_origin.ts";
import { noReads } from "./value_reads.ts";
import type { Reads } from "./value_reads.ts";

/** A text with template actions. */
export interface TemplateText {
  readonly name: string;
  readonly text: string;
}

/** Beyond this many statements a chart may read anything. */
const MAX_STEPS = 200_000;
/** A named template that is inside itself more often may read anything of what it is given. */
const MAX_RECURSION = 3;
/** Of maps within maps that templates make no more than these are told apart. */
const MAX_DEPTH = 8;

/** Texts of a chart that may read its values. */
export interface ReadingTexts {
  /** Rendered with the chart's values. */
  readonly templates: Iterable<TemplateText>;
  /** Templates whose named ones may be included, and read nothing by themselves. */
  readonly lent?: Iterable<TemplateText> | undefined;
  /** Texts that templates may render with `tpl`; what cannot be parsed is none. */
  readonly rendered?: Iterable<TemplateText> | undefined;
}

/** Everything that is read below `.Values`. */
export function readsOf({ templates, lent = [], rendered = [] }: ReadingTexts): Reads {
  const values = noReads();
  const named = new Map<string, Tree>();
  for (const source of lent) {
    // Most hold none, and to parse them all would take its time.
    if (!/\{\{-?\s*(?:define|block)\b/.test(source.text)) continue;
    for (const tree of treesOf(source) ?? []) named.set(tree.name, tree);
  }
  const roots = [...rendered].flatMap((text) => treesOf(text) ?? []);
  for (const text of templates) {
    const trees = treesOf(text);
    if (trees === undefined) values.whole = true;
    for (const tree of trees ?? []) {
      roots.push(tree);
      named.set(tree.name, tree);
    }
  }
  const walker = new Walker(named, values);
  for (const tree of roots) walker.enter(tree, [{ kind: "context", values }]);
  return values;
}

/** `undefined` where it cannot be parsed, of which rendering will complain. */
function treesOf(source: TemplateText): Tree[] | undefined {
  try {
    return parseTrees(source, { functions: (name) => name !== "break" && name !== "continue" });
  } catch {
    return undefined;
  }
}

class Walker {
  /** What was entered, and with what. */
  readonly #entered = new Map<Tree, Set<string>>();
  readonly #inside: Tree[] = [];
  readonly #ids = new Map<Reads, number>();
  #steps = 0;

  constructor(
    private readonly named: ReadonlyMap<string, Tree>,
    private readonly values: Reads,
  ) {}

  /** A named template, with its dot. */
  include(name: string | undefined, dot: Origins): void {
    const tree = name === undefined ? undefined : this.named.get(name);
    if (tree === undefined) useWhole(dot);
    else this.enter(tree, dot);
  }

  /** A template, with its dot. */
  enter(tree: Tree, dot: Origins): void {
    if (this.#inside.filter((each) => each === tree).length >= MAX_RECURSION) return useWhole(dot);
    const entered = this.#entered.get(tree) ?? new Set();
    this.#entered.set(tree, entered);
    const key = this.#keyOf(dot);
    if (entered.has(key)) return;
    entered.add(key);
    this.#inside.push(tree);
    new Body(this, dot, [new Map([["$", dot]])]).list(tree.root);
    this.#inside.pop();
  }

  /** Counts a statement; `false` when there were too many. */
  step(): boolean {
    if (++this.#steps <= MAX_STEPS) return true;
    this.values.whole = true;
    return false;
  }

  /** The same for the same origins. */
  #keyOf(origins: Origins, depth = 0): string {
    return origins.map((origin) => {
      switch (origin.kind) {
        case "context":
          return "$";
        case "value": {
          const id = this.#ids.get(origin.reads) ?? this.#ids.size;
          this.#ids.set(origin.reads, id);
          return id;
        }
        case "made": {
          if (depth === MAX_DEPTH) return useWhole([origin]);
          const entries = [...origin.entries].map(([key, each]) =>
            `${JSON.stringify(key)}:${this.#keyOf(each, depth + 1)}`
          );
          return `{${entries};${this.#keyOf(origin.rest, depth + 1)}}`;
        }
      }
    }).join("|");
  }
}

type Scope = Map<string, Origins>;

/** Statements that have one dot, and the variables that they see. */
class Body {
  constructor(
    private readonly walker: Walker,
    private readonly dot: Origins,
    private readonly scopes: readonly Scope[],
  ) {}

  list({ nodes }: ListNode): void {
    for (const node of nodes) if (this.walker.step()) this.#statement(node);
  }

  #statement(node: Statement): void {
    switch (node.type) {
      case "action":
        if (node.pipe.variables.length > 0) this.#declare(node.pipe, this.#pipe(node.pipe));
        else useWhole(this.#pipe(node.pipe));
        return;
      case "template":
        return this.walker.include(node.name, node.pipe === undefined ? [] : this.#pipe(node.pipe));
      case "if":
      case "with":
      case "range":
        return this.#branch(node);
    }
  }

  #branch(node: BranchNode): void {
    const inner = new Body(this.walker, this.dot, [...this.scopes, new Map()]);
    const origins = inner.#pipe(node.pipe);
    const items = node.type === "range" ? itemsOf(origins) : origins;
    inner.#declare(node.pipe, items);
    const dot = node.type === "if" ? this.dot : items;
    new Body(this.walker, dot, [...inner.scopes, new Map()]).list(node.list);
    if (node.elseList !== undefined) {
      new Body(this.walker, this.dot, [...inner.scopes, new Map()]).list(node.elseList);
    }
  }

  /** The last variable is the value; one before it is the key of a range. */
  #declare({ variables, assigns }: PipeNode, origins: Origins): void {
    const [name, key] = variables.toReversed().map(({ names }) => names[0]!);
    if (name === undefined) return;
    if (key !== undefined) this.scopes.at(-1)!.set(key, []);
    const scope = this.scopes.findLast((each) => each.has(name));
    // On some other branch it may not have been assigned.
    if (assigns && scope !== undefined) {
      scope.set(name, distinct([...scope.get(name)!, ...origins]));
    } else this.scopes.at(-1)!.set(name, origins);
  }

  #pipe({ commands }: PipeNode): Origins {
    let last: ReadArgument | undefined;
    for (const command of commands) last = this.#command(command, last);
    return last?.origins ?? [];
  }

  #command({ operands }: CommandNode, piped: ReadArgument | undefined): ReadArgument {
    const [head, ...rest] = operands;
    const given = rest.map((operand) => this.#argument(operand));
    if (piped !== undefined) given.push(piped);
    if (head!.type !== "identifier") {
      // A method, such as `.Files.Get`.
      for (const { origins } of given) useWhole(origins);
      return this.#argument(head!);
    }
    return { origins: distinct(this.#call(head!.name, given)), text: undefined };
  }

  #call(name: string, given: readonly ReadArgument[]): Origins {
    if (name !== "include") return callReads(name, given);
    this.walker.include(given[0]?.text, given[1]?.origins ?? []);
    return [];
  }

  #argument(operand: Operand): ReadArgument {
    if (operand.type === "string") return { origins: [], text: operand.text };
    return { origins: this.#operand(operand), text: undefined };
  }

  #operand(operand: Operand): Origins {
    switch (operand.type) {
      case "dot":
        return this.dot;
      case "field":
        return operand.names.reduce(keyOf, this.dot);
      case "variable": {
        const [name, ...keys] = operand.names;
        const origins = this.scopes.findLast((scope) => scope.has(name!))?.get(name!) ?? [];
        return keys.reduce(keyOf, origins);
      }
      case "chain":
        return operand.names.reduce(keyOf, this.#operand(operand.operand));
      case "pipe":
        return this.#pipe(operand);
      case "identifier":
        return this.#call(operand.name, []);
      default:
        return [];
    }
  }
}

function distinct(origins: Origins): Origins {
  const seen = new Set<unknown>();
  return origins.filter((origin: Origin) => {
    const key = origin.kind === "value" ? origin.reads : origin.kind === "context" ? "$" : origin;
    return !seen.has(key) && seen.add(key);
  });
}
