/**
 * Text for terminals: durations, widths, columns, colour.
 *
 * @module
 */

/** Whether and how text may be coloured. */
export interface Style {
  readonly color: boolean;
}

/** Roles that text can have; the colours are chosen here and nowhere else. */
export type Tone = "good" | "bad" | "warn" | "busy" | "quiet" | "strong";

const CODES: Readonly<Record<Tone, readonly [number, number]>> = {
  good: [32, 39],
  bad: [31, 39],
  warn: [33, 39],
  busy: [36, 39],
  quiet: [2, 22],
  strong: [1, 22],
};

/** Text in a tone's colour, where the style has colour. */
export function paint(text: string, tone: Tone, style: Style): string {
  if (!style.color || text === "") return text;
  const [on, off] = CODES[tone];
  return `\x1b[${on}m${text}\x1b[${off}m`;
}

/** `0.34s`, `12.3s`, `4m05s`, `1h02m`. */
export function formatDuration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)}s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1000);
  const pad = (n: number) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${pad(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${pad(Math.floor((seconds % 3600) / 60))}m`;
}

/** As {@linkcode formatDuration} without fractions, so that what counts up changes once a second. */
export function formatSeconds(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds}s` : formatDuration(seconds * 1000);
}

// deno-lint-ignore no-control-regex -- colour codes take no room on the screen
const CODE = /\x1b\[[0-9;]*m/g;
/** What nearly every text is made of, and takes a column each. */
const PLAIN = /^[\x20-\x7e]*$/;
/** Where terminals disagree, as of pictures that can be shown as text, the wider: too early an end wraps nothing. */
const WIDE =
  /\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u1100-\u115f\u2329\u232a\u2e80-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u;
const NO_WIDTH = /\p{Mark}|[\u200b-\u200f\ufe00-\ufe0f]/u;

/** What commands a terminal: CSI sequences, strings such as titles and links, other escapes. */
const ESCAPES =
  // deno-lint-ignore no-control-regex -- they are what must not be printed
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\n\x1b\x9c]*(?:\x07|\x9c|\x1b\\)?|\x1b[ -/]*[0-~]|\x1b/g;
// deno-lint-ignore no-control-regex -- colour alone moves no cursor
const COLOR = /^\x1b\[[0-9;:]*m$/;
/** Other controls than tabs and the ends of lines, and marks that turn the direction of all that follows. */
const CONTROLS =
  // deno-lint-ignore no-control-regex -- they are what must not be printed
  /[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\u2028\u2029]+|[\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text of others, such as a log or an answer, without what would move a terminal's cursor, clear its screen or
 * change its settings; tabs and the ends of lines stay. Its own colours stay where there is colour.
 */
export function printable(text: string, { color }: Style): string {
  if (PLAIN.test(text)) return text;
  let colored = false;
  const kept = text.replaceAll("\r\n", "\n").replace(ESCAPES, (code) => {
    if (!color || !COLOR.test(code)) return "";
    colored = true;
    return code;
  }).replace(CONTROLS, (found) => found >= "\u202a" ? "" : " ");
  return colored ? `${kept}\x1b[0m` : kept;
}

/** Columns that text takes on a terminal. */
export function width(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let columns = 0;
  for (const char of text.replace(CODE, "")) {
    if (NO_WIDTH.test(char)) continue;
    columns += WIDE.test(char) ? 2 : 1;
  }
  return columns;
}

/** Text cut to at most `columns`, with `…` where something was cut. Text with colour is not cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = "", used = 0;
  for (const char of text) {
    const size = width(char);
    if (used + size > columns - 1) break;
    kept += char;
    used += size;
  }
  return columns > 0 ? kept + "…" : "";
}

/** As {@linkcode cut}, but in the middle: names that are alike differ at their ends. */
export function cutMiddle(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  if (columns < 3) return cut(text, columns);
  const chars = [...text];
  const most = Math.floor((columns - 1) / 2);
  let tail = "", used = 0;
  for (let i = chars.length - 1; i >= 0 && used + width(chars[i]!) <= most; i--) {
    used += width(chars[i]!);
    tail = chars[i] + tail;
  }
  return cut(text, columns - used) + tail;
}

/** Text padded with spaces to `columns`. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** Words in lines of at most so many columns; a word that is wider has a line of its own. */
export function wrapped(text: string, columns = Infinity): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && width(longer) > columns) lines.push(word);
    else lines[Math.max(0, lines.length - 1)] = longer;
  }
  return lines;
}

/** Rows in aligned columns, two spaces apart, without trailing space. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, i) => widths[i] = Math.max(widths[i] ?? 0, width(cell)));
  }
  return rows.map((row) => row.map((cell, i) => pad(cell, widths[i]!)).join("  ").trimEnd());
}
