/**
 * Log lines without the secrets that the release itself brings along.
 *
 * @module
 */
import type { Operation } from "./operation.ts";
import { plainValues, secretsIn } from "./secret_values.ts";

/** Shorter values are words as well, which would be struck out wherever they stand. */
const SHORTEST = 8;

/** Strikes the values of a release's Secrets out of a text. */
export type LogMask = (text: string) => string;

/** A mask for what the pods of an operation log. */
export function logMask({ recorder }: Pick<Operation, "recorder">): LogMask {
  const { manifest = "", hooks = [] } = recorder?.release ?? {};
  return maskOf(secretLines([manifest, ...hooks.map((hook) => hook.manifest)]));
}

/** A mask for these values, the longest first. */
export function maskOf(secrets: Iterable<string>): LogMask {
  const sorted = [...new Set(secrets)].sort((a, b) => b.length - a.length);
  if (sorted.length === 0) return (text) => text;
  return (text) => sorted.reduce((masked, secret) => masked.replaceAll(secret, "***"), text);
}

/** Lines of the values of Secrets in manifests. */
export function secretLines(manifests: readonly string[]): string[] {
  return secretsIn(manifests).flatMap(plainValues).flatMap((value) => value.split("\n"))
    .map((line) => line.trim()).filter((line) => line.length >= SHORTEST);
}
