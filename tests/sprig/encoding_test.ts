import assert from "node:assert/strict";
import { encodingFuncs } from "../../lib/sprig/encoding.ts";
import { call } from "./environment.ts";

const funcs = encodingFuncs();

function check(rows: readonly [name: string, text: string, expected: string][]): void {
  for (const [name, text, expected] of rows) {
    assert.equal(call(funcs, name, text), expected, `${name} ${JSON.stringify(text)}`);
  }
}

Deno.test("b64enc and b64dec keep bytes", () => {
  check([
    ["b64enc", "héllo", "aMOpbGxv"],
    ["b64enc", "\udcff", "/w=="],
    ["b64dec", "aMOpbGxv", "héllo"],
    ["b64dec", "/w==", "\udcff"],
    ["b64dec", "aGVs\nbG8=\r\n", "hello"],
    ["b64dec", "", ""],
    // Bits beyond the last byte are ignored.
    ["b64dec", "YR==", "a"],
  ]);
});

Deno.test("b64dec and b32dec give what is wrong in place of the content", () => {
  check([
    ["b64dec", "!!", "illegal base64 data at input byte 0"],
    ["b64dec", "YQ", "illegal base64 data at input byte 0"],
    ["b64dec", "YQ=", "illegal base64 data at input byte 3"],
    ["b64dec", "YWI=YQ==", "illegal base64 data at input byte 4"],
    ["b64dec", "Y===", "illegal base64 data at input byte 1"],
    ["b32dec", "1", "illegal base32 data at input byte 0"],
    ["b32dec", "NBUQ", "illegal base32 data at input byte 0"],
    ["b32dec", "NBUQ=A==", "illegal base32 data at input byte 4"],
    ["b32dec", "NBU=====", "illegal base32 data at input byte 3"],
    ["b32dec", "NB=A====", "illegal base32 data at input byte 2"],
  ]);
});

Deno.test("b32enc and b32dec pad to eight", () => {
  check([
    ["b32enc", "", ""],
    ["b32enc", "h", "NA======"],
    ["b32enc", "hi", "NBUQ===="],
    ["b32enc", "hi!", "NBUSC==="],
    ["b32enc", "hi!!", "NBUSCII="],
    ["b32enc", "hello", "NBSWY3DP"],
    ["b32dec", "NBUQ====", "hi"],
    ["b32dec", "NBSW\nY3DP", "hello"],
  ]);
});

Deno.test("sums are of the bytes, in hexadecimal or, for Adler-32, decimal", () => {
  check([
    ["sha1sum", "a", "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"],
    ["sha256sum", "a", "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"],
    ["adler32sum", "a", "6422626"],
    ["adler32sum", "", "1"],
    ["sha256sum", "é", "4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c"],
  ]);
});
