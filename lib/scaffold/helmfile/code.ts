/**
 * Values of a helmfile as TypeScript: what environment variables stand in reads them.
 *
 * @module
 */
import { literal as valueCode } from "../code.ts";
import { type EnvMark, partsOf } from "./env_marks.ts";

/** An expression for a value; what an environment variable stands in is read from it. */
export function literal(value: unknown, indent = ""): string {
  return valueCode(value, indent, textCode);
}

/** An expression for a chart's values: a variable without quotes is what YAML takes its text for. */
export function valuesLiteral(value: unknown, indent = ""): string {
  return valueCode(value, indent, (text) => {
    const [only, ...rest] = partsOf(text);
    const scalar = rest.length === 0 && typeof only === "object" && only.scalar;
    return scalar ? `scalar(${envCode(only)})` : textCode(text);
  });
}

function textCode(text: string): string {
  const parts = partsOf(text);
  if (parts.every((part) => typeof part === "string")) return JSON.stringify(text);
  const [only, ...rest] = parts;
  if (rest.length === 0) return envCode(only as EnvMark);
  const body = parts.map((part) =>
    typeof part === "string"
      ? JSON.stringify(part).slice(1, -1).replace(/\\"/g, '"').replace(/`|\$\{/g, "\\$&")
      : `\${${envCode(part)}}`
  );
  return `\`${body.join("")}\``;
}

function envCode({ name, required, fallback }: EnvMark): string {
  if (required) return `requiredEnv(${JSON.stringify(name)})`;
  const read = `Deno.env.get(${JSON.stringify(name)})`;
  return fallback === undefined ? `(${read} ?? "")` : `(${read} || ${textCode(fallback)})`;
}
