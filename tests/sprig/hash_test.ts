import assert from "node:assert/strict";
import { adler32, sha1, sha256, sha512 } from "../../lib/sprig/hash.ts";

const LENGTHS = [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000];

Deno.test("sha1(), sha256() and sha512() agree with WebCrypto at the edges of blocks", async () => {
  for (const length of LENGTHS) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
    for (
      const [name, hash] of [["SHA-1", sha1], ["SHA-256", sha256], ["SHA-512", sha512]] as const
    ) {
      const expected = new Uint8Array(await crypto.subtle.digest(name, bytes));
      assert.deepEqual(hash(bytes), expected, `${name} of ${length} bytes`);
    }
  }
});

Deno.test("adler32() wraps at 65521", () => {
  assert.equal(adler32(new TextEncoder().encode("Wikipedia")), 0x11e60398);
  assert.equal(adler32(new Uint8Array(5000).fill(255)), 1420981654);
});
