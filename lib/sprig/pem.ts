/**
 * PEM: base64 between BEGIN and END lines (RFC 7468).
 *
 * @module
 */

import { decodeBase64, encodeBase64 } from "./base64.ts";

/** A PEM block. */
export interface PemBlock {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Writes a block in lines of 64 characters. */
export function encodePem({ type, bytes }: PemBlock): string {
  const lines = encodeBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${type}-----`, ...lines, `-----END ${type}-----`, ""].join("\n");
}

/** How many beginnings are tried; each costs a look through the rest of the text. */
const MAX_TRIES = 100;

/** The first block of a text, passing over headers; `undefined` when there is none. */
export function decodePem(text: string): PemBlock | undefined {
  let tries = 0;
  for (const begin of text.matchAll(/(?<=^|\n)-----BEGIN ([^\r\n]*?)-----[ \t]*\r?\n/g)) {
    if (++tries > MAX_TRIES) break;
    const type = begin[1]!;
    const start = begin.index + begin[0].length;
    const end = text.indexOf(`-----END ${type}-----`, start);
    if (end < 0) continue;
    const body = text.slice(start, end).replace(/^(?:[^\n:]+:[^\n]*\n)+\r?\n?/, "");
    try {
      return { type, bytes: decodeBase64(body.replace(/[ \t\r\n]/g, "")) };
    } catch {
      // Not a block after all; Go looks for the next one, too.
    }
  }
  return undefined;
}
