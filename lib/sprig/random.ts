/**
 * Sprig's random strings and numbers.
 *
 * @module
 */

import { func, type FuncMap } from "../template/value.ts";
import { encodeBase64 } from "./base64.ts";
import { runesOf } from "./bytes.ts";
import type { SprigEnv } from "./env.ts";

const NUMERIC = "0123456789";
const ALPHA = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ASCII = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join("");

/** `randAlphaNum`, `randBytes`, `uuidv4` and their kin. */
export function randomFuncs(env: SprigEnv): FuncMap {
  function from(alphabet: string) {
    return func(["int"], (count) => randomText(count, alphabet, env));
  }
  return {
    randAlphaNum: from(ALPHA + NUMERIC),
    randAlpha: from(ALPHA),
    randAscii: from(ASCII),
    randNumeric: from(NUMERIC),
    randBytes: func(["int"], (count) => {
      if (count < 0) throw new Error("runtime error: makeslice: len out of range");
      env.budget.take(count * 2);
      return encodeBase64(env.randomBytes(count));
    }),
    shuffle: func(["string"], (text) => {
      env.budget.take(text.length);
      return shuffled(runesOf(text), env).join("");
    }),
    uuidv4: func([], () => uuid(env.randomBytes(16))),
  };
}

/** A uniform whole number from 0 up to but not including `limit`, which is at most 2^53. */
export function randomBelow(limit: number, env: Pick<SprigEnv, "randomBytes">): number {
  const range = 2 ** 53;
  const fair = range - range % limit;
  for (;;) {
    const view = new DataView(env.randomBytes(8).slice().buffer);
    const number = view.getUint32(0) * 2 ** 21 + (view.getUint32(4) >>> 11);
    if (number < fair) return number % limit;
  }
}

/** A fair permutation (Fisher and Yates). */
function shuffled(items: readonly string[], env: SprigEnv): string[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last--) {
    const other = randomBelow(last + 1, env);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}

/** `count` characters drawn from an alphabet; none for a negative count. */
function randomText(count: number, alphabet: string, env: SprigEnv): string {
  if (count <= 0) return "";
  env.budget.take(count);
  const fair = 256 - 256 % alphabet.length;
  let text = "";
  while (text.length < count) {
    for (const byte of env.randomBytes(Math.min(count - text.length, 4096))) {
      if (byte < fair) text += alphabet[byte % alphabet.length];
    }
  }
  return text;
}

function uuid(bytes: Uint8Array): string {
  const marked = Array.from(bytes);
  marked[6] = marked[6]! & 0x0f | 0x40;
  marked[8] = marked[8]! & 0x3f | 0x80;
  const hex = marked.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)]
    .join("-");
}
