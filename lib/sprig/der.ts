/**
 * ASN.1's distinguished encoding, as far as keys and certificates need it.
 *
 * @module
 */

/** Tags of the universal class. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** An element: its tag, then its content. */
export function element(tag: number, ...content: readonly Uint8Array[]): Uint8Array {
  const size = content.reduce((sum, part) => sum + part.length, 0);
  return join(Uint8Array.of(tag, ...lengthBytes(size)), ...content);
}

export function sequence(...items: readonly Uint8Array[]): Uint8Array {
  return element(TAG.sequence, ...items);
}

/** An unsigned number, as big-endian bytes. */
export function unsigned(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Uint8Array.of(0) : bytes.subarray(start);
  const pad = digits[0]! >= 0x80 ? Uint8Array.of(0) : new Uint8Array();
  return element(TAG.integer, pad, digits);
}

/** An object identifier written with dots. */
export function objectId(dotted: string): Uint8Array {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const bytes = [first! * 40 + second!, ...rest].flatMap(base128);
  return element(TAG.objectId, Uint8Array.from(bytes));
}

/** Whole bytes as a bit string. */
export function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return element(TAG.bitString, Uint8Array.of(unusedBits), bytes);
}

/** A time: UTCTime between 1950 and 2049, GeneralizedTime outside. */
export function time(seconds: number): Uint8Array {
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  const digits = date.toISOString().replace(/[-:T]|\..*/g, "");
  const short = year >= 1950 && year < 2050;
  const text = `${short ? digits.slice(2) : digits}Z`;
  return element(short ? TAG.utcTime : TAG.generalizedTime, new TextEncoder().encode(text));
}

/** An element that was read. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

/**
 * The elements that bytes consist of, one after another.
 *
 * @throws when they do not
 */
export function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const { size, headerLength } = readLength(bytes, at);
    const end = at + headerLength + size;
    if (end > bytes.length) throw new Error("asn1: syntax error: data truncated");
    found.push({
      tag: bytes[at]!,
      content: bytes.subarray(at + headerLength, end),
      whole: bytes.subarray(at, end),
    });
    at = end;
  }
  return found;
}

/** Bytes one after another. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function lengthBytes(size: number): number[] {
  if (size < 0x80) return [size];
  const digits: number[] = [];
  for (let rest = size; rest > 0; rest = Math.floor(rest / 256)) digits.unshift(rest % 256);
  return [0x80 | digits.length, ...digits];
}

function base128(number: number): number[] {
  const digits = [number % 128];
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 | rest % 128);
  }
  return digits;
}

function readLength(bytes: Uint8Array, at: number): { size: number; headerLength: number } {
  const first = bytes[at + 1];
  if (first === undefined) throw new Error("asn1: syntax error: truncated tag or length");
  if (first < 0x80) return { size: first, headerLength: 2 };
  const digits = first & 0x7f;
  if (digits === 0 || digits > 4 || at + 2 + digits > bytes.length) {
    throw new Error("asn1: syntax error: truncated tag or length");
  }
  let size = 0;
  for (let i = 0; i < digits; i++) size = size * 256 + bytes[at + 2 + i]!;
  return { size, headerLength: 2 + digits };
}
