import assert from "node:assert/strict";
import { decodePem, encodePem } from "../../lib/sprig/pem.ts";

Deno.test("encodePem() breaks lines at 64 characters, and decodePem() reads them", () => {
  const block = { type: "CERTIFICATE", bytes: new Uint8Array(50) };
  const text = encodePem(block);
  assert.deepEqual(text.split("\n").map((line) => line.length), [27, 64, 4, 25, 0]);
  assert.deepEqual(decodePem(text), block);
  assert.deepEqual(decodePem(`before\n${text}after`), block);
  assert.deepEqual(decodePem(text.replaceAll("\n", "\r\n")), block);
});

Deno.test("decodePem() passes over headers and what is no block", () => {
  const headers = "-----BEGIN X-----\nProc-Type: 4\nA: b\n\nYWJj\n-----END X-----\n";
  assert.equal(new TextDecoder().decode(decodePem(headers)?.bytes), "abc");
  const broken = "-----BEGIN X-----\n!!\n-----END X-----\n";
  assert.equal(decodePem(broken + headers.replaceAll("X", "Y"))?.type, "Y");
  for (
    const text of ["", "x", "-----BEGIN X-----\nYWJj\n", "a-----BEGIN X-----\n-----END X-----"]
  ) {
    assert.equal(decodePem(text), undefined, text);
  }
});

Deno.test("decodePem() gives up on a text made of beginnings", () => {
  assert.equal(decodePem("-----BEGIN X-----\n".repeat(200_000)), undefined);
});
