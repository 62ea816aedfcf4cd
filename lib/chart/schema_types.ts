/**
 * The keywords that look at one type of value.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { isMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { SchemaError } from "./schema_document.ts";
import { strings } from "./schema_keywords.ts";
import { count, decimal, numberOf, quote, quoteAll } from "./schema_message.ts";
import type { Failure } from "./schema_message.ts";
import type { Visit } from "./schema_validate.ts";

/** Length and pattern. */
export function checkString(visit: Visit, text: string): void {
  const { keywords } = visit;
  const min = keywords.integer("minLength"), max = keywords.integer("maxLength");
  const length = min === undefined && max === undefined ? 0 : [...text].length;
  if (min !== undefined && length < min) {
    visit.fail(`minLength: got ${count(length)}, want ${count(min)}`);
  }
  if (max !== undefined && length > max) {
    visit.fail(`maxLength: got ${count(length)}, want ${count(max)}`);
  }
  const pattern = keywords.text("pattern");
  if (pattern !== undefined && !matcher(visit, pattern)(text)) {
    visit.fail(`${quote(text)} does not match pattern ${quote(pattern)}`);
  }
}

/** Bounds and divisibility. */
export function checkNumber(visit: Visit, value: number): void {
  const { keywords } = visit;
  const bound = (name: string, exclusive: string, outside: (bound: number) => boolean) => {
    // Draft 4 makes a bound exclusive by a flag, later drafts have a bound of its own.
    const flagged = keywords.is(exclusive);
    const want = keywords.number(name);
    const strict = flagged ? want : keywords.number(exclusive);
    if (!flagged && want !== undefined && outside(want)) {
      visit.fail(`${name}: got ${decimal(value)}, want ${decimal(want)}`);
    }
    if (strict !== undefined && (outside(strict) || value === strict)) {
      visit.fail(`${exclusive}: got ${decimal(value)}, want ${decimal(strict)}`);
    }
  };
  bound("minimum", "exclusiveMinimum", (want) => value < want);
  bound("maximum", "exclusiveMaximum", (want) => value > want);
  const factor = keywords.number("multipleOf");
  if (factor !== undefined && factor !== 0 && !isMultiple(value, factor)) {
    visit.fail(`multipleOf: got ${decimal(value)}, want ${decimal(factor)}`);
  }
}

/** Divides as decimals, so that 0.3 is a multiple of 0.1. */
function isMultiple(value: number, factor: number): boolean {
  const a = scaled(value), b = scaled(factor);
  const places = Math.max(a.places, b.places);
  const x = a.digits * 10n ** BigInt(places - a.places);
  const y = b.digits * 10n ** BigInt(places - b.places);
  return x % y === 0n;
}

function scaled(value: number): { digits: bigint; places: number } {
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const [whole, fraction = ""] = mantissa.split(".") as [string, string?];
  const places = fraction.length - Number(exponent);
  const digits = BigInt(whole + fraction);
  return places >= 0 ? { digits, places } : { digits: digits * 10n ** BigInt(-places), places: 0 };
}

/** Size, uniqueness and items. */
export function checkArray(visit: Visit, list: readonly unknown[]): void {
  const { keywords } = visit;
  const min = keywords.integer("minItems"), max = keywords.integer("maxItems");
  if (min !== undefined && list.length < min) {
    visit.fail(`minItems: got ${count(list.length)}, want ${count(min)}`);
  }
  if (max !== undefined && list.length > max) {
    visit.fail(`maxItems: got ${count(list.length)}, want ${count(max)}`);
  }
  if (keywords.is("uniqueItems")) checkUnique(visit, list);
  if (keywords.draft < 2020) checkItems(visit, list);
  else checkItems2020(visit, list);
  if (keywords.draft >= 6 && keywords.has("contains")) checkContains(visit, list);
}

function checkUnique(visit: Visit, list: readonly unknown[]): void {
  const seen = new Map<string, number>();
  for (const [i, item] of list.entries()) {
    const key = canonical(item);
    const first = seen.get(key);
    if (first !== undefined) {
      return visit.fail(`items at ${count(first)} and ${count(i)} are equal`);
    }
    seen.set(key, i);
  }
}

function checkItems(visit: Visit, list: readonly unknown[]): void {
  const { keywords } = visit;
  const tuple = keywords.list("items");
  if (tuple === undefined) {
    if (!keywords.has("items")) return;
    const node = visit.child("items");
    list.forEach((item, i) => visit.add(visit.part(node, item, String(i))));
    return;
  }
  const checked = Math.min(tuple.length, list.length);
  for (let i = 0; i < checked; i++) {
    visit.add(visit.part(visit.child("items", i), list[i], String(i)));
  }
  const more = keywords.schema["additionalItems"];
  if (more === false && checked !== list.length) {
    visit.fail(`last ${count(list.length - checked)} additionalItem(s) not allowed`);
  } else if (isMap(more)) {
    for (let i = checked; i < list.length; i++) {
      visit.add(visit.part(visit.child("additionalItems"), list[i], String(i)));
    }
  }
}

function checkItems2020(visit: Visit, list: readonly unknown[]): void {
  const { keywords } = visit;
  const first = Math.min(keywords.list("prefixItems")?.length ?? 0, list.length);
  for (let i = 0; i < first; i++) {
    visit.add(visit.part(visit.child("prefixItems", i), list[i], String(i)));
  }
  if (!keywords.has("items")) return;
  const node = visit.child("items");
  for (let i = first; i < list.length; i++) visit.add(visit.part(node, list[i], String(i)));
}

