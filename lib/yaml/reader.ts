/**
 * What goyaml's reader refuses: control characters and bytes that are not UTF-8.
 *
 * @module
 */

/** A text up to where the reader stops, and why it stops there. */
export interface Readable {
  readonly text: string;
  /** The reader's complaint about what follows; `undefined` where the text is whole. */
  readonly problem: string | undefined;
}

// deno-lint-ignore no-control-regex -- these are the characters YAML forbids
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u{d800}-\u{dfff}\ufffe\uffff]/u;
const CHUNK = 512;

/**
 * The readable part of a text. The reader takes 512 bytes at a time, so what it refuses hides up to
 * 511 bytes before it, and an error of syntax in those is never seen.
 */
export function readable(source: string): Readable {
  const text = source.charCodeAt(0) === 0xfeff ? source.slice(1) : source;
  const match = FORBIDDEN.exec(text);
  if (match === null) return { text, problem: undefined };
  const start = source.length - text.length;
  const end = chunkStart(source, start + match.index);
  return { text: source.slice(start, Math.max(end, start)), problem: complaint(text, match.index) };
}

/** Where the chunk that holds the character at `stop` begins. */
function chunkStart(text: string, stop: number): number {
  let begin = 0;
  let bytes = 0;
  for (let at = 0; at <= stop;) {
    const code = text.codePointAt(at)!;
    const lone = code >= 0xd800 && code <= 0xdfff;
    const size = lone || code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes + size > CHUNK) {
      begin = at;
      bytes = 0;
    }
    bytes += size;
    at += code > 0xffff ? 2 : 1;
  }
  return begin;
}

/** A byte of invalid UTF-8 is the lone surrogate U+DC00 + byte. */
function complaint(text: string, at: number): string {
  const byte = byteAt(text, at);
  if (byte === undefined) {
    const lone = text.charCodeAt(at) >= 0xd800 && text.charCodeAt(at) <= 0xdfff;
    return lone ? "invalid Unicode character" : "control characters are not allowed";
  }
  const size = byte < 0xc0 ? 0 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 0;
  if (size === 0) return "invalid leading UTF-8 octet";
  if (at + size > text.length) return "incomplete UTF-8 octet sequence";
  for (let k = 1; k < size; k++) {
    const next = byteAt(text, at + k);
    if (next === undefined || next >= 0xc0) return "invalid trailing UTF-8 octet";
  }
  return byte < 0xc2 || byte === 0xe0 || byte === 0xf0
    ? "invalid length of a UTF-8 sequence"
    : "invalid Unicode character";
}

function byteAt(text: string, at: number): number | undefined {
  const code = text.charCodeAt(at);
  return code >= 0xdc80 && code <= 0xdcff ? code - 0xdc00 : undefined;
}
