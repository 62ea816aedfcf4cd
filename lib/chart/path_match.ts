/**
 * Go's filepath.Match: the patterns of .helmignore and of `--show-only`.
 *
 * @module
 */

/** The pattern cannot be read. */
export class BadPattern extends Error {
  override readonly name = "BadPattern";
  override readonly message = "syntax error in pattern";
}

/**
 * Whether the whole name matches: `*` and `?` stop at `/`, `[a-z]`, `[^x]`, `\` takes the next
 * character as it is.
 *
 * @throws {BadPattern} where the pattern is malformed, matching or not.
 */
export function matchPath(pattern: string, name: string): boolean {
  return compilePattern(pattern).test(name);
}

/** The pattern as a regular expression; it holds no nested repetition, so it cannot run away. */
export function compilePattern(pattern: string): RegExp {
  const chars = [...pattern];
  let source = "";
  for (let at = 0; at < chars.length;) {
    const char = chars[at]!;
    if (char === "*") {
      // Neighbouring stars are one star.
      while (chars[at] === "*") at++;
      source += "[^/]*";
    } else if (char === "?") {
      source += "[^/]";
      at++;
    } else if (char === "[") {
      const [set, next] = bracket(chars, at);
      source += set;
      at = next;
    } else {
      if (char === "\\") at++;
      if (at >= chars.length) throw new BadPattern();
      source += escape(chars[at++]!);
    }
  }
  return new RegExp(`^(?:${source})$`, "us");
}

function bracket(chars: readonly string[], open: number): [string, number] {
  let at = open + 1;
  const negated = chars[at] === "^";
  if (negated) at++;
  let set = "";
  for (let ranges = 0; !(chars[at] === "]" && ranges > 0); ranges++) {
    const [low, afterLow] = rangeEnd(chars, at);
    at = afterLow;
    let high = low;
    if (chars[at] === "-") [high, at] = rangeEnd(chars, at + 1);
    // A range that runs backwards matches nothing, which JavaScript would refuse.
    if (low.codePointAt(0)! <= high.codePointAt(0)!) set += `${inSet(low)}-${inSet(high)}`;
  }
  if (set === "") return [negated ? "[^]" : "[^\\s\\S]", at + 1];
  return [`[${negated ? "^" : ""}${set}]`, at + 1];
}

function rangeEnd(chars: readonly string[], start: number): [string, number] {
  let at = start;
  if (at >= chars.length || chars[at] === "-" || chars[at] === "]") throw new BadPattern();
  if (chars[at] === "\\") at++;
  if (at + 1 >= chars.length) throw new BadPattern();
  return [chars[at]!, at + 1];
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

function inSet(char: string): string {
  return /[\\^[\]-]/.test(char) ? `\\${char}` : char;
}
