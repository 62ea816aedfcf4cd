/**
 * A set of templates with the functions that call back into it: `include` and `tpl`.
 *
 * @module
 */

import { func } from "../template/value.ts";
import type { Budget, FuncMap } from "../template/value.ts";
import { isStackOverflow } from "../template/execution.ts";
import { quoteGo } from "../template/quote.ts";
import { parseTemplate } from "../template/template.ts";
import type { ParsedTemplate, TemplateSet } from "../template/template.ts";
import type { Remembered } from "./remembered.ts";

/** How often `include` of one name may nest. */
const MAX_INCLUDES = 1000;

/** How a scope executes its templates. */
export interface ScopeOptions {
  /** Makes the table of functions around the `include` and `tpl` of the scope. */
  readonly functions: (own: FuncMap) => FuncMap;
  readonly budget: Budget;
  /** Texts that `tpl` has parsed in earlier renderings, if those are kept. */
  readonly memory?: Remembered<ParsedTemplate[]> | undefined;
  /** A key that a map does not have is an error. */
  readonly strict: boolean;
  /** How often `include` of one name may nest. @default {1000} */
  readonly depth?: number | undefined;
}

/** Templates that are executed with Helm's functions. */
export class Scope {
  /** The functions, `include` and `tpl` among them. */
  readonly functions: FuncMap;
  /** What templates see: while `tpl` renders a text, also what that defines. */
  #set: TemplateSet;
  readonly #options: ScopeOptions;
  /** How often each template is being included right now. */
  readonly #included = new Map<string, number>();
  /** Texts that `tpl` has parsed in this rendering, which were paid for. */
  readonly #parsed = new Map<string, ParsedTemplate[]>();

  constructor(set: TemplateSet, options: ScopeOptions) {
    this.#set = set;
    this.#options = options;
    this.functions = options.functions({
      include: func(["string", "any"], (name, data) => this.#include(name, data)),
      tpl: func(["string", "any"], (text, data) => this.#tpl(text, data)),
    });
  }

  /** Runs a template of the set. */
  execute(name: string, data: unknown): string {
    const { budget, strict } = this.#options;
    return this.#set.execute(name, data, {
      funcs: this.functions,
      budget,
      missingKey: strict ? "error" : "zero",
    });
  }

  #include(name: string, data: unknown): string {
    const included = this.#included;
    const depth = included.get(name) ?? 0;
    if (depth > (this.#options.depth ?? MAX_INCLUDES)) throw nested(name);
    included.set(name, depth + 1);
    try {
      return this.execute(name, data);
    } catch (error) {
      // Go's stack grows to any size; here its end stands for a recursion without one.
      throw isStackOverflow(error) ? nested(name) : error;
    } finally {
      included.set(name, depth);
    }
  }

  /** Renders a text as a template that sees all others; what it defines stays its own. */
  #tpl(text: string, data: unknown): string {
    const outer = this.#set;
    const set = outer.clone();
    const { name } = set;
    set.add(this.#parse(name, text));
    this.#set = set;
    try {
      return this.execute(name, data).replaceAll("<no value>", "");
    } catch (error) {
      throw wrapped(`error during tpl function execution for ${quoteGo(text)}`, error);
    } finally {
      this.#set = outer;
    }
  }

  #parse(name: string, text: string): ParsedTemplate[] {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const { budget, memory } = this.#options;
    budget.take(text.length);
    const parse = () => {
      return parseTemplate(name, text, { functions: (ident) => ident in this.functions });
    };
    try {
      const templates = memory === undefined ? parse() : memory.recall(text, parse);
      this.#parsed.set(text, templates);
      return templates;
    } catch (error) {
      throw wrapped(`cannot parse template ${quoteGo(text)}`, error);
    }
  }
}

function nested(name: string): Error {
  return new Error(
    `rendering template has a nested reference name: ${name}: unable to execute template`,
  );
}

function wrapped(what: string, error: unknown): unknown {
  if (!(error instanceof Error) || isStackOverflow(error)) return error;
  return new Error(`${what}: ${error.message}`, { cause: error });
}
