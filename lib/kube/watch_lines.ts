/**
 * The events of a watch, read from a stream of JSON lines.
 *
 * @module
 */

import type { KubeObject } from "./types.ts";

/** One line of a watch. An `ERROR` carries a `Status` as its object. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: KubeObject;
}

const NEWLINE = 10;

/**
 * Yields each complete line as an event; a line that the end cuts off is dropped. Lines are found in
 * bytes, and decoded once each, since an object may be a megabyte in many chunks.
 */
export async function* watchEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<WatchEvent, void> {
  const decoder = new TextDecoder();
  let pending: Uint8Array[] = [];
  for await (const chunk of body) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      pending.push(chunk.subarray(start, end));
      const line = decoder.decode(joined(pending));
      pending = [];
      start = end + 1;
      if (line.trim() !== "") yield JSON.parse(line);
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
