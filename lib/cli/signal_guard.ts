/**
 * Who hears signals while the stack's own code may keep this thread busy for ever.
 *
 * A listener runs when the thread gives way, which a loop without end never does, and as long as there is a listener
 * a signal does not end the program by itself. So a worker listens in place of this thread and hands signals on; what
 * is not taken in time it tells of, and stops listening: the next signal ends the program, as where nobody listens.
 *
 * @module
 */

/** What a guard works with. */
export interface GuardOptions {
  /** The signals that it listens to. */
  readonly signals: readonly Deno.Signal[];
  /** What is told, on standard error, when a signal is not taken in. */
  readonly warning: string;
  /** Milliseconds in which a signal is to be taken in. @default {1_000} */
  readonly patience?: number | undefined;
  /** Called once it listens, and who has listened so far can leave. */
  readonly onReady: () => void;
  /** Called where no worker can be made: all stays as it was. */
  readonly onError: () => void;
  /** Called for each signal. */
  readonly onSignal: (signal: Deno.Signal) => void;
}

type FromWorker = { readonly ready: true } | { readonly signal: Deno.Signal };

/** Starts a guard. @returns What ends it. */
export function startGuard(
  { signals, warning, patience = 1_000, onReady, onError, onSignal }: GuardOptions,
): () => void {
  // As text, so that no file has to be found where Capstan is bundled or compiled.
  const source = `(${listenInWorker})(${JSON.stringify({ signals, warning, patience })})`;
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const worker = new Worker(url, { type: "module", name: "signals" });
  worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
    if ("ready" in data) onReady();
    else onSignal(data.signal);
    worker.postMessage("taken");
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    onError();
  });
  return () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
}

/** Runs in the worker, and so may use nothing of this file. */
function listenInWorker(
  { signals, warning, patience }: Required<Pick<GuardOptions, "signals" | "warning" | "patience">>,
): void {
  const scope = self as unknown as {
    onmessage: (() => void) | null;
    postMessage(message: FromWorker): void;
  };
  // What comes before this thread is the only listener is handled by the other.
  let isAlone = false;
  let isListening = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const handlers = signals.map((signal) =>
    [signal, () => {
      if (!isAlone) return;
      scope.postMessage({ signal });
      timer ??= setTimeout(letGo, patience);
    }] as const
  );
  function listen() {
    if (isListening) return;
    isListening = true;
    for (const [signal, handler] of handlers) Deno.addSignalListener(signal, handler);
  }
  function letGo() {
    isListening = false;
    for (const [signal, handler] of handlers) Deno.removeSignalListener(signal, handler);
    try {
      Deno.stderr.writeSync(new TextEncoder().encode(`${warning}\n`));
    } catch {
      // Nobody reads it.
    }
  }
  scope.onmessage = () => {
    isAlone = true;
    clearTimeout(timer);
    timer = undefined;
    listen();
  };
  listen();
  scope.postMessage({ ready: true });
}
