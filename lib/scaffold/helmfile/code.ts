/**
 * Values of a helmfile as TypeScript: what environment variables stand in reads them.
 *
 * @module
 */
import { literal as valueCode } from "../code.ts";
import { ENV_MARK } from "./render.ts";

/** An expression for a value; what an environment variable stands in is read from it. */
export function literal(value: unknown, indent = ""): string {
  return valueCode(value, indent, textCode);
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
