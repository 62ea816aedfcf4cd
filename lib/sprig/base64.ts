/**
 * Standard base64 over bytes with encoding/base64's errors.
 *
 * @module
 */

import { toBytes } from "../template/value.ts";

/** Bytes as padded base64. */
export function encodeBase64(bytes: Uint8Array): string {
  return bytes.toBase64();
}

/**
 * The bytes of padded base64, line breaks skipped.
 *
 * @throws with Go's words, naming the first bad byte
 */
export function decodeBase64(text: string): Uint8Array {
  const bad = firstBadByte(toBytes(text));
  if (bad !== undefined) throw new Error(`illegal base64 data at input byte ${bad}`);
  return Uint8Array.fromBase64(text);
}

const PAD = 0x3d;

function firstBadByte(bytes: Uint8Array): number | undefined {
  let digits = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (isLineBreak(byte)) continue;
    if (byte === PAD) return badPadding(bytes, at, digits % 4);
    if (!isDigit(byte)) return at;
    digits++;
  }
  return digits % 4 === 0 ? undefined : bytes.length - digits % 4;
}

/** Checks the end of the text from its first `=`, after `digits` digits of the last group. */
function badPadding(bytes: Uint8Array, at: number, digits: number): number | undefined {
  if (digits < 2) return at;
  let next = skipLineBreaks(bytes, at + 1);
  if (digits === 2) {
    if (next === bytes.length) return next;
    if (bytes[next] !== PAD) return next - 1;
    next = skipLineBreaks(bytes, next + 1);
  }
  return next < bytes.length ? next : undefined;
}

function skipLineBreaks(bytes: Uint8Array, at: number): number {
  while (at < bytes.length && isLineBreak(bytes[at]!)) at++;
  return at;
}

function isLineBreak(byte: number): boolean {
  return byte === 0x0a || byte === 0x0d;
}

function isDigit(byte: number): boolean {
  return /[A-Za-z0-9+/]/.test(String.fromCharCode(byte));
}
