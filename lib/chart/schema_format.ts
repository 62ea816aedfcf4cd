/**
 * The `format` keyword: what is wrong with a text that should be a date, an address and so on.
 *
 * Drafts 4 to 7 assert formats, the later ones only name them.
 *
 * @module
 */

import { quoteGo, quoteRune as quoteCode } from "../template/quote.ts";

/** What is wrong with the text; `undefined` where nothing is. */
type Check = (text: string) => string | undefined;

const CHECKS: Readonly<Record<string, Check>> = {
  "json-pointer": jsonPointer,
  "relative-json-pointer": relativeJsonPointer,
  uuid,
  duration,
  ipv4,
  ipv6,
  hostname,
  email,
  date,
  time,
  "date-time": dateTime,
  uri,
  iri: uri,
  "uri-reference": uriReference,
  "iri-reference": uriReference,
  semver,
};

/** What is wrong with a text of this format; unknown formats take any text. */
export function checkFormat(format: string, text: string): string | undefined {
  return Object.hasOwn(CHECKS, format) ? CHECKS[format]!(text) : undefined;
}

function jsonPointer(text: string): string | undefined {
  if (text === "") return undefined;
  if (!text.startsWith("/")) return "not starting with /";
  return /~(?![01])/.test(text) ? "~ must be followed by 0 or 1" : undefined;
}

function relativeJsonPointer(text: string): string | undefined {
  const digits = /^\d*/.exec(text)![0];
  if (digits === "") return "must start with non-negative integer";
  if (digits.length > 1 && digits.startsWith("0")) return "starts with zero";
  const rest = text.slice(digits.length);
  return rest === "#" ? undefined : jsonPointer(rest);
}

function uuid(text: string): string | undefined {
  const sizes = [8, 4, 4, 4, 12];
  const groups = text.split("-");
  if (groups.length !== sizes.length) return `must have ${sizes.length} elements`;
  for (const [i, group] of groups.entries()) {
    if (group.length !== sizes[i]) return `element ${i + 1} must be ${sizes[i]} characters long`;
    const wrong = /[^0-9a-fA-F]/u.exec(group);
    if (wrong !== null) return `non-hex character ${quoteRune(wrong[0])}`;
  }
  return undefined;
}

