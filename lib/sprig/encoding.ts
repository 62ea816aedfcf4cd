/**
 * Sprig's encodings and checksums: base64, base32, SHA-1, SHA-256, SHA-512, Adler-32.
 *
 * @module
 */

import { fromBytes, func, type FuncMap, toBytes } from "../template/value.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { adler32, sha1, sha256, sha512 } from "./hash.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/** Digits of the last group for 0 to 4 bytes left. */
const TAIL_DIGITS = [0, 2, 4, 5, 7];

/** b64enc, b64dec, b32enc, b32dec, sha1sum, sha256sum, sha512sum, adler32sum. */
export function encodingFuncs(): FuncMap {
  const hash = (digest: (bytes: Uint8Array) => Uint8Array) =>
    func(["string"], (text) => digest(toBytes(text)).toHex());
  return {
    b64enc: func(["string"], (text) => encodeBase64(toBytes(text))),
    b64dec: func(["string"], (text) => messageOnError(() => fromBytes(decodeBase64(text)))),
    b32enc: func(["string"], (text) => encodeBase32(toBytes(text))),
    b32dec: func(["string"], (text) => messageOnError(() => fromBytes(decodeBase32(text)))),
    sha1sum: hash(sha1),
    sha256sum: hash(sha256),
    sha512sum: hash(sha512),
    adler32sum: func(["string"], (text) => String(adler32(toBytes(text)))),
  };
}

/** Sprig prints what is wrong with the input in place of its content. */
function messageOnError(decode: () => string): string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0, size = 0;
  for (const byte of bytes) {
    bits = (bits << 8) | byte;
    size += 8;
    for (; size >= 5; size -= 5) text += ALPHABET[(bits >> (size - 5)) & 31];
    bits &= (1 << size) - 1;
  }
  if (size > 0) text += ALPHABET[(bits << (5 - size)) & 31];
  return text + "=".repeat((8 - (text.length % 8)) % 8);
}

/** The bytes of padded base32; line breaks are skipped and not counted in errors, as in Go. */
function decodeBase32(text: string): Uint8Array {
  const input = toBytes(text.replace(/[\r\n]/g, ""));
  const bad = badBase32(input);
  if (bad !== undefined) throw new Error(`illegal base32 data at input byte ${bad}`);
  const out: number[] = [];
  let bits = 0, size = 0;
  for (const byte of input) {
    if (byte === PAD) break;
    bits = ((bits << 5) | digitOf(byte)) & 0xfff;
    size += 5;
    if (size >= 8) out.push((bits >> (size -= 8)) & 255);
  }
  return Uint8Array.from(out);
}

const PAD = 0x3d;

function digitOf(byte: number): number {
  return ALPHABET.indexOf(String.fromCharCode(byte));
}

/** Offset of what encoding/base32 finds wrong first. */
function badBase32(input: Uint8Array): number | undefined {
  for (let at = 0; at < input.length; at++) {
    const digits = at % 8;
    const left = input.length - at - 1;
    if (input[at] === PAD && digits >= 2 && left < 8) {
      if (left + digits < 7) return input.length;
      for (let next = at + 1; next < at + 8 - digits && next < input.length; next++) {
        if (input[next] !== PAD) return next - 1;
      }
      return TAIL_DIGITS.includes(digits) ? undefined : at;
    }
    if (digitOf(input[at]!) < 0) return at;
  }
  const digits = input.length % 8;
  return digits === 0 ? undefined : input.length - digits;
}
