/**
 * Private keys: made, written and read in the forms that sprig uses.
 *
 * @module
 */

import type { KeyObject } from "node:crypto";
import { messageOf } from "../errors.ts";
import { elements, sequence, TAG, unsigned } from "./der.ts";
import { nodeCrypto } from "./node_crypto.ts";
import { decodePem, encodePem, type PemBlock } from "./pem.ts";

/** A new RSA key. */
export function rsaKey(bits: number): KeyObject {
  return nodeCrypto().generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
}

/** A new ECDSA key on P-256. */
export function ecdsaKey(): KeyObject {
  return nodeCrypto().generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
}

/** A new Ed25519 key. */
export function ed25519Key(): KeyObject {
  return nodeCrypto().generateKeyPairSync("ed25519").privateKey;
}

/** A new DSA key of 2048 bits. */
export function dsaKey(): KeyObject {
  const options = { modulusLength: 2048, divisorLength: 256 };
  return nodeCrypto().generateKeyPairSync("dsa", options).privateKey;
}

/** A key in the PEM form that sprig gives its kind. */
export function keyToPem(key: KeyObject): string {
  return encodePem(keyBlock(key));
}

function keyBlock(key: KeyObject): PemBlock {
  switch (key.asymmetricKeyType) {
    case "rsa":
      return { type: "RSA PRIVATE KEY", bytes: key.export({ type: "pkcs1", format: "der" }) };
    case "ec":
      return { type: "EC PRIVATE KEY", bytes: key.export({ type: "sec1", format: "der" }) };
    case "dsa":
      return { type: "DSA PRIVATE KEY", bytes: dsaBytes(key) };
    default:
      return { type: "PRIVATE KEY", bytes: key.export({ type: "pkcs8", format: "der" }) };
  }
}

/** OpenSSL's own form for DSA keys: version, P, Q, G, Y, X. */
function dsaBytes(key: KeyObject): Uint8Array {
  const secret = elements(key.export({ type: "pkcs8", format: "der" }))[0]!;
  const [, algorithm, wrapped] = elements(secret.content);
  const parameters = elements(algorithm!.content)[1]!;
  const spki = publicKeyBytes(key);
  const bits = elements(elements(spki)[0]!.content)[1]!;
  return sequence(
    unsigned(Uint8Array.of(0)),
    parameters.content,
    bits.content.subarray(1),
    wrapped!.content,
  );
}

/** The SubjectPublicKeyInfo of a key. */
export function publicKeyBytes(key: KeyObject): Uint8Array {
  return nodeCrypto().createPublicKey(key).export({ type: "spki", format: "der" });
}

/**
 * Reads a private key from PEM. DSA keys, which nothing here can use, are only checked and come
 * back as `undefined`.
 *
 * @throws with sprig's words, followed by the platform's reason
 */
export function keyFromPem(text: string): KeyObject | undefined {
  const block = decodePem(text);
  if (block === undefined) throw new Error("no PEM data in input");
  if (block.type === "PRIVATE KEY") return readKey(block, "decoding PEM as PKCS#8");
  if (!block.type.endsWith(" PRIVATE KEY")) {
    throw new Error(`no private key data in PEM block of type ${block.type}`);
  }
  const kind = block.type.slice(0, -" PRIVATE KEY".length);
  switch (kind) {
    case "RSA":
    case "EC":
      return readKey(block, `parsing ${kind} private key from PEM`);
    case "DSA":
      return checkDsaKey(block);
    default:
      throw new Error(`invalid private key type ${kind}`);
  }
}

function readKey(block: PemBlock, doing: string): KeyObject {
  try {
    return nodeCrypto().createPrivateKey(encodePem(block));
  } catch (error) {
    throw new Error(`${doing}: ${messageOf(error)}`);
  }
}

function checkDsaKey({ bytes }: PemBlock): undefined {
  try {
    const numbers = elements(elements(bytes)[0]?.content ?? new Uint8Array());
    if (numbers.length < 6 || numbers.some(({ tag }) => tag !== TAG.integer)) {
      throw new Error("asn1: structure error: tags don't match");
    }
  } catch (error) {
    throw new Error(`parsing DSA private key from PEM: ${messageOf(error)}`);
  }
}
