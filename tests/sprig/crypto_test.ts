import assert from "node:assert/strict";
import { bcryptHash } from "../../lib/sprig/bcrypt.ts";
import { cryptoFuncs } from "../../lib/sprig/crypto.ts";
import { fromBytes, toBytes } from "../../lib/template/value.ts";
import { call, limitedBudget, testEnv } from "./environment.ts";

const funcs = cryptoFuncs(testEnv());

Deno.test("bcryptHash() agrees with crypt(3)", () => {
  const salt = Uint8Array.from({ length: 16 }, (_, i) => [0x10, 0x41, 0x04][i % 3]!);
  assert.equal(
    bcryptHash(toBytes("U*U"), salt),
    "$2a$10$CCCCCCCCCCCCCCCCCCCCC.KgQljzbljH4iwhlg3oTf8buusOTZRX6",
  );
});

Deno.test("htpasswd and bcrypt hash at cost 10, and answer bad input with text", () => {
  assert.match(call(funcs, "htpasswd", "u", "p") as string, /^u:\$2a\$10\$[./A-Za-z0-9]{53}$/);
  assert.equal(call(funcs, "htpasswd", "a:b", "p"), "invalid username: a:b");
  assert.equal(
    call(funcs, "bcrypt", "é".repeat(37)),
    "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes",
  );
});

Deno.test("derivePassword follows the Master Password algorithm", () => {
  const rows: [bigint, string, string][] = [
    [1n, "long", "ZedaFaxcZaso9*"],
    [2n, "maximum", "O8-6Bwz1*I5XVPPq)@H!"],
    [1n, "basic", "pIS54PLs"],
    [1n, "pin", "6685"],
    [1n, "nope", "cannot find password template nope"],
    [1n, "constructor", "cannot find password template constructor"],
  ];
  for (const [counter, type, expected] of rows) {
    const password = call(
      funcs,
      "derivePassword",
      counter,
      type,
      "password",
      "user",
      "example.com",
    );
    assert.equal(password, expected, type);
  }
  assert.deepEqual(funcs.derivePassword!.params[0], "uint32");
});

Deno.test("encryptAES is undone by decryptAES", () => {
  for (
    const text of ["plain", "0123456789abcdef", "é".repeat(100), fromBytes(Uint8Array.of(255))]
  ) {
    const encrypted = call(funcs, "encryptAES", "secret", text);
    assert.equal(call(funcs, "decryptAES", "secret", encrypted), text);
  }
  const secret = call(funcs, "encryptAES", "k".repeat(40), "x");
  assert.equal(call(funcs, "decryptAES", "k".repeat(32), secret), "x");
  assert.equal(call(funcs, "encryptAES", "k", ""), "");
  assert.equal(call(funcs, "decryptAES", "k", ""), "");
});

Deno.test("decryptAES reads what sprig wrote, and fails as it does", () => {
  const text = "30tEfhuJSVRhpG97XCuWgz2okj7L8vQ1s6V9zVUPeDQ=";
  assert.equal(call(funcs, "decryptAES", "secretkey", text), "plaintext");
  const rows: [string, string][] = [
    ["!", "illegal base64 data at input byte 0"],
    ["YWJj", "runtime error: slice bounds out of range [:16] with capacity 3"],
    ["YQ==", "runtime error: slice bounds out of range [:16] with capacity 3"],
    ["AAAAAAAAAAAAAAAAAAAAAA==", "runtime error: index out of range [-1]"],
    ["A".repeat(24), "crypto/cipher: input not full blocks"],
  ];
  for (const [text, message] of rows) {
    assert.throws(() => call(funcs, "decryptAES", "k", text), { message }, text);
  }
});

Deno.test("slow functions ask the budget first", () => {
  const poor = cryptoFuncs(testEnv({ budget: limitedBudget(1000) }));
  for (const args of [["bcrypt", "p"], ["htpasswd", "u", "p"]]) {
    assert.throws(() => call(poor, ...args as [string]), { message: "budget used up" });
  }
});
