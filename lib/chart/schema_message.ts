/**
 * What a schema failure says, in the words and number format of Helm's validator.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { GoNumber } from "../template/value.ts";
import { escapeToken } from "./schema_document.ts";

/** One failed keyword, and what failed below it. */
export interface Failure {
  /** The way to the value, from the root. */
  readonly path: readonly string[];
  readonly message: string;
  readonly causes: readonly Failure[];
  /** `reference` failures with one cause are left out of the text; `group` ones are only a bundle. */
  readonly kind: "keyword" | "reference" | "group";
}

/** The failures as indented lines, each with a newline before it. */
export function describe(failures: readonly Failure[], depth = 0): string {
  return failures.map((failure) => describeOne(failure, depth)).join("");
}

function describeOne(failure: Failure, depth: number): string {
  if (failure.kind === "reference" && failure.causes.length === 1) {
    return describe(failure.causes, depth);
  }
  const pointer = failure.path.map((token) => `/${escapeToken(token)}`).join("");
  const line = `\n${"  ".repeat(depth)}- at ${quote(pointer)}: ${failure.message}`;
  return line + describe(failure.causes, depth + 1);
}

/** A text in single quotes, escaped as Go escapes it. */
export function quote(text: string): string {
  const inner = quoteGo(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inner}'`;
}

/** Texts in single quotes, joined by commas. */
export function quoteAll(texts: readonly string[]): string {
  return texts.map(quote).join(", ");
}

/** A number of a schema that is written in another way than JavaScript would, such as `1.50`. */
export class NumberLiteral {
  constructor(readonly value: number, readonly source: string) {}
}

/** A primitive value of a schema. */
export function display(value: unknown): string {
  if (value instanceof NumberLiteral) return value.source;
  if (typeof value === "string") return quote(value);
  if (value === null) return "<nil>";
  return typeof value === "object" ? "value" : String(value);
}

/** A whole number with separators between thousands. */
export function count(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A number as golang.org/x/text prints it in English. */
export function decimal(value: number): string {
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = Number(exponent);
  if (power >= -4 && power < 6) {
    const [whole, rest] = plainText(value).split(".") as [string, string?];
    const separated = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    return rest === undefined ? separated : `${separated}.${rest}`;
  }
  const digits = String(Math.abs(power)).padStart(2, "0");
  const raised = [...digits].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `${mantissa}×10${power < 0 ? "⁻" : ""}${raised}`;
}

function plainText(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(20).replace(/0+$/, "") : text;
}

/** The number that a value is, or `undefined`. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  if (value instanceof NumberLiteral) return value.value;
  return value instanceof GoNumber ? Number(value.value) : undefined;
}
