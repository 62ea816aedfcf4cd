/**
 * Lines of a file that is being written, or of standard input, as they come.
 *
 * @module
 */

/** Yields text as it is added to a file, until the signal is aborted. `-` is standard input, to its end. */
export async function* follow(path: string, signal: AbortSignal): AsyncGenerator<string> {
  if (path === "-") yield* untilAborted(Deno.stdin.readable, signal);
  else yield* growing(path, signal);
}

async function* untilAborted(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  const stop = () => void reader.cancel();
  signal.addEventListener("abort", stop, { once: true });
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function* growing(path: string, signal: AbortSignal): AsyncGenerator<string> {
  using file = await Deno.open(path);
  using watcher = Deno.watchFs(path);
  const stop = () => watcher.close();
  signal.addEventListener("abort", stop, { once: true });
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65_536);
  const changes = watcher[Symbol.asyncIterator]();
  try {
    while (!signal.aborted) {
      const length = await file.read(buffer);
      if (length !== null) yield decoder.decode(buffer.subarray(0, length), { stream: true });
      else if ((await changes.next()).done) return;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
