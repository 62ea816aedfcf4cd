/**
 * The lines of a log that is still being written.
 *
 * @module
 */

/** Characters of one line that are kept: a log without line breaks must not fill the memory. */
const LONGEST = 4_096;

/** Yields each line as it is complete, and what stands after the last one at the end. */
export async function* logLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let pending = "";
  for await (const chunk of body) {
    const lines = (pending + decoder.decode(chunk, { stream: true })).split("\n");
    pending = lines.pop()!.slice(0, LONGEST);
    for (const line of lines) yield line.slice(0, LONGEST);
  }
  if (pending !== "") yield pending;
}
