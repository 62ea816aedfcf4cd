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

/** How often `include` of one name may nest. */
const MAX_INCLUDES = 1000;

/** What all scopes of one rendering share. */
export interface ScopeOptions {
  readonly functions: FuncMap;
  readonly budget: Budget;
  /** A key that a map does not have is an error. */
  readonly strict: boolean;
  /** How often `include` of one name may nest. @default {1000} */
  readonly depth?: number | undefined;
}

/** State that `tpl` hands on to the scopes it makes. */
interface Shared {
  /** How often each template is being included right now. */
  readonly included: Map<string, number>;
  /** Texts that `tpl` has parsed. */
  readonly parsed: Map<string, ParsedTemplate[]>;
}

/** Templates that are executed with Helm's functions. */
export class Scope {
  readonly #set: TemplateSet;
  readonly #options: ScopeOptions;
  readonly #functions: FuncMap;
  readonly #shared: Shared;

  constructor(
    set: TemplateSet,
    options: ScopeOptions,
    shared: Shared = { included: new Map(), parsed: new Map() },
  ) {
    this.#set = set;
    this.#options = options;
    this.#shared = shared;
    this.#functions = Object.assign(Object.create(options.functions), {
      include: func(["string", "any"], (name, data) => this.#include(name, data)),
      tpl: func(["string", "any"], (text, data) => this.#tpl(text, data)),
    });
  }

  /** Runs a template of the set. */
  execute(name: string, data: unknown): string {
    const { budget, strict } = this.#options;
    return this.#set.execute(name, data, {
      funcs: this.#functions,
      budget,
      missingKey: strict ? "error" : "zero",
    });
  }

  #include(name: string, data: unknown): string {
    const { included } = this.#shared;
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
    const set = this.#set.clone();
    const { name } = set;
    set.add(this.#parse(name, text));
    const scope = new Scope(set, this.#options, this.#shared);
    try {
      return scope.execute(name, data).replaceAll("<no value>", "");
    } catch (error) {
      throw wrapped(`error during tpl function execution for ${quoteGo(text)}`, error);
    }
  }

  #parse(name: string, text: string): ParsedTemplate[] {
    const { parsed } = this.#shared;
    const known = parsed.get(text);
    if (known !== undefined) return known;
    const { functions, budget } = this.#options;
    budget.take(text.length);
    try {
      const templates = parseTemplate(name, text, { functions: (ident) => ident in functions });
      parsed.set(text, templates);
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
