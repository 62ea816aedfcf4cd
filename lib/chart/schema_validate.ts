/**
 * Holds a value against a JSON Schema, drafts 4 to 2020-12.
 *
 * The order of the checks and the shape of the failures follow the validator that Helm uses, so
 * that the texts can be the same.
 *
 * @module
 */

import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { checkFormat } from "./schema_format.ts";
import { display, numberOf, quote } from "./schema_message.ts";
import type { Failure } from "./schema_message.ts";
import type { SchemaNode, SchemaStore } from "./schema_document.ts";
import { Keywords } from "./schema_keywords.ts";
import { checkArray, checkNumber, checkObject, checkString, equal } from "./schema_types.ts";

/** Compiles a pattern of RE2's syntax; throws where it is none. */
export type CompilePattern = (pattern: string) => (text: string) => boolean;

/** What the schemas of one validation share. */
export interface SchemaContext {
  readonly store: SchemaStore;
  readonly pattern: CompilePattern;
  /** Asserts formats in every draft, as is done for schemas themselves. @default {false} */
  readonly formats?: boolean | undefined;
}

/** Properties and items that no keyword has looked at yet; `undefined` where nobody asks. */
export interface Unevaluated {
  properties?: Set<string> | undefined;
  items?: Set<number> | undefined;
}

/** The way from the root schema to the one in force, for cycles and dynamic references. */
interface Scope {
  readonly node: SchemaNode;
  /** Two scopes with the same number look at the same value. */
  readonly value: number;
  readonly parent: Scope | undefined;
}

/** The failures of a value under a schema; none where it fits. */
export function validate(context: SchemaContext, node: SchemaNode, value: unknown): Failure[] {
  const visit = new Visit(context, value, [], { node, value: 0, parent: undefined });
  const failure = visit.run(unevaluatedFrom(value, node, false));
  if (failure === undefined) return [];
  return failure.kind === "group" ? [...failure.causes] : [failure];
}

/** One schema looking at one value. */
export class Visit {
  readonly failures: Failure[] = [];
  unevaluated: Unevaluated = {};
  readonly keywords: Keywords;

  constructor(
    readonly context: SchemaContext,
    readonly value: unknown,
    readonly path: readonly string[],
    readonly scope: Scope,
  ) {
    this.keywords = new Keywords(scope.node);
  }

  /** Runs all keywords; returns the failure, if any. */
  run(unevaluated: Unevaluated): Failure | undefined {
    this.unevaluated = unevaluated;
    const schema = this.scope.node.value;
    if (schema === true) return undefined;
    if (schema === false) return this.failure("false schema");
    if (!isMap(schema) || Object.keys(schema).length === 0) return undefined;
    if (this.#inCycle()) return this.failure("reference cycle");
    const simple = this.#checkValue();
    if (simple !== undefined) return simple;
    const { keywords } = this;
    const reference = keywords.text("$ref");
    if (reference !== undefined) {
      const failed = this.reference(this.context.store.resolve(this.scope.node, reference));
      if (keywords.draft < 2019) return failed;
      this.add(failed);
    }
    this.#checkType();
    if (keywords.draft >= 2019) this.#dynamicReferences();
    this.#conditions();
    if (keywords.draft >= 2019) this.#checkUnevaluated();
    if (this.failures.length <= 1) return this.failures[0];
    return { path: this.path, message: "validation failed", causes: this.failures, kind: "group" };
  }

  /** Notes a failed keyword. */
  fail(message: string, causes: readonly Failure[] = []): void {
    this.failures.push(this.failure(message, causes));
  }

  failure(message: string, causes: readonly Failure[] = []): Failure {
    return { path: this.path, message, causes, kind: "keyword" };
  }

  add(failure: Failure | undefined): void {
    if (failure !== undefined) this.failures.push(failure);
  }

  /** Holds the same value against another schema. */
  self(node: SchemaNode): Failure | undefined {
    const scope = { node, value: this.scope.value, parent: this.scope };
    const visit = new Visit(this.context, this.value, this.path, scope);
    const failure = visit.run(unevaluatedFrom(this.value, node, !isEmpty(this.unevaluated)));
    if (failure === undefined) keepBoth(this.unevaluated, visit.unevaluated);
    return failure;
  }

  /** Holds a part of the value against a schema. */
  part(node: SchemaNode, value: unknown, token: string): Failure | undefined {
    const scope = { node, value: this.scope.value + 1, parent: this.scope };
    const visit = new Visit(this.context, value, [...this.path, token], scope);
    return visit.run(unevaluatedFrom(value, node, false));
  }

  child(...tokens: (string | number)[]): SchemaNode {
    return this.context.store.child(this.scope.node, ...tokens);
  }

  reference(node: SchemaNode): Failure | undefined {
    const failure = this.self(node);
    if (failure === undefined) return undefined;
    const causes = failure.kind === "group" ? failure.causes : [failure];
    return { path: this.path, message: "validation failed", causes, kind: "reference" };
  }

  #inCycle(): boolean {
    for (let at = this.scope.parent; at?.value === this.scope.value; at = at.parent) {
      if (at.node === this.scope.node) return true;
    }
    return false;
  }

