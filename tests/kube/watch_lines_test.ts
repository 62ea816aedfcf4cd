import { deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { watchEvents } from "../../lib/kube/watch_lines.ts";

function stream(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks);
}

async function read(chunks: readonly Uint8Array[]): Promise<unknown[]> {
  return await Array.fromAsync(watchEvents(stream(chunks)));
}

const encoder = new TextEncoder();

Deno.test("watchEvents() reads the same events however the bytes are cut", async () => {
  const events = ["é", "line\nbreak", "𝄞", "x".repeat(50)].map((name) => ({
    type: "ADDED",
    object: { metadata: { name } },
  }));
  const bytes = encoder.encode(events.map((event) => JSON.stringify(event) + "\n").join(""));
  await fc.assert(fc.asyncProperty(
    fc.array(fc.nat(bytes.length), { maxLength: 20 }),
    async (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, index) => bytes.slice(edges[index], end));
      deepEqual(await read(chunks), events);
    },
  ));
});

Deno.test("watchEvents() drops the line that the end cuts off, and empty ones", async () => {
  const text = '{"type":"BOOKMARK"}\n\n\r\n{"type":"ADD';
  deepEqual(await read([encoder.encode(text)]), [{ type: "BOOKMARK" }]);
});