function duration(text: string): string | undefined {
  if (!text.startsWith("P")) return "must start with P";
  const rest = text.slice(1);
  if (rest === "") return "nothing after P";
  if (rest.endsWith("W")) {
    if (rest === "W") return "no number in week";
    return /^\d+W$/.test(rest) ? undefined : "invalid week";
  }
  const parts = rest.split("T");
  for (const [i, part] of parts.entries()) {
    if (i > 0 && part === "") return "no time elements";
    if (i > 1) return "more than one T";
    const wrong = durationPart(part, i === 0 ? "YMD" : "HMS");
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function durationPart(text: string, all: string): string | undefined {
  let units = all;
  for (let rest = text; rest !== "";) {
    const digits = /^\d*/.exec(rest)![0];
    if (digits === "") return "missing number";
    rest = rest.slice(digits.length);
    if (rest === "") return "missing unit";
    const unit = rest[0]!;
    if (!units.includes(unit)) {
      const quoted = quoteRune(unit);
      return all.includes(unit) ? `unit ${quoted} out of order` : `invalid unit ${quoted}`;
    }
    units = units.slice(units.indexOf(unit) + 1);
    rest = rest.slice(1);
  }
  return undefined;
}

function ipv4(text: string): string | undefined {
  const groups = text.split(".");
  if (groups.length !== 4) return "expected four decimals";
  for (const group of groups) {
    if (group.length > 1 && group.startsWith("0")) return "leading zeros";
    if (!/^[+-]?\d+$/.test(group)) {
      return `strconv.Atoi: parsing ${quoteGo(group)}: invalid syntax`;
    }
    if (Number(group) < 0 || Number(group) > 255) return "decimal must be between 0 and 255";
  }
  return undefined;
}

function ipv6(text: string): string | undefined {
  if (!text.includes(":")) return "missing colon";
  if (text.includes("%")) return "zone id is not a part of ipv6 address";
  try {
    new URL(`http://[${text}]/`);
    return undefined;
  } catch {
    return `ParseAddr(${quoteGo(text)}): unexpected character`;
  }
}

function hostname(text: string): string | undefined {
  const name = text.replace(/\.$/, "");
  if (name.length > 253) return "more than 253 characters long";
  for (const label of name.split(".")) {
    if (label.length < 1 || label.length > 63) return "label must be 1 to 63 characters long";
    if (label.startsWith("-")) return "label starts with hyphen";
    if (label.endsWith("-")) return "label ends with hyphen";
    const wrong = /[^a-zA-Z0-9-]/u.exec(label);
    if (wrong !== null) return `invalid character ${quoteRune(wrong[0])}`;
  }
  return undefined;
}

function email(text: string): string | undefined {
  if (text.length > 254) return "more than 255 characters long";
  const at = text.lastIndexOf("@");
  if (at < 0) return "missing @";
  const local = text.slice(0, at), domain = text.slice(at + 1);
  if (local.length > 64) return "local part more than 64 characters long";
  const wrong = localPart(local);
  if (wrong !== undefined) return wrong;
  const bracketed = /^\[(IPv6:)?(.*)\]$/.exec(domain);
  if (bracketed === null) return prefixed("invalid domain: ", hostname(domain));
  const inner = bracketed[2]!;
  return bracketed[1] === undefined
    ? prefixed("invalid ipv4 address: ", ipv4(inner))
    : prefixed("invalid ipv6 address: ", ipv6(inner));
}

function localPart(local: string): string | undefined {
  if (/^".*"$/s.test(local) && local.length > 1) {
    return /["\\]/.test(local.slice(1, -1))
      ? "backslash and quote are not allowed within quoted local part"
      : undefined;
  }
  if (local.startsWith(".")) return "starts with dot";
  if (local.endsWith(".")) return "ends with dot";
  if (local.includes("..")) return "consecutive dots";
  const wrong = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local);
  return wrong === null ? undefined : `invalid character ${quoteRune(wrong[0])}`;
}

function date(text: string): string | undefined {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  const parsing = `parsing time ${quoteGo(text)}`;
  if (match === null) return `${parsing} as "2006-01-02": cannot parse`;
  const [, year, month, day] = match.map(Number) as [number, number, number, number];
  if (month < 1 || month > 12) return `${parsing}: month out of range`;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day < 1 || day > days ? `${parsing}: day out of range` : undefined;
}

function time(text: string): string | undefined {
  if (text.length < 9) return "less than 9 characters long";
  if (text[2] !== ":" || text[5] !== ":") return "missing colon in correct place";
  const parts = text.slice(0, 8).split(":");
  if (!parts.every((part) => /^[+-]?\d+$/.test(part))) return "invalid hour/min/sec";
  const [h, m, s] = parts.map(Number) as [number, number, number];
  if (h > 23 || m > 59 || s > 60) return "hour/min/sec out of range";
  let rest = text.slice(8);
  if (rest.startsWith(".")) {
    const digits = /^\.(\d*)/.exec(rest)![1]!;
    if (digits === "") return "no digits in second fraction";
    rest = rest.slice(digits.length + 1);
  }
  return zone(rest, h * 60 + m, s);
}

function zone(text: string, minutes: number, seconds: number): string | undefined {
  let utc = minutes;
  if (text !== "z" && text !== "Z") {
    if (text.length !== 6) return "offset must be 6 characters long";
    if (!/^[+-]/.test(text)) return "offset must begin with plus/minus";
    if (text[3] !== ":") return "missing colon in offset in correct place";
    const match = /^.(\d\d):(\d\d)$/.exec(text);
    if (match === null) return "invalid hour/min in offset";
    const h = Number(match[1]), m = Number(match[2]);
    if (h > 23 || m > 59) return "hour/min in offset out of range";
    utc += (text[0] === "+" ? -1 : 1) * (h * 60 + m);
    if (utc < 0) utc += 24 * 60;
  }
  return seconds >= 60 && utc !== 23 * 60 + 59 ? "invalid leap second" : undefined;
}

function dateTime(text: string): string | undefined {
  if (text.length < 20) return "less than 20 characters long";
  if (!/^t$/i.test(text[10]!)) return "11th character must be t or T";
  return prefixed("invalid date element: ", date(text.slice(0, 10))) ??
    prefixed("invalid time element: ", time(text.slice(11)));
}

function uri(text: string): string | undefined {
  return parseUrl(text) ?? (/^[a-zA-Z][a-zA-Z0-9+.-]*:/.test(text) ? undefined : "relative url");
}

function uriReference(text: string): string | undefined {
  return text.includes("\\") ? "contains \\" : parseUrl(text);
}

/** What Go's net/url refuses of the texts that occur. */
function parseUrl(text: string): string | undefined {
  // deno-lint-ignore no-control-regex -- these are the characters that are refused
  if (/[\x00-\x1f\x7f]/.test(text)) {
    return `parse ${quoteGo(text)}: net/url: invalid control character in URL`;
  }
  if (text.startsWith(":")) return `parse ${quoteGo(text)}: missing protocol scheme`;
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text);
  if (escape !== null) {
    return `parse ${quoteGo(text)}: invalid URL escape ${quoteGo(escape[0])}`;
  }
  return undefined;
}

function semver(text: string): string | undefined {
  const core = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/;
  const [beforeBuild] = text.split("+", 1) as [string];
  const dash = beforeBuild.indexOf("-");
  const version = dash < 0 ? beforeBuild : beforeBuild.slice(0, dash);
  if (version.split(".").length !== 3) return "versionCore must have 3 numbers separated by dot";
  return core.test(version) ? undefined : "major contains non-digit";
}

function prefixed(prefix: string, wrong: string | undefined): string | undefined {
  return wrong === undefined ? undefined : prefix + wrong;
}

function quoteRune(char: string): string {
  return quoteCode(char.codePointAt(0)!);
}
