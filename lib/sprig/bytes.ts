/**
 * Go strings seen as bytes: one character for each byte, so that JavaScript's string operations
 * cut, search and count exactly where Go's do.
 *
 * @module
 */

import { fromBytes, toBytes } from "../template/value.ts";

const NON_ASCII = /[\u0080-\uffff]/;
const CHUNK = 8192;

/** Whether every character is below U+0080, so that characters are bytes. */
export function isAscii(text: string): boolean {
  return !NON_ASCII.test(text);
}

/** A Go string as one character (U+0000 to U+00FF) for each of its bytes. */
export function toBinary(text: string): string {
  if (isAscii(text)) return text;
  const bytes = toBytes(text);
  let binary = "";
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return binary;
}

/** The Go string of what {@linkcode toBinary} makes. */
export function fromBinary(binary: string): string {
  return isAscii(binary) ? binary : fromBytes(binaryBytes(binary));
}

/** The bytes of what {@linkcode toBinary} makes. */
export function binaryBytes(binary: string): Uint8Array {
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/**
 * A string put together from parts, with the bytes that now form a character read as one.
 *
 * Needed wherever a part may begin or end inside a character.
 */
export function rejoin(text: string): string {
  return text.isWellFormed() ? text : fromBytes(toBytes(text));
}

/** Length in bytes. */
export function byteLength(text: string): number {
  return isAscii(text) ? text.length : toBytes(text).length;
}

/** Characters of a Go string; each byte that belongs to none stands alone. */
export function runesOf(text: string): string[] {
  return Array.from(text);
}
