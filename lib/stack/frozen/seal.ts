/**
 * What hides secrets in a frozen plan: digests that only who has the key can make, and texts that only
 * who has the key can read.
 *
 * A plain digest of a weak secret can be tried against a list of passwords, and a salt that stands
 * beside it does not hinder that. So every digest is an HMAC under a key that is not in the plan, and
 * so is the plan's signature.
 *
 * @module
 */
import { createMask } from "../../action/diff/mask.ts";
import type { Mask } from "../../action/diff/mask.ts";
import { CapstanError } from "../../errors.ts";
import { joinBytes, unzipText, zipText } from "../../files.ts";
import { goJSON } from "../../release/codec.ts";
import { sha256 } from "../../sprig/hash.ts";
import { normal } from "../fingerprint.ts";

/** Fewest characters of a key: fewer could be guessed. */
export const SHORTEST_KEY = 16;

/** Bytes that SHA-256 works through at once, of which HMAC's rule makes use. */
const BLOCK = 64;

/** One plan's digests and sealed texts. */
export class PlanSeal {
  /** Hides the values of Secrets, and shows equal ones as equal. */
  readonly mask: Mask;
  /** Names the key without giving it away. */
  readonly keyId: string;
  readonly #key: Uint8Array;

  /**
   * @param key Long and random.
   * @param salt Of the plan, so that digests of two plans cannot be compared.
   * @throws {CapstanError} When the key is too short.
   */
  constructor(key: string, salt: string) {
    if (key.length < SHORTEST_KEY) {
      throw new CapstanError(
        `the key of a plan must have at least ${SHORTEST_KEY} characters, and this one has ${key.length}`,
        { code: "plan/key", hint: "make one with `openssl rand -hex 32`" },
      );
    }
    this.#key = hmac(bytesOf(key), bytesOf(salt));
    this.mask = createMask(hmac(this.#key, bytesOf("mask")));
    this.keyId = this.#mac("key").slice(0, 16);
  }

  /** The digest of plain data; keys may come in any order, and functions count by their source. */
  digest(value: unknown): string {
    return this.#mac(`digest ${goJSON(normal(value))}`).slice(0, 32);
  }

  /** The digest of a text whose every character counts. */
  sign(text: string): string {
    return this.#mac(`sign ${text}`);
  }

  /** A text that only {@linkcode PlanSeal.open} can read. */
  async seal(text: string): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const cipher = await this.#cipher();
    const plain = await zipText(text);
    const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, cipher, plain);
    return joinBytes([iv, new Uint8Array(sealed)]).toBase64();
  }

  /** The text again. */
  async open(sealed: string): Promise<string> {
    const bytes = Uint8Array.fromBase64(sealed);
    const [iv, rest] = [bytes.subarray(0, 12), bytes.subarray(12)];
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, await this.#cipher(), rest);
    return await unzipText(new Uint8Array(plain));
  }

  async #cipher(): Promise<CryptoKey> {
    const raw = new Uint8Array(hmac(this.#key, bytesOf("cipher")));
    return await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  }

  #mac(text: string): string {
    return hmac(this.#key, bytesOf(text)).toHex();
  }
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** HMAC-SHA-256 (RFC 2104); synchronous, since a plan has thousands of digests. */
function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const block = new Uint8Array(BLOCK);
  block.set(key.length > BLOCK ? sha256(key) : key);
  const inner = sha256(joinBytes([block.map((byte) => byte ^ 0x36), message]));
  return sha256(joinBytes([block.map((byte) => byte ^ 0x5c), inner]));
}
