/**
 * Log lines without the secrets that the release itself brings along.
 *
 * @module
 */
import { parseManifest } from "./objects.ts";
import type { Operation } from "./operation.ts";

/** Shorter values are words as well, which would be struck out wherever they stand. */
const SHORTEST = 8;

/** Strikes the values of a release's Secrets out of a text. */
export type LogMask = (text: string) => string;

/** A mask for what the pods of an operation log. */
export function logMask({ recorder }: Pick<Operation, "recorder">): LogMask {
  const { manifest = "", hooks = [] } = recorder?.release ?? {};
  return maskOf(secretsIn([manifest, ...hooks.map((hook) => hook.manifest)]));
}

/** A mask for these values, the longest first. */
export function maskOf(secrets: Iterable<string>): LogMask {
  const sorted = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return (text) => text;
  return (text) => sorted.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** Values of the Secrets in manifests; of those with several lines each line. */
export function secretsIn(manifests: readonly string[]): string[] {
  return manifests.filter((text) => /^kind:\s*["']?Secret\b/m.test(text)).flatMap((text) =>
    parseManifest(text, { onBad: () => {} }).flatMap(({ object }) =>
      object.kind === "Secret" && object.apiVersion === "v1"
        ? [...valuesOf(object["data"], decoded), ...valuesOf(object["stringData"], String)]
        : []
    )
  ).flatMap((value) => value.split("\n")).map((line) => line.trim())
    .filter((line) => line.length >= SHORTEST);
}

function valuesOf(map: unknown, read: (value: unknown) => string): string[] {
  return typeof map === "object" && map !== null ? Object.values(map).map(read) : [];
}

function decoded(value: unknown): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(String(value)));
  } catch {
    return ""; // The server refuses it.
  }
}