  /** type, const, enum and format, of which the first that fails ends the visit. */
  #checkValue(): Failure | undefined {
    const { keywords, value } = this;
    if (keywords.draft < 2019 && keywords.text("$ref") !== undefined) return undefined;
    const types = keywords.types();
    const type = typeName(value);
    if (types.length > 0 && !types.some((wanted) => hasType(value, type, wanted))) {
      return this.failure(`got ${type}, want ${types.join(" or ")}`);
    }
    const schema = keywords.schema;
    if (keywords.draft >= 6 && "const" in schema && !equal(value, schema["const"])) {
      return this.failure(
        isComposite(schema["const"])
          ? "'const' failed"
          : `value must be ${display(schema["const"])}`,
      );
    }
    const options = keywords.list("enum");
    if (options !== undefined && !options.some((option) => equal(value, option))) {
      return this.failure(enumMessage(options));
    }
    return this.#checkFormat();
  }

  #checkFormat(): Failure | undefined {
    const asserted = this.keywords.draft < 2019 || this.context.formats === true;
    const format = asserted ? this.keywords.text("format") : undefined;
    if (format === undefined || typeof this.value !== "string") return undefined;
    const wrong = format === "regex" ? this.#checkRegex() : checkFormat(format, this.value);
    return wrong === undefined
      ? undefined
      : this.failure(`${quote(this.value)} is not valid ${format}: ${wrong}`);
  }

  #checkRegex(): string | undefined {
    try {
      this.context.pattern(this.value as string);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  #checkType(): void {
    const { value } = this;
    if (typeof value === "string") checkString(this, value);
    else if (Array.isArray(value)) checkArray(this, value);
    else if (isMap(value)) checkObject(this, value);
    else {
      const number = numberOf(value);
      if (number !== undefined) checkNumber(this, number);
    }
  }

  #dynamicReferences(): void {
    const { store } = this.context;
    const recursive = this.keywords.text("$recursiveRef");
    if (recursive !== undefined) {
      const target = store.resolve(this.scope.node, recursive);
      this.add(this.reference(isRecursive(target) ? this.#outermostRecursive(target) : target));
    }
    const dynamic = this.keywords.draft >= 2020 ? this.keywords.text("$dynamicRef") : undefined;
    if (dynamic === undefined) return;
    const target = store.resolve(this.scope.node, dynamic);
    const anchor = /#([^/].*)$/.exec(dynamic)?.[1];
    const named = isMap(target.value) && target.value["$dynamicAnchor"] === anchor;
    const node = anchor !== undefined && named ? this.#outermost(anchor, target) : target;
    this.add(this.reference(node));
  }

  #outermostRecursive(fallback: SchemaNode): SchemaNode {
    let found = fallback;
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent) {
      if (isRecursive(this.context.store.root(at.node))) found = at.node;
    }
    return found;
  }

  #outermost(anchor: string, fallback: SchemaNode): SchemaNode {
    let found = fallback;
    for (let at: Scope | undefined = this.scope; at !== undefined; at = at.parent) {
      found = this.context.store.dynamicAnchor(at.node, anchor) ?? found;
    }
    return found;
  }

  #conditions(): void {
    const { keywords } = this;
    if (keywords.has("not") && this.self(this.child("not")) === undefined) {
      this.fail("'not' failed");
    }
    const all = this.#each("allOf");
    if (all.some((failure) => failure !== undefined)) {
      this.fail("'allOf' failed", all.filter((failure) => failure !== undefined));
    }
    const any = this.#each("anyOf");
    if (any.length > 0 && !any.includes(undefined)) {
      this.fail("'anyOf' failed", any as Failure[]);
    }
    this.#oneOf();
    if (keywords.draft >= 7 && keywords.has("if")) this.#ifThenElse();
  }

  #each(name: string): (Failure | undefined)[] {
    return (this.keywords.list(name) ?? []).map((_, i) => this.self(this.child(name, i)));
  }

  #oneOf(): void {
    const results = this.#each("oneOf");
    const matched = results.flatMap((failure, i) => failure === undefined ? [i] : []);
    if (results.length === 0 || matched.length === 1) return;
    if (matched.length > 1) {
      this.fail(`'oneOf' failed, subschemas ${matched[0]}, ${matched[1]} matched`);
    } else {
      this.fail("'oneOf' failed, none matched", results as Failure[]);
    }
  }

  #ifThenElse(): void {
    const branch = this.self(this.child("if")) === undefined ? "then" : "else";
    if (this.keywords.has(branch)) this.add(this.self(this.child(branch)));
  }

  #checkUnevaluated(): void {
    const { keywords, value, unevaluated } = this;
    if (isMap(value) && keywords.has("unevaluatedProperties")) {
      for (const key of unevaluated.properties ?? []) {
        if (key in value) this.add(this.part(this.child("unevaluatedProperties"), value[key], key));
      }
      unevaluated.properties = undefined;
    }
    if (Array.isArray(value) && keywords.has("unevaluatedItems")) {
      for (const i of unevaluated.items ?? []) {
        this.add(this.part(this.child("unevaluatedItems"), value[i], String(i)));
      }
      unevaluated.items = undefined;
    }
  }
}

