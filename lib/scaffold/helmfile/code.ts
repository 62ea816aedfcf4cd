/**
 * Values as TypeScript.
 *
 * @module
 */
import { GoNumber, isMap } from "../../template/value.ts";
import { ENV_MARK } from "./render.ts";

/** Of a bracket with all it holds on one line; what stands before it comes on top. */
const WIDTH = 68;

/** An expression for a value as YAML has it; what an environment variable stands in is read from it. */
export function literal(value: unknown, indent = ""): string {
  if (value === null || value === undefined) return "null";
  if (value instanceof GoNumber || typeof value === "bigint") {
    return String(value instanceof GoNumber ? value.value : value);
  }
  if (typeof value === "string") return textCode(value);
  if (Array.isArray(value)) {
    return bracketed("[", value.map((item) => literal(item, `${indent}  `)), "]", indent);
  }
  if (isMap(value)) {
    return objectCode(
      Object.entries(value).map(([key, item]) => [key, literal(item, `${indent}  `)]),
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

function textCode(text: string): string {
  if (text.search(ENV_MARK) < 0) return JSON.stringify(text);
  const whole = new RegExp(`^${ENV_MARK.source}$`).exec(text);
  if (whole !== null) return envCode(whole[1]!, whole[2]!);
  const body = text.split(new RegExp(ENV_MARK.source)).map((part, index, all) => {
    if (index % 3 === 0) {
      return JSON.stringify(part).slice(1, -1).replace(/\\"/g, '"').replace(/`|\$\{/g, "\\$&");
    }
    return index % 3 === 1 ? `\${${envCode(part, all[index + 1]!)}}` : "";
  });
  return `\`${body.join("")}\``;
}

function envCode(kind: string, name: string): string {
  return kind === "required"
    ? `requiredEnv(${JSON.stringify(name)})`
    : `(Deno.env.get(${JSON.stringify(name)}) ?? "")`;
}
