/**
 * SHA-1, SHA-256 and SHA-512 (FIPS 180-4), Adler-32 (RFC 1950).
 *
 * Written here because WebCrypto's digests are promises while templates are not, `node:crypto`
 * costs 40 ms at first use and @noble/hashes 5 ms at every start; this costs nothing until called.
 *
 * @module
 */

/** The SHA-1 digest: 20 bytes. */
export function sha1(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0);
  const message = pad(bytes, 64);
  const w = new Int32Array(80);
  for (let at = 0; at < message.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = message.getInt32(at + 4 * i);
    for (let i = 16; i < 80; i++) {
      w[i] = rotateRight(w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!, 31);
    }
    sha1Block(state, w);
  }
  return digest(state);
}

function sha1Block(state: Int32Array, w: Int32Array): void {
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!, e = state[4]!;
  for (let i = 0; i < 80; i++) {
    const mixed = i < 20
      ? ((b & c) | (~b & d)) + 0x5a827999
      : i < 40
      ? (b ^ c ^ d) + 0x6ed9eba1
      : i < 60
      ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
      : (b ^ c ^ d) + 0xca62c1d6;
    const next = (rotateRight(a, 27) + mixed + e + w[i]!) | 0;
    e = d, d = c, c = rotateRight(b, 2), b = a, a = next;
  }
  state[0]! += a, state[1]! += b, state[2]! += c, state[3]! += d, state[4]! += e;
}

/** The SHA-256 digest: 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const state = Int32Array.from(H_HIGH);
  const message = pad(bytes, 64);
  const w = new Int32Array(64);
  for (let at = 0; at < message.byteLength; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = message.getInt32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15]!, y = w[i - 2]!;
      const s0 = rotateRight(x, 7) ^ rotateRight(x, 18) ^ (x >>> 3);
      const s1 = rotateRight(y, 17) ^ rotateRight(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16]! + s0 + w[i - 7]! + s1;
    }
    sha256Block(state, w);
  }
  return digest(state);
}

function sha256Block(state: Int32Array, w: Int32Array): void {
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let i = 0; i < 64; i++) {
    const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K_HIGH[i]! + w[i]!) | 0;
    const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g, g = f, f = e, e = (d + t1) | 0;
    d = c, c = b, b = a, a = (t1 + t2) | 0;
  }
  state[0]! += a, state[1]! += b, state[2]! += c, state[3]! += d;
  state[4]! += e, state[5]! += f, state[6]! += g, state[7]! += h;
}

/** The SHA-512 digest: 64 bytes. */
export function sha512(bytes: Uint8Array): Uint8Array {
  const high = Int32Array.from(H_HIGH), low = Int32Array.from(H_LOW);
  const message = pad(bytes, 128);
  const wh = new Int32Array(80), wl = new Int32Array(80);
  for (let at = 0; at < message.byteLength; at += 128) {
    for (let i = 0; i < 16; i++) {
      wh[i] = message.getInt32(at + 8 * i);
      wl[i] = message.getInt32(at + 8 * i + 4);
    }
    for (let i = 16; i < 80; i++) {
      const xh = wh[i - 15]!, xl = wl[i - 15]!, yh = wh[i - 2]!, yl = wl[i - 2]!;
      const s0h = turn(xh, xl, 1) ^ turn(xh, xl, 8) ^ (xh >>> 7);
      const s0l = turn(xl, xh, 1) ^ turn(xl, xh, 8) ^ turn(xl, xh, 7);
      const s1h = turn(yh, yl, 19) ^ turn(yl, yh, 29) ^ (yh >>> 6);
      const s1l = turn(yl, yh, 19) ^ turn(yh, yl, 29) ^ turn(yl, yh, 6);
      const sum = (wl[i - 16]! >>> 0) + (s0l >>> 0) + (wl[i - 7]! >>> 0) + (s1l >>> 0);
      wl[i] = sum;
      wh[i] = wh[i - 16]! + s0h + wh[i - 7]! + s1h + carry(sum);
    }
    sha512Block(high, low, { wh, wl });
  }
  return digest(Int32Array.from({ length: 16 }, (_, i) => (i % 2 ? low : high)[i >> 1]!));
}

