/**
 * Sprig's password hashes and ciphers.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { fromBytes, func, type FuncMap, toBytes } from "../template/value.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { bcryptHash } from "./bcrypt.ts";
import { join } from "./der.ts";
import type { SprigEnv } from "./env.ts";
import { nodeCrypto, takeTime } from "./node_crypto.ts";

/** `bcrypt`, `htpasswd`, `derivePassword`, `encryptAES`, `decryptAES`. */
export function cryptoFuncs(env: SprigEnv): FuncMap {
  function bcrypt(password: string): string {
    takeTime(env.budget, BCRYPT_MILLISECONDS);
    try {
      return bcryptHash(toBytes(password), env.randomBytes(16));
    } catch (error) {
      return `failed to encrypt string with bcrypt: ${messageOf(error)}`;
    }
  }
  return {
    bcrypt: func(["string"], bcrypt),
    htpasswd: func(
      ["string", "string"],
      (user, password) =>
        user.includes(":") ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`,
    ),
    derivePassword: func(
      ["uint32", "string", "string", "string", "string"],
      (counter, type, password, user, site) => {
        if (!Object.hasOwn(TEMPLATES, type)) return `cannot find password template ${type}`;
        takeTime(env.budget, SCRYPT_MILLISECONDS);
        const seed = siteSeed({ counter, password, user, site });
        return fillTemplate(TEMPLATES[type]!, seed);
      },
    ),
    encryptAES: func(["string", "string"], (password, text) => encrypt(password, text, env)),
    decryptAES: func(["string", "string"], decrypt),
  };
}

const BCRYPT_MILLISECONDS = 100;
const SCRYPT_MILLISECONDS = 200;

/** The Master Password algorithm's templates: each letter stands for a set of characters. */
const TEMPLATES: Readonly<Record<string, string>> = {
  maximum: "anoxxxxxxxxxxxxxxxxx axxxxxxxxxxxxxxxxxno",
  long: "CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv " +
    "CvccCvcvCvcvno CvcvnoCvccCvcv CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc " +
    "CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc " +
    "CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno",
  medium: "CvcnoCvc CvcCvcno",
  short: "Cvcn",
  basic: "aaanaaan aannaaan aaannaaa",
  pin: "nnnn",
};

const VOWELS = "AEIOU";
const CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ";
const DIGITS = "0123456789";
const LETTERS = VOWELS + VOWELS.toLowerCase() + CONSONANTS + CONSONANTS.toLowerCase();

const CHARACTERS: Readonly<Record<string, string>> = {
  V: VOWELS,
  C: CONSONANTS,
  v: VOWELS.toLowerCase(),
  c: CONSONANTS.toLowerCase(),
  A: VOWELS + CONSONANTS,
  a: LETTERS,
  n: DIGITS,
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${LETTERS}${DIGITS}!@#$%^&*()`,
};

const SCOPE = "com.lyndir.masterpassword";

interface Site {
  readonly counter: number;
  readonly password: string;
  readonly user: string;
  readonly site: string;
}

function siteSeed({ counter, password, user, site }: Site): Uint8Array {
  const crypto = nodeCrypto();
  const cost = { N: 32768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 };
  const salt = join(toBytes(SCOPE), sized(user));
  const key = crypto.scryptSync(toBytes(password), salt, 64, cost);
  return crypto.createHmac("sha256", key)
    .update(join(toBytes(SCOPE), sized(site), bigEndian(counter)))
    .digest();
}

/** A text after its length. */
function sized(text: string): Uint8Array {
  const bytes = toBytes(text);
  return join(bigEndian(bytes.length), bytes);
}

function bigEndian(number: number): Uint8Array {
  return Uint8Array.of(number >>> 24, number >>> 16 & 255, number >>> 8 & 255, number & 255);
}

function fillTemplate(templates: string, seed: Uint8Array): string {
  const choices = templates.split(" ");
  const template = choices[seed[0]! % choices.length]!;
  return Array.from(template, (letter, i) => {
    const characters = CHARACTERS[letter]!;
    return characters[seed[i + 1]! % characters.length];
  }).join("");
}

const AES = "aes-256-cbc";
const BLOCK = 16;

/** The key is the password, cut or filled up with zeros to 32 bytes. */
function aesKey(password: string): Uint8Array {
  const key = new Uint8Array(32);
  key.set(toBytes(password).subarray(0, 32));
  return key;
}

function encrypt(password: string, text: string, { budget, randomBytes }: SprigEnv): string {
  if (text === "") return "";
  budget.take(text.length * 2);
  const iv = randomBytes(BLOCK);
  const cipher = nodeCrypto().createCipheriv(AES, aesKey(password), iv);
  return encodeBase64(join(iv, cipher.update(toBytes(text)), cipher.final()));
}

function decrypt(password: string, base64: string): string {
  if (base64 === "") return "";
  const bytes = decodeBase64(base64);
  if (bytes.length < BLOCK) {
    throw new Error(
      `runtime error: slice bounds out of range [:${BLOCK}] with capacity ${capacityOf(base64)}`,
    );
  }
  const content = bytes.subarray(BLOCK);
  if (content.length % BLOCK !== 0) throw new Error("crypto/cipher: input not full blocks");
  if (content.length === 0) throw new Error("runtime error: index out of range [-1]");
  const cipher = nodeCrypto().createDecipheriv(AES, aesKey(password), bytes.subarray(0, BLOCK));
  // Go trusts the last byte, whatever the padding before it.
  cipher.setAutoPadding(false);
  const padded = join(cipher.update(content), cipher.final());
  const end = padded.length - padded.at(-1)!;
  if (end < 0) throw new Error(`runtime error: slice bounds out of range [:${end}]`);
  return fromBytes(padded.subarray(0, end));
}

/** The capacity of the slice that Go decodes base64 into. */
function capacityOf(base64: string): number {
  return Math.floor(toBytes(base64).length / 4) * 3;
}