function checkContains(visit: Visit, list: readonly unknown[]): void {
  const { keywords } = visit;
  const node = visit.child("contains");
  const failures: Failure[] = [];
  const matched: number[] = [];
  for (const [i, item] of list.entries()) {
    const failure = visit.part(node, item, String(i));
    if (failure !== undefined) failures.push(failure);
    else {
      matched.push(i);
      if (keywords.draft >= 2020) visit.unevaluated.items?.delete(i);
    }
  }
  const later = keywords.draft >= 2019;
  const min = later ? keywords.integer("minContains") : undefined;
  const max = later ? keywords.integer("maxContains") : undefined;
  const found = `${count(matched.length)} items at ${matched.join(" ")}`;
  if (min !== undefined && matched.length < min) {
    const but = matched.length === 0 ? "none matched" : `matched ${found}`;
    visit.fail(`min ${count(min)} items required to match contains schema, but ${but}`, failures);
  } else if (min === undefined && matched.length === 0) {
    visit.fail("no items match contains schema", failures);
  }
  if (max !== undefined && matched.length > max) {
    visit.fail(`max ${count(max)} items required to match contains schema, but matched ${found}`);
  }
}

/** Size, required properties, properties by name and pattern, names and dependencies. */
export function checkObject(visit: Visit, map: GoMap): void {
  const { keywords } = visit;
  const size = Object.keys(map).length;
  const min = keywords.integer("minProperties"), max = keywords.integer("maxProperties");
  if (min !== undefined && size < min) {
    visit.fail(`minProperties: got ${count(size)}, want ${count(min)}`);
  }
  if (max !== undefined && size > max) {
    visit.fail(`maxProperties: got ${count(size)}, want ${count(max)}`);
  }
  const missing = absent(map, keywords.list("required") ?? []);
  if (missing.length === 1) visit.fail(`missing property ${quote(missing[0]!)}`);
  else if (missing.length > 1) visit.fail(`missing properties ${quoteAll(missing)}`);
  checkDependencies(visit, map, "dependencies");
  checkProperties(visit, map);
  if (keywords.draft >= 6 && keywords.has("propertyNames")) checkNames(visit, map);
  if (keywords.draft < 2019) return;
  checkDependencies(visit, map, "dependentSchemas");
  checkDependencies(visit, map, "dependentRequired");
}

function checkProperties(visit: Visit, map: GoMap): void {
  const { keywords } = visit;
  const properties = keywords.map("properties");
  const patterns = Object.keys(keywords.map("patternProperties"))
    .map((pattern) => ({ pattern, matches: matcher(visit, pattern) }));
  const additional = keywords.schema["additionalProperties"];
  const refused: string[] = [];
  for (const key of Object.keys(map)) {
    let evaluated = Object.hasOwn(properties, key);
    if (evaluated) visit.add(visit.part(visit.child("properties", key), map[key], key));
    for (const { pattern, matches } of patterns) {
      if (!matches(key)) continue;
      evaluated = true;
      visit.add(visit.part(visit.child("patternProperties", pattern), map[key], key));
    }
    if (!evaluated && additional !== undefined) {
      evaluated = true;
      if (additional === false) refused.push(key);
      else if (isMap(additional)) {
        visit.add(visit.part(visit.child("additionalProperties"), map[key], key));
      }
    }
    if (evaluated) visit.unevaluated.properties?.delete(key);
  }
  if (refused.length > 0) visit.fail(`additional properties ${quoteAll(refused)} not allowed`);
}

function checkNames(visit: Visit, map: GoMap): void {
  const node = visit.child("propertyNames");
  for (const key of Object.keys(map)) {
    const failure = visit.part(node, key, key);
    if (failure === undefined) continue;
    // A name has no place of its own among the values.
    const causes = failure.kind === "group" ? failure.causes : [failure];
    visit.fail(
      `invalid propertyName ${quote(key)}`,
      causes.map((cause) => ({ ...cause, path: [] })),
    );
  }
}

function checkDependencies(visit: Visit, map: GoMap, name: string): void {
  const dependencies = visit.keywords.map(name);
  for (const key of Object.keys(dependencies)) {
    if (!(key in map)) continue;
    const wanted = dependencies[key];
    if (!Array.isArray(wanted)) {
      if (name !== "dependentRequired") visit.add(visit.self(visit.child(name, key)));
      continue;
    }
    const missing = absent(map, wanted);
    if (missing.length > 0) {
      visit.fail(`properties ${quoteAll(missing)} required, if ${quote(key)} exists`);
    }
  }
}

function absent(map: GoMap, names: readonly unknown[]): string[] {
  return strings(names).filter((name) => !(name in map));
}

function matcher(visit: Visit, pattern: string): (text: string) => boolean {
  try {
    return visit.context.pattern(pattern);
  } catch (error) {
    const location = `${visit.scope.node.location}/pattern`;
    throw new SchemaError(
      `invalid regex ${quoteGo(pattern)} at ${quoteGo(location)}: ${(error as Error).message}`,
    );
  }
}

/** Equality of JSON values: numbers by their value, whatever their type. */
export function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const x = numberOf(a);
  if (x !== undefined) return x === numberOf(b);
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equal(item, b[i]));
  }
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length &&
    keys.every((key) => key in b && equal(a[key], b[key]));
}

/** A text that two JSON values share if and only if they are equal. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (isMap(value)) {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
  }
  const number = numberOf(value);
  return number === undefined ? JSON.stringify(value) : String(number);
}
