/**
 * Percent encoding as Go's net/url does it, over text of one character for each byte.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { fromBinary } from "./bytes.ts";

/** The part of a URL that a text stands in. */
export type UrlPart = "path" | "host" | "zone" | "user" | "fragment";

/** What may stand unescaped besides letters, digits and `-_.~`. */
const PLAIN: Readonly<Record<UrlPart, string>> = {
  path: "$&+,/:;=@",
  host: "!$&'()*+,;=:[]<>\"",
  zone: "!$&'()*+,;=:[]<>\"",
  user: "$&+,;=",
  fragment: "$&+,/:;=?@!()*",
};

function mustEscape(char: string, part: UrlPart): boolean {
  return !/[A-Za-z0-9_.~-]/.test(char) && !PLAIN[part].includes(char);
}

/** Escapes every byte that may not stand in the part as it is. */
export function escape(text: string, part: UrlPart): string {
  return text.replace(/[^A-Za-z0-9_.~-]/g, (char) => {
    if (!mustEscape(char, part)) return char;
    return "%" + char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0");
  });
}

/**
 * Resolves the escapes of a part.
 *
 * @throws with Go's words for a bad escape, and for a byte that a host may not hold
 */
export function unescape(text: string, part: UrlPart): string {
  const host = part === "host" || part === "zone";
  return text.replace(/%[^]{0,2}|[^%]/g, (found) => {
    if (found[0] !== "%") {
      if (host && found < "\u0080" && mustEscape(found, part)) {
        throw new Error(`invalid character ${quoteGo(found)} in host name`);
      }
      return found;
    }
    const byte = /^%[0-9A-Fa-f]{2}$/.test(found) ? parseInt(found.slice(1), 16) : -1;
    if (byte < 0 || !mayEscape(found, byte, part)) {
      throw new Error(`invalid URL escape ${quoteGo(fromBinary(found))}`);
    }
    return String.fromCharCode(byte);
  });
}

/** A host may escape only bytes beyond ASCII; an IPv6 zone also space and what needs none. */
function mayEscape(found: string, byte: number, part: UrlPart): boolean {
  if (found === "%25") return true;
  if (part === "host") return byte >= 0x80;
  return part !== "zone" || byte === 0x20 || !mustEscape(String.fromCharCode(byte), "host");
}
