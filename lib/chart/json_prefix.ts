/**
 * Where the first JSON value of a text ends, as Go's json.Decoder would stop there.
 *
 * @module
 */

const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d*)?(?:[eE][+-]?\d*)?)/;

/** Length of the JSON value that the text starts with, white space before it included. */
export function jsonPrefixLength(text: string): number {
  let at = 0;
  while (/\s/.test(text[at] ?? "")) at++;
  const first = text[at];
  if (first === '"') return stringEnd(text, at);
  if (first !== "{" && first !== "[") return at + (SCALAR.exec(text.slice(at))?.[0].length ?? 1);
  for (let depth = 0; at < text.length;) {
    const char = text[at]!;
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    at++;
    if (char === "{" || char === "[") depth++;
    else if ((char === "}" || char === "]") && --depth === 0) break;
  }
  return at;
}

function stringEnd(text: string, open: number): number {
  let at = open + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}
