/**
 * Values as text: what fmt's `%v` and an action such as `{{ .x }}` print.
 *
 * @module
 */

import { shortestFloat } from "./float.ts";
import type { Budget, GoMap } from "./value.ts";
import { GoComplex, GoNumber, GoObject, mapEntries, sortedKeys } from "./value.ts";

/** A value as `%v` prints it; nil is `<nil>`. Long output is taken from the budget. */
export function formatValue(value: unknown, budget?: Budget): string {
  switch (typeof value) {
    case "string":
      return value;
    case "number":
      return shortestFloat(value);
    case "bigint":
      return String(value);
    case "boolean":
      return value ? "true" : "false";
    case "undefined":
      return "<nil>";
    case "function":
      return "0x0";
  }
  return formatObject(value as object | null, budget);
}

/** A value as an action prints it; no value is `<no value>`. */
export function printValue(value: unknown, budget?: Budget): string {
  if (typeof value === "string") return value;
  if (value === undefined || value === null) return "<no value>";
  if (value instanceof GoObject && value.kind !== "map") return value.print();
  return formatValue(value, budget);
}

function formatObject(value: object | null, budget: Budget | undefined): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return formatList(value, budget);
  if (value instanceof GoNumber) return formatNumber(value);
  if (value instanceof GoObject) return formatNamed(value, budget);
  if (value instanceof Uint8Array) return `[${value.join(" ")}]`;
  if (value instanceof GoComplex) return formatComplex(value);
  return formatMap(value as GoMap, budget);
}

function formatNamed(object: GoObject, budget: Budget | undefined): string {
  const entries = mapEntries(object);
  return entries === undefined ? object.format() : formatMap(entries, budget);
}

function formatNumber(number: GoNumber): string {
  if (number.type === "float32") return shortestFloat(Number(number.value), 32);
  return String(number.value);
}

function formatComplex({ re, im }: GoComplex): string {
  const imaginary = shortestFloat(im);
  return `(${shortestFloat(re)}${/^[+-]/.test(imaginary) ? "" : "+"}${imaginary}i)`;
}

function formatList(list: readonly unknown[], budget: Budget | undefined): string {
  let text = "[";
  for (let i = 0; i < list.length; i++) {
    if (i > 0) text += " ";
    text += formatElement(list[i], budget);
  }
  return text + "]";
}

/** A map as `%v` prints it: sorted by key. */
export function formatMap(map: GoMap, budget?: Budget): string {
  let text = "map[";
  for (const key of sortedKeys(map)) {
    if (text.length > 4) text += " ";
    budget?.take(key.length + 1);
    text += `${key}:${formatElement(map[key], budget)}`;
  }
  return text + "]";
}

/** A few short lists that hold each other many times over can print as gigabytes. */
function formatElement(value: unknown, budget: Budget | undefined): string {
  const text = formatValue(value, budget);
  budget?.take(typeof value === "object" ? 1 : text.length + 1);
  return text;
}
