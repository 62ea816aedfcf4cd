/**
 * The inside of the sandbox: loads a stack file with the few permissions that the worker has, and hands
 * it out as data.
 *
 * @module
 */
import { Calls, errorData } from "./calls.ts";
import type { Port } from "./calls.ts";
import { loadStack } from "./load.ts";
import type { LoadOptions } from "./load.ts";

/** A worker that ends itself tells nobody, and who waits for it would wait for ever. */
function refuseToEnd(): never {
  const error = new Error("a stack in the sandbox may not end the program");
  Error.captureStackTrace(error, refuseToEnd);
  throw error;
}
Deno.exit = refuseToEnd;
Object.assign(globalThis, { close: refuseToEnd });

const port = globalThis as unknown as Port;
const calls = new Calls(port);

port.addEventListener("message", ({ data }) => {
  const { type, path, options } = data as { type: string; path: string; options: LoadOptions };
  if (type !== "load") return;
  loadStack(path, options).then(
    (loaded) => port.postMessage({ type: "loaded", loaded: calls.encode(loaded) }),
    (error) => port.postMessage({ type: "failed", error: errorData(error) }),
  );
});

port.postMessage({ type: "begun" });
