/**
 * The escaping functions of templates: html, js, urlquery.
 *
 * @module
 */

import { isPrintable, strayByte } from "./quote.ts";
import { toBytes } from "./value.ts";

const HTML: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/** Text as HTML. */
export function escapeHTML(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char]!);
}

/** Text for use inside of a JavaScript string. */
export function escapeJS(text: string): string {
  // deno-lint-ignore no-control-regex -- control characters are to be escaped
  return text.replace(/[\u0000-\u001f\\'"<>&=]|[^\u0000-\u007f]/gu, escapeJSChar);
}

function escapeJSChar(char: string): string {
  // A byte that is no UTF-8 stays as it is.
  if (!char.isWellFormed()) return char;
  if (char === "\\" || char === "'" || char === '"') return `\\${char}`;
  const code = char.codePointAt(0)!;
  if (code >= 0x80 && strayByte(code) === undefined && isPrintable(code)) return char;
  const shown = strayByte(code) === undefined ? code : 0xfffd;
  // U+FFFD itself is printable, so a stray byte turns into it.
  if (shown === 0xfffd) return "\ufffd";
  return `\\u${shown.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Text for use in the query of a URL. */
export function escapeQuery(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  let query = "";
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (/[\w.~-]/.test(char)) query += char;
    else if (char === " ") query += "+";
    else query += `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return query;
}
