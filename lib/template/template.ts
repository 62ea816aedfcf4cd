/**
 * Go's text/template: parsing, sets of templates, execution.
 *
 * @module
 */

import { CapstanError, isAbort, messageOf } from "../errors.ts";
import { compileTree } from "./compile.ts";
import { ExecError, TemplateParseError } from "./errors.ts";
import { Execution, isStackOverflow } from "./execution.ts";
import type { Code, MissingKey } from "./execution.ts";
import { builtinFuncs } from "./funcs.ts";
import type { Delimiters } from "./lex.ts";
import { isEmptyList } from "./nodes.ts";
import { parseTrees } from "./parse.ts";
import type { Tree } from "./parse.ts";
import { quoteGo } from "./quote.ts";
import type { Budget, FuncMap } from "./value.ts";

export { ExecError, TemplateParseError } from "./errors.ts";

/** How {@linkcode parseTemplate} reads a text. */
export interface ParseTemplateOptions {
  /** Whether a function exists, besides the builtin ones; the names are all that parsing needs. */
  readonly functions: (name: string) => boolean;
  /** @default {{ left: "{{", right: "}}" }} */
  readonly delims?: Delimiters;
}

/** How {@linkcode TemplateSet.execute} runs a template. */
export interface ExecuteOptions {
  /** The functions, found by name when they are called. They hide builtin ones. */
  readonly funcs: FuncMap;
  /** What a key that a map lacks yields. @default {"zero"} */
  readonly missingKey?: MissingKey;
  /** Takes a step for each loop iteration and call, and the length of the output. @default {none} */
  readonly budget?: Budget | undefined;
  /** Checked before the template runs. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * One template of a parsed text: the file itself, or a define or block in it.
 *
 * It never changes, so that it can be kept and used by any number of sets and renderings. It is
 * compiled when it is first executed.
 */
export class ParsedTemplate {
  readonly name: string;
  /** Whether the body holds only white space and comments. */
  readonly isEmpty: boolean;
  readonly #tree: Tree;
  #code: Code | undefined;

  constructor(tree: Tree) {
    this.name = tree.name;
    this.isEmpty = isEmptyList(tree.root);
    this.#tree = tree;
  }

  /** The file that the template stands in. */
  get file(): string {
    return this.#tree.source.name;
  }

  /** The compiled form. */
  code(): Code {
    return this.#code ??= this.#compile();
  }

  #compile(): Code {
    try {
      return compileTree(this.#tree);
    } catch (error) {
      if (!isStackOverflow(error)) throw error;
      const { source, root } = this.#tree;
      throw new TemplateParseError("max expression depth exceeded", source, root.pos);
    }
  }
}

const BUILTINS = builtinFuncs();

/**
 * Parses a text into the templates that it defines; the one named `name` is the text itself.
 *
 * @throws {TemplateParseError} with Go's message, `template: NAME:LINE: …`.
 *
 * @example Usage
 * ```ts
 * import { parseTemplate, TemplateSet } from "./template.ts";
 *
 * const set = new TemplateSet();
 * set.add(parseTemplate("hello", "Hello {{ .name }}!", { functions: () => false }));
 * const text = set.execute("hello", { name: "you" }, { funcs: {} });
 * if (text !== "Hello you!") throw new Error(text);
 * ```
 */
export function parseTemplate(
  name: string,
  text: string,
  options: ParseTemplateOptions,
): ParsedTemplate[] {
  const functions = (ident: string) => Object.hasOwn(BUILTINS, ident) || options.functions(ident);
  const source = { name, text };
  return parseTrees(source, { ...options, functions }).map((tree) => new ParsedTemplate(tree));
}

/** Templates that can invoke each other by name. */
export class TemplateSet {
  /** The name of the set, which errors about a missing template mention. */
  readonly name: string;
  readonly #templates = new Map<string, ParsedTemplate>();
  /** The set this one is a clone of, where templates are that it does not have itself. */
  #parent: TemplateSet | undefined;
  #builtins: { readonly budget: Budget | undefined; readonly funcs: FuncMap };
  /** Executions of this set within each other: functions can call back into it. */
  #running = 0;

  /** Makes an empty set. */
  constructor(options: { name?: string } = {}) {
    this.name = options.name ?? "gotpl";
    this.#builtins = { budget: undefined, funcs: BUILTINS };
  }

  /** Adds templates. A later one of a name replaces an earlier one, unless it is empty. */
  add(templates: Iterable<ParsedTemplate>): void {
    for (const template of templates) {
      if (template.isEmpty && this.has(template.name)) continue;
      this.#templates.set(template.name, template);
    }
  }

  /** Whether the set has a template of that name. */
  has(name: string): boolean {
    return this.#find(name) !== undefined;
  }

  /**
   * A set of the same templates, to which more can be added without a trace in this one. Nothing
   * is to be added to this one any more.
   */
  clone(): TemplateSet {
    const clone = new TemplateSet({ name: this.name });
    clone.#parent = this;
    clone.#builtins = this.#builtins;
    return clone;
  }

  /**
   * Runs a template and returns what it writes.
   *
   * @throws {ExecError} with Go's message and the place where it failed.
   */
  execute(name: string, data: unknown, options: ExecuteOptions): string {
    const { funcs, missingKey = "zero", budget, signal } = options;
    signal?.throwIfAborted();
    const code = this.#code(name);
    if (code === undefined) throw this.#missing(name);
    // Nil as the data of a template is no value, unlike nil found in a map.
    const dot = data ?? undefined;
    const execution = new Execution(code, dot, {
      lookup: (other) => this.#code(other),
      funcs,
      builtins: this.#builtinsFor(budget),
      missingKey,
      budget,
    });
    this.#running++;
    try {
      code.run(execution, dot);
      execution.step();
    } catch (error) {
      throw this.#failure(execution, error);
    } finally {
      this.#running--;
    }
    return execution.out;
  }

  #code(name: string): Code | undefined {
    return this.#find(name)?.code();
  }

  #find(name: string): ParsedTemplate | undefined {
    const own = this.#templates.get(name);
    if (own !== undefined || this.#parent === undefined) return own;
    return this.#parent.#find(name);
  }

  #missing(name: string): CapstanError {
    const text = `template: no template ${quoteGo(name)} associated with template ${
      quoteGo(this.name)
    }`;
    return new CapstanError(text, { code: "template/missing" });
  }

  #builtinsFor(budget: Budget | undefined): FuncMap {
    if (this.#builtins.budget !== budget) {
      this.#builtins = { budget, funcs: builtinFuncs(budget) };
    }
    return this.#builtins.funcs;
  }

  #failure(execution: Execution, error: unknown): unknown {
    if (error instanceof ExecError || isAbort(error)) return error;
    if (!isStackOverflow(error)) return execution.error(messageOf(error), error);
    // The outermost execution says it once, instead of each of hundreds wrapping the next.
    if (this.#running > 1) return error;
    return execution.error("stack overflow: templates or values are nested too deeply");
  }
}
