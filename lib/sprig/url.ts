/**
 * `urlParse` and `urlJoin`: Go's net/url, with its errors.
 *
 * Text is handled as bytes, one character each, since escapes stand for bytes.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { func, type FuncMap, type GoMap, kindOf, newMap } from "../template/value.ts";
import { fromBinary, toBinary } from "./bytes.ts";
import { NIL_POINTER } from "./items.ts";
import { escape, unescape } from "./url_escape.ts";
import { parseHost } from "./url_host.ts";

/** urlParse, urlJoin. */
export function urlFuncs(): FuncMap {
  return {
    urlParse: func(["string"], urlParse),
    urlJoin: func(["map"], urlJoin),
  };
}

/** A parsed URL. Everything but path and fragment is kept as it was written. */
interface GoUrl {
  scheme: string;
  opaque: string;
  user?: Userinfo;
  host: string;
  path: string;
  query: string;
  fragment: string;
}

interface Userinfo {
  readonly name: string;
  readonly password?: string;
}

/** The parts of a URL. @throws {Error} with Go's words for what is none. */
export function urlParse(text: string): GoMap {
  const url = parseOrThrow(text, "unable to parse url");
  const fields: Record<string, string> = {
    scheme: url.scheme,
    host: url.host,
    hostname: hostname(url.host),
    path: url.path,
    query: url.query,
    opaque: url.opaque,
    fragment: url.fragment,
    userinfo: url.user === undefined ? "" : formatUser(url.user),
  };
  const result = newMap();
  for (const [name, value] of Object.entries(fields)) result[name] = fromBinary(value);
  return result;
}

function urlJoin(map: GoMap): string {
  const part = (key: string) => toBinary(stringField(map, key));
  const url: GoUrl = {
    scheme: part("scheme"),
    host: part("host"),
    path: part("path"),
    query: part("query"),
    opaque: part("opaque"),
    fragment: part("fragment"),
  };
  const userinfo = stringField(map, "userinfo");
  if (userinfo !== "") {
    const { user } = parseOrThrow(`proto://${userinfo}@host`, "unable to parse userinfo in dict");
    if (user !== undefined) url.user = user;
  }
  return fromBinary(formatUrl(url));
}

function stringField(map: GoMap, key: string): string {
  if (!Object.hasOwn(map, key)) return "";
  const value = map[key];
  if (typeof value === "string") return value;
  if (value === null) throw new Error(NIL_POINTER);
  throw new Error(
    `unable to parse ${key} key, must be of type string, but ${kindOf(value)} found`,
  );
}

function parseOrThrow(text: string, failure: string): GoUrl {
  const binary = toBinary(text);
  const [main, fragment] = cut(binary, "#");
  const fail = (shown: string, error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    return new Error(`${failure}: parse ${quoteGo(fromBinary(shown))}: ${reason}`);
  };
  let url: GoUrl;
  try {
    url = parseMain(main);
  } catch (error) {
    throw fail(main, error);
  }
  try {
    url.fragment = unescape(fragment, "fragment");
  } catch (error) {
    throw fail(binary, error);
  }
  return url;
}

/** A URL without its fragment. */
function parseMain(text: string): GoUrl {
  // deno-lint-ignore no-control-regex -- no URL may hold these
  if (/[\u0000-\u001f\u007f]/.test(text)) {
    throw new Error("net/url: invalid control character in URL");
  }
  const url: GoUrl = { scheme: "", opaque: "", host: "", path: "", query: "", fragment: "" };
  if (text === "*") return { ...url, path: "*" };
  const [scheme, afterScheme] = cutScheme(text);
  url.scheme = scheme.toLowerCase();
  const [rest, query] = cut(afterScheme, "?");
  url.query = query;
  if (!rest.startsWith("/")) {
    if (url.scheme !== "") return { ...url, opaque: rest };
    if (cut(rest, "/")[0].includes(":")) {
      throw new Error("first path segment in URL cannot contain colon");
    }
  }
  let path = rest;
  if (rest.startsWith("//") && (url.scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    path = slash < 0 ? "" : rest.slice(slash);
    Object.assign(url, parseAuthority(url.scheme, authority));
  }
  url.path = unescape(path, "path");
  return url;
}

/** The scheme in front of the first `:`, where what stands there can be one. */
function cutScheme(text: string): [scheme: string, rest: string] {
  if (text.startsWith(":")) throw new Error("missing protocol scheme");
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  return match === null ? ["", text] : [match[1]!, text.slice(match[0].length)];
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, "host" | "user"> {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at < 0) return { host };
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9._:~!$&'()*+,;=%@-]*$/.test(userinfo)) {
    throw new Error("net/url: invalid userinfo");
  }
  const [name, password] = cut(userinfo, ":");
  const user = { name: unescape(name, "user") };
  if (!userinfo.includes(":")) return { host, user };
  return { host, user: { ...user, password: unescape(password, "user") } };
}

/** The host without port and brackets. */
function hostname(host: string): string {
  const bare = host.replace(/:[0-9]*$/, "");
  return bare.startsWith("[") && bare.endsWith("]") ? bare.slice(1, -1) : bare;
}

function formatUser({ name, password }: Userinfo): string {
  const escaped = escape(name, "user");
  return password === undefined ? escaped : `${escaped}:${escape(password, "user")}`;
}

function formatUrl(url: GoUrl): string {
  const scheme = url.scheme === "" ? "" : `${url.scheme}:`;
  let text = scheme + (url.opaque !== "" ? url.opaque : formatHierarchy(url));
  if (url.query !== "") text += `?${url.query}`;
  if (url.fragment !== "") text += `#${escape(url.fragment, "fragment")}`;
  return text;
}

function formatHierarchy({ scheme, user, host, path }: GoUrl): string {
  const escaped = path === "*" ? path : escape(path, "path");
  let text = host !== "" || user !== undefined || (scheme !== "" && path !== "") ? "//" : "";
  if (user !== undefined) text += `${formatUser(user)}@`;
  text += escape(host, "host");
  if (host !== "" && escaped !== "" && !escaped.startsWith("/")) text += "/";
  // A colon in the first segment would be read as the end of a scheme.
  if (scheme === "" && text === "" && cut(escaped, "/")[0].includes(":")) text = "./";
  return text + escaped;
}

/** The parts before and after the first separator, "" where there is none. */
function cut(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}
