/**
 * Secrets in a comparison: never shown, but equal where they are equal and different where they differ.
 *
 * @module
 */
import type { KubeObject } from "../../kube/types.ts";
import { sha256 } from "../../sprig/hash.ts";

/** Puts a short digest in the place of every value of a Secret. Other objects stay as they are. */
export type Mask = (object: KubeObject) => KubeObject;

/**
 * A mask with a key of its own. Digests of one mask can be compared with each other, not with those
 * of another: a digest that leaked cannot be tried against lists of passwords.
 */
export function createMask(key: Uint8Array = crypto.getRandomValues(new Uint8Array(32))): Mask {
  const encoder = new TextEncoder();
  const digest = (value: Uint8Array) => {
    const bytes = new Uint8Array(key.length + value.length);
    bytes.set(key);
    bytes.set(value, key.length);
    return `<secret ${sha256(bytes).subarray(0, 4).toHex()}>`;
  };
  return (object) => {
    if (object.kind !== "Secret" || object.apiVersion !== "v1") return object;
    const { data, stringData, ...rest } = object;
    const masked: Record<string, string> = {};
    for (const [name, value] of entriesOf(data)) masked[name] = digest(decoded(String(value)));
    // As the server does: what is given as text wins.
    for (const [name, value] of entriesOf(stringData)) {
      masked[name] = digest(encoder.encode(String(value)));
    }
    return { ...rest, ...(Object.keys(masked).length === 0 ? {} : { data: masked }) };
  };
}

function entriesOf(map: unknown): [string, unknown][] {
  return typeof map === "object" && map !== null ? Object.entries(map) : [];
}

function decoded(base64: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(base64);
  } catch {
    return new TextEncoder().encode(base64); // The server will refuse it; it stays a secret.
  }
}
