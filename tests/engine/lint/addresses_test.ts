import assert from "node:assert/strict";
import { isEmail, isRequestUrl, isWebAddress } from "../../../lib/engine/lint/addresses.ts";

/** The answers are govalidator's. */
const rows: Record<string, [check: (text: string) => boolean, right: string[], wrong: string[]]> = {
  isEmail: [
    isEmail,
    ["a@b.io", "first.last+tag@sub.example.com", "x_y-z@ex-ample.org", "a@b.c", "ü@exämple.de"],
    ["", "a", "a@", "@b.c", "a@b", "a b@c.de", "a@b..c", "a@-b.de", ".a@b.de", "a@b.1"],
  ],
  isWebAddress: [
    isWebAddress,
    [
      ...["https://example.com", "http://localhost:8080/x?y#z", "example.com", "ftp://a.bc"],
      ...[
        "https://user:pw@host.io/",
        "http://127.0.0.1/",
        "github.com/me",
        "https://ex_ample.com",
        "foo.",
        "http://x",
        "localhost:8080",
        "http://[::1]:80/",
        "http://foo.1x/",
      ],
    ],
    [
      "",
      "foo",
      "a.b",
      "https://",
      "https://a b",
      "gopher://x.yz",
      ".example.com",
      "http://.x.yz",
      "a..b",
      "http://a-.com",
      "http://-a.com",
      "http://a.b.c.d.e/",
      "http://1.2.3.4.5/",
    ],
  ],
  isRequestUrl: [
    isRequestUrl,
    ["https://x.y/z.png", "mailto:a@b.c", "data:image/png;base64,AA==", "x://"],
    ["", "foo", "/a/b", "//host/x", "https://a b/", ":x"],
  ],
};

for (const [name, [check, right, wrong]] of Object.entries(rows)) {
  Deno.test(`${name}() accepts what govalidator accepts`, async (t) => {
    for (const text of right) await t.step(text, () => assert.equal(check(text), true));
    for (const text of wrong) await t.step(`not ${text}`, () => assert.equal(check(text), false));
  });
}
