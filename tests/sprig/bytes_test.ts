import assert from "node:assert/strict";
import fc from "fast-check";
import {
  binaryBytes,
  byteLength,
  fromBinary,
  isAscii,
  rejoin,
  toBinary,
} from "../../lib/sprig/bytes.ts";
import { fromBytes, toBytes } from "../../lib/template/value.ts";

Deno.test("toBinary() and fromBinary() lose no byte, in any order of bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
    const text = fromBytes(bytes);
    const binary = toBinary(text);
    assert.deepEqual(binaryBytes(binary), bytes);
    assert.equal(fromBinary(binary), text);
    assert.equal(byteLength(text), bytes.length);
  }));
});

Deno.test("rejoin() reads the bytes of two parts as one text", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.nat(200), (text, at) => {
    const bytes = toBytes(text.toWellFormed());
    const parts = [bytes.subarray(0, at), bytes.subarray(at)].map(fromBytes);
    assert.equal(rejoin(parts.join("")), text.toWellFormed());
  }));
});

Deno.test("isAscii() and long texts", () => {
  assert.ok(isAscii("a\u007f") && !isAscii("\u0080") && !isAscii("\udcff"));
  const long = "é".repeat(20_000);
  assert.equal(fromBinary(toBinary(long)), long);
});
