/**
 * The host of a URL as Go's net/url checks it, IPv6 addresses as net/netip does.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { fromBinary } from "./bytes.ts";
import { unescape } from "./url_escape.ts";

/**
 * A host with its escapes resolved.
 *
 * @throws with Go's words where it is not valid
 */
export function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw new Error("invalid IP-literal");
  if (open === 0) return parseLiteral(host);
  const first = host.indexOf(":");
  if (first >= 0) {
    // Only http and https insist on a single colon; databases list several hosts.
    const strict = scheme === "http" || scheme === "https";
    checkPort(host.slice(strict ? first : host.lastIndexOf(":")));
  }
  return unescape(host, "host");
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf("]");
  if (close < 0) throw new Error("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.indexOf("%25");
  const address = zone < 0
    ? unescape(name, "host")
    : unescape(name.slice(0, zone), "host") + unescape(name.slice(zone), "zone");
  let version: 4 | 6;
  try {
    version = addressVersion(address);
  } catch (error) {
    throw new Error(`invalid host: ${error instanceof Error ? error.message : error}`);
  }
  if (version === 4) throw new Error("invalid IP-literal");
  return `[${address}]${port}`;
}

function checkPort(port: string): void {
  if (/^(?::[0-9]*)?$/.test(port)) return;
  throw new Error(`invalid port ${quoteGo(fromBinary(port))} after host`);
}

/** Which IP version an address is of; throws netip.ParseAddr's errors. */
function addressVersion(text: string): 4 | 6 {
  const mark = /[.:%]/.exec(text)?.[0];
  if (mark === ":") {
    checkIpv6(text);
    return 6;
  }
  if (mark !== ".") {
    throw addressError(text, mark === "%" ? "missing IPv6 address" : "unable to parse IP");
  }
  checkIpv4(text, text);
  return 4;
}

function addressError(text: string, reason: string, at = ""): Error {
  const place = at === "" ? "" : ` (at ${quoteGo(fromBinary(at))})`;
  return new Error(`ParseAddr(${quoteGo(fromBinary(text))}): ${reason}${place}`);
}

function checkIpv4(text: string, fields: string): void {
  let dots = 0;
  let octet = "";
  for (let i = 0; i < fields.length; i++) {
    const char = fields[i]!;
    if (/[0-9]/.test(char)) {
      if (octet === "0") throw addressError(text, "IPv4 field has octet with leading zero");
      octet += char;
      if (Number(octet) > 255) throw addressError(text, "IPv4 field has value >255");
    } else if (char === ".") {
      if (i === 0 || i === fields.length - 1 || fields[i - 1] === ".") {
        throw addressError(text, "IPv4 field must have at least one digit", fields.slice(i));
      }
      if (dots === 3) throw addressError(text, "IPv4 address too long");
      dots++;
      octet = "";
    } else {
      throw addressError(text, "unexpected character", fields.slice(i));
    }
  }
  if (dots < 3) throw addressError(text, "IPv4 address too short");
}

function checkIpv6(text: string): void {
  const percent = text.indexOf("%");
  if (percent === text.length - 1) throw addressError(text, "zone must be a non-empty string");
  let rest = percent < 0 ? text : text.slice(0, percent);
  let ellipsis = rest.startsWith("::");
  if (ellipsis) rest = rest.slice(2);
  if (ellipsis && rest === "") return;
  let size = 0;
  while (size < 16) {
    const digits = /^[0-9A-Fa-f]*/.exec(rest)![0].length;
    if (digits > 4) throw addressError(text, "each group must have 4 or less digits", rest);
    if (digits === 0) {
      const reason = "each colon-separated field must have at least one digit";
      throw addressError(text, reason, rest);
    }
    if (rest[digits] === ".") {
      checkEmbedded(text, rest, { size, ellipsis });
      rest = "";
      size += 4;
      break;
    }
    size += 2;
    rest = rest.slice(digits);
    if (rest === "") break;
    if (rest[0] !== ":") throw addressError(text, "unexpected character, want colon", rest);
    if (rest === ":") throw addressError(text, "colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (rest[0] === ":") {
      if (ellipsis) throw addressError(text, "multiple :: in address", rest);
      ellipsis = true;
      rest = rest.slice(1);
      if (rest === "") break;
    }
  }
  if (rest !== "") throw addressError(text, "trailing garbage after address", rest);
  if (size < 16 && !ellipsis) throw addressError(text, "address string too short");
  if (size >= 16 && ellipsis) {
    throw addressError(text, "the :: must expand to at least one field of zeros");
  }
}

/** An IPv4 address at the end of an IPv6 one, `size` bytes in. */
function checkEmbedded(
  text: string,
  rest: string,
  { size, ellipsis }: { size: number; ellipsis: boolean },
): void {
  if (!ellipsis && size !== 12) {
    const reason = "embedded IPv4 address must replace the final 2 fields of the address";
    throw addressError(text, reason, rest);
  }
  if (size + 4 > 16) {
    const reason = "too many hex fields to fit an embedded IPv4 at the end of the address";
    throw addressError(text, reason, rest);
  }
  checkIpv4(text, rest);
}
