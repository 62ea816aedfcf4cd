/**
 * Whether a live object is the one that was sent.
 *
 * @module
 */

import type { KubeObject } from "./types.ts";

/**
 * Whether `live` holds everything that `sent` says. What the server adds (defaults, status, its own
 * metadata) does not count against it; what it rewrites (`stringData`, units of quantities) does.
 *
 * It settles the question that a lost answer leaves: was the write done? Where the server's `no`
 * (already exists, conflict) follows a try whose outcome is unknown, and the object is as asked,
 * it was this very write.
 */
export function covers(live: KubeObject, sent: KubeObject): boolean {
  const { resourceVersion: _, managedFields: __, creationTimestamp: ___, ...metadata } =
    sent.metadata;
  const { status: ____, ...rest } = sent;
  return holds(live, { ...rest, metadata });
}

function holds(live: unknown, sent: unknown): boolean {
  if (sent === null || sent === undefined) return live === null || live === undefined;
  if (Array.isArray(sent)) {
    return Array.isArray(live) && live.length === sent.length &&
      sent.every((item, index) => holds(live[index], item));
  }
  if (typeof sent !== "object") return live === sent;
  if (typeof live !== "object" || live === null) return Object.keys(sent).length === 0;
  const fields = live as Readonly<Record<string, unknown>>;
  return Object.entries(sent).every(([name, value]) => holds(fields[name], value));
}
