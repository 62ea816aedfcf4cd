import assert from "node:assert/strict";
import { urlFuncs } from "../../lib/sprig/url.ts";
import { type GoMap, newMap } from "../../lib/template/value.ts";
import { call } from "./environment.ts";

const funcs = urlFuncs();

/** The parts that are not empty. */
function parse(text: string): Record<string, unknown> {
  const parts = Object.entries(call(funcs, "urlParse", text) as GoMap);
  assert.equal(parts.length, 8);
  return Object.fromEntries(parts.filter(([, value]) => value !== ""));
}

function join(parts: Record<string, unknown>): unknown {
  return call(funcs, "urlJoin", Object.assign(newMap(), parts));
}

Deno.test("urlParse gives every part", () => {
  const rows: [text: string, expected: Record<string, string>][] = [
    ["http://admin:secret@server.com:8080/api?list=false#anchor", {
      scheme: "http",
      host: "server.com:8080",
      hostname: "server.com",
      path: "/api",
      query: "list=false",
      fragment: "anchor",
      userinfo: "admin:secret",
    }],
    ["mailto:a@b.c", { scheme: "mailto", opaque: "a@b.c" }],
    ["HTTPS://[fe80::1%25en0]:80/", {
      scheme: "https",
      host: "[fe80::1%en0]:80",
      hostname: "fe80::1%en0",
      path: "/",
    }],
    ["/a%20b?x=%20#c%20d", { path: "/a b", query: "x=%20", fragment: "c d" }],
    ["//h/p", { host: "h", hostname: "h", path: "/p" }],
    ["///p", { path: "///p" }],
    ["*", { path: "*" }],
    ["", {}],
    ["x://u%40@h%C3%A9", { scheme: "x", userinfo: "u%40", host: "hé", hostname: "hé" }],
    ["redis://a:1,b:2/0", { scheme: "redis", host: "a:1,b:2", hostname: "a:1,b", path: "/0" }],
  ];
  for (const [text, expected] of rows) assert.deepEqual(parse(text), expected, text);
});

Deno.test("urlParse refuses what Go refuses, with its words", () => {
  const rows: [text: string, reason: string][] = [
    ["http://[::1", `parse "http://[::1": missing ']' in host`],
    [":a#b", `parse ":a": missing protocol scheme`],
    ["a:b/c d:e", ""],
    ["1:b", `parse "1:b": first path segment in URL cannot contain colon`],
    ["http://h/%zz", `parse "http://h/%zz": invalid URL escape "%zz"`],
    ["http://h/#%4", `parse "http://h/#%4": invalid URL escape "%4"`],
    ["http://h%41/", `parse "http://h%41/": invalid URL escape "%41"`],
    ["http://h h/", `parse "http://h h/": invalid character " " in host name`],
    ["http://h:80x/", `parse "http://h:80x/": invalid port ":80x" after host`],
    ["http://a:1:2/", `parse "http://a:1:2/": invalid port ":1:2" after host`],
    ["http://é@h/", `parse "http://é@h/": net/url: invalid userinfo`],
    ["a\tb", `parse "a\\tb": net/url: invalid control character in URL`],
    ["http://[1.2.3.4]/", `parse "http://[1.2.3.4]/": invalid IP-literal`],
    ["http://a[::1]/", `parse "http://a[::1]/": invalid IP-literal`],
    ["http://[x]/", `parse "http://[x]/": invalid host: ParseAddr("x"): unable to parse IP`],
    [
      "http://[1::2::3]/",
      `parse "http://[1::2::3]/": invalid host: ParseAddr("1::2::3"): multiple :: in address (at ":3")`,
    ],
    [
      "http://[::1.2.3]/",
      `parse "http://[::1.2.3]/": invalid host: ParseAddr("::1.2.3"): IPv4 address too short`,
    ],
  ];
  for (const [text, reason] of rows) {
    if (reason === "") assert.ok(parse(text));
    else assert.throws(() => parse(text), { message: `unable to parse url: ${reason}` });
  }
});

Deno.test("urlJoin escapes each part by its own rules", () => {
  const rows: [parts: Record<string, string>, expected: string][] = [
    [
      {
        scheme: "http",
        host: "h:80",
        path: "/p q",
        query: "a=b",
        fragment: "f",
        userinfo: "u:p@x",
      },
      "http://u:p%40x@h:80/p%20q?a=b#f",
    ],
    [{ host: "h", path: "p" }, "//h/p"],
    [{ path: "/x" }, "/x"],
    [{ path: "a:b" }, "./a:b"],
    [{ path: "é?" }, "%C3%A9%3F"],
    [{ scheme: "mailto", opaque: "a@b" }, "mailto:a@b"],
    [{ scheme: "file", path: "/a" }, "file:///a"],
    [{ fragment: "a b'é" }, "#a%20b%27%C3%A9"],
    [{}, ""],
  ];
  for (const [parts, expected] of rows) assert.equal(join(parts), expected, JSON.stringify(parts));
});

Deno.test("urlJoin takes only strings", () => {
  assert.throws(() => join({ host: 1n }), {
    message: "unable to parse host key, must be of type string, but int found",
  });
  assert.throws(() => join({ path: null }), { message: /nil pointer dereference/ });
  assert.throws(() => join({ userinfo: "a b" }), {
    message:
      'unable to parse userinfo in dict: parse "proto://a b@host": net/url: invalid userinfo',
  });
});
