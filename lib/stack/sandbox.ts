/**
 * Loads a stack file in a worker that may read its folder and nothing else, whatever this process may do.
 * Its functions stay there and are called by message.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { Calls, errorOf } from "./calls.ts";
import type { ErrorData } from "./calls.ts";
import { folderOf, realPath } from "./load.ts";
import type { LoadedStack, LoadOptions } from "./load.ts";
import { ownSources } from "./own_sources.ts";

/**
 * As `loadStack`, in a worker with the permission to read the stack's folder, and no other. Values
 * functions, hooks, post-renderers, `isReady` and `retry.on` work as ever, through the cluster that they
 * are given; what they return is awaited. A class in `retry.on` is known by its name. The worker ends with
 * this process.
 *
 * It needs Deno's `--unstable-worker-options`.
 *
 * @throws {CapstanError} What `loadStack` throws, and where the stack does what it may not do.
 */
export async function loadSandboxed(path: string, options: LoadOptions = {}): Promise<LoadedStack> {
  const file = await realPath(path);
  const worker = startWorker(file);
  const calls = new Calls(worker, { explain: (error) => explained(path, error) });
  const { promise, resolve, reject } = Promise.withResolvers<LoadedStack>();
  let begun = false;
  worker.addEventListener("message", ({ data }) => {
    const message = data as { type: string; loaded: unknown; error: ErrorData };
    if (message.type === "begun") begun = true;
    if (message.type === "loaded") resolve(calls.decode(message.loaded) as LoadedStack);
    if (message.type === "failed") reject(explained(path, errorOf(message.error)));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    const error = endedBy(path, event.message, begun);
    reject(error);
    calls.end(error);
  });
  worker.postMessage({ type: "load", path: file, options });
  try {
    return await promise;
  } catch (error) {
    worker.terminate();
    throw error;
  }
}

/** @throws {CapstanError} When Deno makes no worker with fewer permissions. */
function startWorker(file: string): Worker {
  const permissions = least(file);
  try {
    return new Worker(workerSource(), {
      type: "module",
      name: "stack",
      deno: { permissions },
    } as WorkerOptions);
  } catch (error) {
    throw new CapstanError(`cannot make a sandbox: ${messageOf(error)}`, {
      code: "stack/sandbox",
      hint: hintFor(permissions.read),
      cause: error,
    });
  }
}

/** Whether this is one of several files of a bundle. */
function isBundled(): boolean {
  return !/\/sandbox\.ts(\?|$)/.test(import.meta.url);
}

/** A bundle has the worker where it is in the sources, seen from their root. */
function workerSource(): URL {
  const path = isBundled() ? "./lib/stack/sandbox_worker.js" : "./sandbox_worker.ts";
  return new URL(path, import.meta.url);
}

/** What is read to make a sandbox, beside the stack's folder. */
export function sandboxSources(): string[] {
  const folder = new URL(".", import.meta.url);
  if (!isBundled() || folder.protocol !== "file:") return ownSources();
  return [...ownSources(), decodeURIComponent(folder.pathname).replace(/\/$/, "")];
}

/** A worker may do no more than who makes it. */
function hintFor(paths: readonly string[]): string {
  const lacking = paths.filter((path) =>
    Deno.permissions.querySync({ name: "read", path }).state !== "granted"
  );
  return lacking.length > 0
    ? `the sandbox reads what Capstan may read: add --allow-read=${lacking.join(",")}`
    : "start Capstan with deno run and --unstable-worker-options, or leave --sandbox out if the stack is to be trusted";
}

/** The least that a stack file can be loaded with. */
function least(file: string) {
  return {
    read: [folderOf(file), ...sandboxSources()],
    write: false,
    net: false,
    env: false,
    run: false,
    ffi: false,
    sys: false,
    import: false,
  };
}

/** What ended the worker, which answers nothing any more. */
function endedBy(path: string, message: string, begun: boolean): CapstanError {
  const said = message.replace(/^Uncaught (\(in (promise|worker)[^)]*\) )*/, "");
  if (!begun) {
    return new CapstanError(`cannot make a sandbox: ${said}`, {
      code: "stack/sandbox",
      hint: REFUSED.test(said)
        ? hintFor(sandboxSources())
        : "a compiled Capstan has no sandbox: run it with deno run, or leave --sandbox out if the stack is to be trusted",
    });
  }
  return new CapstanError(`stack ${path} ended its sandbox: ${said}`, {
    code: "stack/sandbox",
    hint: REFUSED.test(said)
      ? refusal(path)
      : "an error that no function of the stack catches, such as that of a promise that nobody awaits, ends them all",
  });
}

const REFUSED = /Requires \w+ access/;

function refusal(path: string): string {
  return `the sandbox lets a stack read its own folder and nothing else, whatever Capstan may do; if ${path} is to be trusted, run it without --sandbox`;
}

/** What the stack tried that the sandbox refuses; no flag of Deno's would help. */
function explained(path: string, error: Error): Error {
  if (!REFUSED.test(error.message)) return error;
  return new CapstanError(error.message, {
    code: "stack/sandbox",
    hint: refusal(path),
    position: error instanceof CapstanError ? error.position : undefined,
    cause: error,
  });
}
