/**
 * Which texts pass as e-mail and web addresses in Chart.yaml: the rules of asaskevich/govalidator,
 * which Helm asks.
 *
 * @module
 */

import { RE2JS } from "re2js";
import { urlParse } from "../../sprig/url.ts";

const LETTER = "a-zA-Z\\x{00A0}-\\x{D7FF}\\x{F900}-\\x{FDCF}\\x{FDF0}-\\x{FFEF}";
const ATOM = `[\\d!#$%&'*+\\-/=?^_\`{|}~${LETTER}]+`;
const LABEL = `(?:[\\d${LETTER}](?:[\\d\\-._~${LETTER}]*[\\d${LETTER}])?)`;
const TOP = `(?:[${LETTER}](?:[\\d\\-._~${LETTER}]*[${LETTER}])?)`;

/** An e-mail address: dotted words or a quoted text, and a domain of at least two labels. */
const EMAIL = `^(?:${ATOM}(?:\\.${ATOM})*|"(?:[^"\\\\\\r\\n]|\\\\.)*")@(?:${LABEL}\\.)+${TOP}\\.?$`;

const BYTE = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
const WORD = "[a-zA-Z\\d]";
const WIDE = "a-zA-Z\\x{00A1}-\\x{FFFF}";
/** Dotted or dashed words, then one wider word and at most one more after a dot. */
const HOST = `(?:${WORD}[a-zA-Z\\d_-]*${WORD}(?:[-.]${WORD}+)*|www\\.|` +
  `${WORD}+(?:[-_.]?${WORD})*${WORD}\\.${WORD}+)?` +
  `[${WIDE}\\d]+(?:--?[${WIDE}\\d]+)*(?:\\.[${WIDE}]+)?`;

/** A web address, whose scheme may be left out. */
const WEB = "^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\\S+(?::\\S*)?@)?" +
  `(?:${BYTE}(?:\\.${BYTE}){3}|\\[[0-9a-fA-F:.]+\\]|${HOST})\\.?(?::\\d{1,5})?(?:[/?#]\\S*)?$`;

/** Whether a maintainer may have this e-mail address. */
export function isEmail(text: string): boolean {
  return RE2JS.compile(EMAIL).matches(text);
}

/** Whether a maintainer may have this web address. */
export function isWebAddress(text: string): boolean {
  if ([...text].length >= 2083 || text.length <= 3 || text.startsWith(".")) return false;
  const parsed = parse(text.includes(":") && !text.includes("://") ? `http://${text}` : text);
  if (parsed === undefined || parsed.host.startsWith(".")) return false;
  if (parsed.host === "" && parsed.path !== "" && !parsed.path.includes(".")) return false;
  return RE2JS.compile(WEB).matches(text);
}

/** Whether a source or an icon may have this address: anything with a scheme. */
export function isRequestUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && parse(text) !== undefined;
}

function parse(text: string): { readonly host: string; readonly path: string } | undefined {
  try {
    const { host, path } = urlParse(text);
    return { host: String(host), path: String(path) };
  } catch {
    return undefined;
  }
}
