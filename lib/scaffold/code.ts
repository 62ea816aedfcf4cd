/**
 * Values as TypeScript.
 *
 * @module
 */
import { GoNumber, isMap } from "../template/value.ts";

/** Of a bracket with all it holds on one line; what stands before it comes on top. */
const WIDTH = 68;

/** Writes a text as an expression. */
export type TextCode = (text: string) => string;

/** An expression for a value as YAML has it. Texts are written by `text`. */
export function literal(value: unknown, indent = "", text: TextCode = JSON.stringify): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof GoNumber || typeof value === "bigint") {
    return String(value instanceof GoNumber ? value.value : value);
  }
  if (typeof value === "string") return text(value);
  if (Array.isArray(value)) {
    return bracketed("[", value.map((item) => literal(item, `${indent}  `, text)), "]", indent);
  }
  if (isMap(value)) {
    return objectCode(
      Object.entries(value).map(([key, item]) => [key, literal(item, `${indent}  `, text)]),
      indent,
    );
  }
  return JSON.stringify(value);
}

/** An object of expressions; on one line where that is short. */
export function objectCode(
  fields: Iterable<readonly [string, string]>,
  indent = "",
): string {
  const items = [...fields].map(([key, code]) => {
    const name = isIdentifier(key) ? key : JSON.stringify(key);
    return code === name ? name : `${name}: ${code}`;
  });
  return bracketed("{", items, "}", indent);
}

/** Items between brackets. */
export function bracketed(
  open: string,
  items: readonly string[],
  close: string,
  indent: string,
): string {
  if (items.length === 0) return `${open}${close}`;
  const space = open === "{" ? " " : "";
  const line = `${open}${space}${items.join(", ")}${space}${close}`;
  if (!line.includes("\n") && indent.length + line.length <= WIDTH) return line;
  return [open, ...items.map((item) => `${indent}  ${item},`), `${indent}${close}`].join("\n");
}

/** Whether a name can stand without quotes. */
export function isIdentifier(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name) && name !== "__proto__";
}
