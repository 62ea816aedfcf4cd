import assert from "node:assert/strict";
import { decodeBase64, encodeBase64 } from "../../lib/sprig/base64.ts";

Deno.test("base64 goes there and back", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 37);
    assert.deepEqual(decodeBase64(encodeBase64(bytes)), bytes);
  }
});

Deno.test("decodeBase64() passes over line breaks and loose bits", () => {
  const rows: [string, string][] = [
    ["", ""],
    ["YWJj", "abc"],
    ["YW\r\nJj\n", "abc"],
    ["YQ=\n=", "a"],
    ["YR==", "a"],
  ];
  for (const [text, expected] of rows) {
    assert.equal(new TextDecoder().decode(decodeBase64(text)), expected);
  }
});

Deno.test("decodeBase64() names the first bad byte", () => {
  const rows: [string, number][] = [
    ["!!", 0],
    ["YWJ", 0],
    ["YWJjZ", 4],
    ["YWJj ", 4],
    ["YQ=x", 2],
    ["YQ=", 3],
    ["Y===", 1],
    ["YQ==YQ==", 4],
    ["éYQ=", 0],
    ["YWJjé", 4],
  ];
  for (const [text, at] of rows) {
    assert.throws(() => decodeBase64(text), {
      message: `illegal base64 data at input byte ${at}`,
    }, text);
  }
});