/** One block over state words split into high and low halves. */
function sha512Block(
  high: Int32Array,
  low: Int32Array,
  { wh, wl }: { wh: Int32Array; wl: Int32Array },
): void {
  const hs = high.slice(), ls = low.slice();
  for (let i = 0; i < 80; i++) {
    const ah = hs[0]!, al = ls[0]!, bh = hs[1]!, bl = ls[1]!, ch = hs[2]!, cl = ls[2]!;
    const eh = hs[4]!, el = ls[4]!, fh = hs[5]!, fl = ls[5]!, gh = hs[6]!, gl = ls[6]!;
    const s1h = turn(eh, el, 14) ^ turn(eh, el, 18) ^ turn(el, eh, 9);
    const s1l = turn(el, eh, 14) ^ turn(el, eh, 18) ^ turn(eh, el, 9);
    const sum1 = (ls[7]! >>> 0) + (s1l >>> 0) + (((el & fl) ^ (~el & gl)) >>> 0) +
      K_LOW[i]! + (wl[i]! >>> 0);
    const t1h = hs[7]! + s1h + ((eh & fh) ^ (~eh & gh)) + K_HIGH[i]! + wh[i]! + carry(sum1);
    const s0h = turn(ah, al, 28) ^ turn(al, ah, 2) ^ turn(al, ah, 7);
    const s0l = turn(al, ah, 28) ^ turn(ah, al, 2) ^ turn(ah, al, 7);
    const majority = ((al & bl) ^ (al & cl) ^ (bl & cl)) >>> 0;
    const sumA = ((sum1 | 0) >>> 0) + (s0l >>> 0) + majority;
    const sumE = (ls[3]! >>> 0) + ((sum1 | 0) >>> 0);
    const nextE = hs[3]! + t1h + carry(sumE);
    const nextA = t1h + s0h + ((ah & bh) ^ (ah & ch) ^ (bh & ch));
    hs.copyWithin(1, 0, 7), ls.copyWithin(1, 0, 7);
    hs[4] = nextE, ls[4] = sumE;
    hs[0] = nextA + carry(sumA), ls[0] = sumA;
  }
  for (let i = 0; i < 8; i++) {
    const sum = (low[i]! >>> 0) + (ls[i]! >>> 0);
    low[i] = sum;
    high[i]! += hs[i]! + carry(sum);
  }
}

/** The Adler-32 checksum. */
export function adler32(bytes: Uint8Array): number {
  let low = 1, high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

/** The message with a 1 bit, zeros, and its length in bits at the end of the last block. */
function pad(bytes: Uint8Array, block: 64 | 128): DataView {
  const size = Math.ceil((bytes.length + 1 + block / 8) / block) * block;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setBigUint64(size - 8, BigInt(bytes.length) * 8n);
  return view;
}

function digest(state: Int32Array): Uint8Array {
  const out = new DataView(new ArrayBuffer(4 * state.length));
  state.forEach((word, i) => out.setInt32(4 * i, word));
  return new Uint8Array(out.buffer);
}

function rotateRight(value: number, by: number): number {
  return (value >>> by) | (value << (32 - by));
}

/** The first half of a 64 bit word rotated right by less than 32. */
function turn(half: number, other: number, by: number): number {
  return (half >>> by) | (other << (32 - by));
}

/** What a sum of low halves adds to the high one. */
function carry(sum: number): number {
  return (sum / 0x100000000) | 0;
}

/** Fractions of the cube roots of the first 80 primes; SHA-256 takes 64 of them. */
// deno-fmt-ignore
const K_HIGH = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  0xca273ece, 0xd186b8c7, 0xeada7dd6, 0xf57d4f7f, 0x06f067aa, 0x0a637dc5, 0x113f9804, 0x1b710b35,
  0x28db77f5, 0x32caab7b, 0x3c9ebe0a, 0x431d67c4, 0x4cc5d4be, 0x597f299c, 0x5fcb6fab, 0x6c44198c,
];
/** Their next 32 bits. */
// deno-fmt-ignore
const K_LOW = [
  0xd728ae22, 0x23ef65cd, 0xec4d3b2f, 0x8189dbbc, 0xf348b538, 0xb605d019, 0xaf194f9b, 0xda6d8118,
  0xa3030242, 0x45706fbe, 0x4ee4b28c, 0xd5ffb4e2, 0xf27b896f, 0x3b1696b1, 0x25c71235, 0xcf692694,
  0x9ef14ad2, 0x384f25e3, 0x8b8cd5b5, 0x77ac9c65, 0x592b0275, 0x6ea6e483, 0xbd41fbd4, 0x831153b5,
  0xee66dfab, 0x2db43210, 0x98fb213f, 0xbeef0ee4, 0x3da88fc2, 0x930aa725, 0xe003826f, 0x0a0e6e70,
  0x46d22ffc, 0x5c26c926, 0x5ac42aed, 0x9d95b3df, 0x8baf63de, 0x3c77b2a8, 0x47edaee6, 0x1482353b,
  0x4cf10364, 0xbc423001, 0xd0f89791, 0x0654be30, 0xd6ef5218, 0x5565a910, 0x5771202a, 0x32bbd1b8,
  0xb8d2d0c8, 0x5141ab53, 0xdf8eeb99, 0xe19b48a8, 0xc5c95a63, 0xe3418acb, 0x7763e373, 0xd6b2b8a3,
  0x5defb2fc, 0x43172f60, 0xa1f0ab72, 0x1a6439ec, 0x23631e28, 0xde82bde9, 0xb2c67915, 0xe372532b,
  0xea26619c, 0x21c0c207, 0xcde0eb1e, 0xee6ed178, 0x72176fba, 0xa2c898a6, 0xbef90dae, 0x131c471b,
  0x23047d84, 0x40c72493, 0x15c9bebc, 0x9c100d4c, 0xcb3e42b6, 0xfc657e2a, 0x3ad6faec, 0x4a475817,
];
/** Fractions of the square roots of the first 8 primes. */
// deno-fmt-ignore
const H_HIGH = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
/** Their next 32 bits. */
// deno-fmt-ignore
const H_LOW = [
  0xf3bcc908, 0x84caa73b, 0xfe94f82b, 0x5f1d36f1, 0xade682d1, 0x2b3e6c1f, 0xfb41bd6b, 0x137e2179,
];
