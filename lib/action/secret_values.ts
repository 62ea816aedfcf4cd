/**
 * The Secrets that manifests bring along, and what they hold.
 *
 * @module
 */
import type { KubeObject } from "../kube/types.ts";
import { parseManifest } from "./objects.ts";

/** The Secrets in manifests; documents that are no objects are passed over. */
export function secretsIn(manifests: readonly string[]): KubeObject[] {
  return manifests.filter((text) => /kind["']?\s*:\s*["']?Secret\b/.test(text))
    .flatMap((text) => parseManifest(text, { onBad: () => {} }))
    .flatMap(({ object }) => isSecret(object) ? [object] : []);
}

/** Whether an object is a Secret. */
export function isSecret({ kind, apiVersion }: Pick<KubeObject, "kind" | "apiVersion">): boolean {
  return kind === "Secret" && apiVersion === "v1";
}

/** The values of a Secret in plain. What is no Base64, which the server refuses, is taken as it stands. */
export function plainValues({ data, stringData }: KubeObject): string[] {
  return [...textsOf(data).map(decoded), ...textsOf(stringData)];
}

/** The values of a map as texts; none of what is no map. */
export function textsOf(map: unknown): string[] {
  return typeof map === "object" && map !== null ? Object.values(map).map(String) : [];
}

function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.fromBase64(base64));
  } catch {
    return base64;
  }
}
