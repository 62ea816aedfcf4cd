/**
 * Loads a stack file in a worker that may read its folder and nothing else, whatever this process may do.
 * Its functions stay there and are called by message.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { Calls, errorOf } from "./calls.ts";
import type { ErrorData } from "./calls.ts";
import { folderOf, realPath } from "./load.ts";
import type { LoadedStack, LoadOptions } from "./load.ts";
import { ownSources } from "./own_sources.ts";

/**
 * As `loadStack`, in a worker with the permission to read the stack's folder, and no other. Values
 * functions, hooks and post-renderers work as ever, through the cluster that they are given; what asks at
 * once (`isReady`, functions and classes in `retry.on`) is refused. The worker ends with this process.
 *
 * It needs Deno's `--unstable-worker-options`.
 *
 * @throws {CapstanError} What `loadStack` throws, and where the stack does what it may not do.
 */
export async function loadSandboxed(path: string, options: LoadOptions = {}): Promise<LoadedStack> {
  const file = await realPath(path);
  const worker = new Worker(new URL("./sandbox_worker.ts", import.meta.url), workerOptions(file));
  const calls = new Calls(worker);
  const { promise, resolve, reject } = Promise.withResolvers<LoadedStack>();
  worker.addEventListener("message", ({ data }) => {
    const message = data as { type: string; loaded: unknown; error: ErrorData };
    if (message.type === "loaded") resolve(calls.decode(message.loaded) as LoadedStack);
    if (message.type === "failed") reject(errorOf(message.error));
  });
  worker.addEventListener("error", (event) => {
    event.preventDefault();
    const error = new CapstanError(`stack ${path} ended its sandbox: ${event.message}`, {
      code: "stack/sandbox",
      hint: "a bundled or compiled Capstan has no sandbox: run it from its sources with deno run",
    });
    reject(error);
    calls.end(error);
  });
  worker.postMessage({ type: "load", path: file, options });
  try {
    const loaded = await promise;
    checkAsynchronous(loaded);
    return loaded;
  } catch (error) {
    worker.terminate();
    throw explained(path, error);
  }
}

/** The least that a stack file can be loaded with. */
function workerOptions(file: string): WorkerOptions {
  const permissions = {
    read: [folderOf(file), ...ownSources()],
    write: false,
    net: false,
    env: false,
    run: false,
    ffi: false,
    sys: false,
    import: false,
  };
  return { type: "module", name: "stack", deno: { permissions } } as WorkerOptions;
}

/** What is called by message cannot answer at once. */
function checkAsynchronous({ stack }: LoadedStack): void {
  for (const node of [...stack.releases, ...stack.hooks]) {
    const fields = [
      ...("isReady" in node && node.isReady !== undefined ? ["isReady"] : []),
      ...("hookRetry" in node && asks(node.hookRetry) ? ["hookRetry.on"] : []),
      ...(asks(node.retry) ? ["retry.on"] : []),
    ];
    if (fields.length === 0) continue;
    throw new CapstanError(`${node.type} ${node.name} cannot be sandboxed: ${fields.join(", ")}`, {
      code: "stack/sandbox",
      hint: "leave these functions out (name errors by their codes), or run without --sandbox",
      position: node.declaredAt,
    });
  }
}

function asks(retry: { readonly on?: unknown } | undefined): boolean {
  return [retry?.on].flat().some((each) => typeof each === "function");
}

function explained(path: string, error: unknown): unknown {
  if (!(error instanceof CapstanError) || !/Requires \w+ access/.test(error.message)) return error;
  return new CapstanError(error.message, {
    code: "stack/sandbox",
    hint:
      `the sandbox lets a stack read its own folder and nothing else; if ${path} is to be trusted, run it without --sandbox`,
    position: error.position,
    cause: error,
  });
}
