/**
 * .helmignore: which files of a chart folder are left out.
 *
 * @module
 */

import { ChartError } from "./chart.ts";
import { BadPattern, compilePattern } from "./path_match.ts";

interface Rule {
  readonly negate: boolean;
  readonly directoriesOnly: boolean;
  readonly matches: (path: string) => boolean;
}

/** Rules in the order in which they are tried; the first hit decides. */
export interface IgnoreRules {
  /** Whether the file or folder at this path inside the chart is left out. */
  ignores(path: string, isDirectory: boolean): boolean;
}

/**
 * The rules of a .helmignore file and the one that is always there: no dotfiles in templates/.
 *
 * @throws {ChartError} for `**` and for a malformed pattern.
 */
export function parseIgnoreRules(text: string): IgnoreRules {
  const lines = text.replace(/^\ufeff/, "").split("\n");
  const rules = [...lines, "templates/.?*"]
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(parseRule);
  return { ignores: (path, isDirectory) => ignores(rules, path, isDirectory) };
}

function ignores(rules: readonly Rule[], path: string, isDirectory: boolean): boolean {
  for (const { negate, directoriesOnly, matches } of rules) {
    if (negate) {
      // Helm's reading of `!`: what does not match such a rule is ignored at once.
      if ((directoriesOnly && !isDirectory) || !matches(path)) return true;
    } else if (!(directoriesOnly && !isDirectory) && matches(path)) {
      return true;
    }
  }
  return false;
}

function parseRule(line: string): Rule {
  if (line.includes("**")) throw new ChartError("double-star (**) syntax is not supported");
  try {
    compilePattern(line);
    const negate = line.startsWith("!");
    let pattern = negate ? line.slice(1) : line;
    const directoriesOnly = pattern.endsWith("/");
    if (directoriesOnly) pattern = pattern.slice(0, -1);
    return { negate, directoriesOnly, matches: matcher(pattern) };
  } catch (error) {
    if (!(error instanceof BadPattern)) throw error;
    throw new ChartError(error.message, { hint: `the line ${line} of .helmignore is malformed` });
  }
}

function matcher(pattern: string): (path: string) => boolean {
  if (pattern.includes("/")) {
    const whole = compilePattern(pattern.startsWith("/") ? pattern.slice(1) : pattern);
    return (path) => whole.test(path);
  }
  const base = compilePattern(pattern);
  return (path) => base.test(path.slice(path.lastIndexOf("/") + 1));
}