function isRecursive(node: SchemaNode): boolean {
  return isMap(node.value) && node.value["$recursiveAnchor"] === true;
}

function unevaluatedFrom(value: unknown, node: SchemaNode, wanted: boolean): Unevaluated {
  const schema: GoMap = isMap(node.value) ? node.value : {};
  if (isMap(value)) {
    const asks = wanted || "unevaluatedProperties" in schema;
    if (!asks || "additionalProperties" in schema) return {};
    return { properties: new Set(Object.keys(value)) };
  }
  if (!Array.isArray(value) || !(wanted || "unevaluatedItems" in schema)) return {};
  const list = node.resource.draft < 2020 ? schema["items"] : schema["prefixItems"];
  const all = node.resource.draft < 2020
    ? "additionalItems" in schema || ("items" in schema && !Array.isArray(schema["items"]))
    : "items" in schema;
  if (all) return {};
  const first = Array.isArray(list) ? list.length : 0;
  const rest = value.map((_, i) => i).filter((i) => i >= first);
  return rest.length === 0 ? {} : { items: new Set(rest) };
}

function isEmpty({ properties, items }: Unevaluated): boolean {
  return (properties?.size ?? 0) === 0 && (items?.size ?? 0) === 0;
}

/** Keeps as unevaluated what neither has looked at. */
function keepBoth(mine: Unevaluated, theirs: Unevaluated): void {
  for (const key of mine.properties ?? []) {
    if (!theirs.properties?.has(key)) mine.properties!.delete(key);
  }
  for (const i of mine.items ?? []) if (!theirs.items?.has(i)) mine.items!.delete(i);
}

function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (isMap(value)) return "object";
  return numberOf(value) === undefined ? typeof value : "number";
}

function hasType(value: unknown, type: string, wanted: string): boolean {
  return wanted === type || (wanted === "integer" && Number.isInteger(numberOf(value)));
}

function isComposite(value: unknown): boolean {
  return Array.isArray(value) || isMap(value);
}

function enumMessage(options: readonly unknown[]): string {
  if (options.some(isComposite)) return "'enum' failed";
  const texts = options.map(display);
  return texts.length === 1
    ? `value must be ${texts[0]}`
    : `value must be one of ${texts.join(", ")}`;
}
