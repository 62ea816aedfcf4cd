/**
 * The program: arguments in, exit code out.
 *
 * @module
 */
import { run } from "@stricli/core";
import { buildApp } from "./app.ts";
import type { CliContext, EnvironmentVariable, StackProgram } from "./context.ts";
import { EXIT } from "./errors.ts";
import { listenToSignals } from "./signals.ts";

/** Options of {@linkcode runCli}. */
export interface CliOptions {
  /** The stack of a stack file that is run as a program; its commands need not name one. */
  readonly program?: StackProgram | undefined;
}

/** The version of this program; the same as in deno.json, which a test holds it to. */
export const VERSION = "0.1.0";

/** Runs one command and returns its exit code. Prints to standard output and error. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<number> {
  const signals = listenToSignals();
  const process: CliContext["process"] = {
    stdout: stream(Deno.stdout),
    stderr: stream(Deno.stderr),
  };
  const terminal = Deno.stderr.isTerminal();
  let wanted: number = EXIT.ok;
  const context: CliContext = {
    process,
    env: readEnv,
    color: terminal && !Deno.noColor,
    size: terminal ? () => Deno.consoleSize() : undefined,
    stop: signals.stop,
    abort: signals.abort,
    program: options.program,
    now: Date.now,
    exitWith: (code) => wanted = code,
  };
  try {
    const app = buildApp({ version: VERSION, debug: args.includes("--debug") });
    await run(app, commandFirst(args), context);
  } finally {
    signals.close();
  }
  const code = Number(process.exitCode ?? EXIT.ok) || wanted;
  if (signals.received !== undefined && code !== EXIT.ok) return signals.received;
  return code < 0 ? EXIT.usage : code;
}

/** Writes all of a text, however little the system takes at once. */
function stream(file: { writeSync(data: Uint8Array): number }): { write(text: string): void } {
  const encoder = new TextEncoder();
  return {
    write(text) {
      let bytes = encoder.encode(text);
      while (bytes.length > 0) bytes = bytes.subarray(file.writeSync(bytes));
    },
  };
}

function readEnv(name: EnvironmentVariable): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name)
    : undefined;
}

/** Flags that take a value and that Helm's users write before the command. */
const LEADING = ["--kubeconfig", "--kube-context", "--namespace", "-n"];

/** `-n data list` as `list -n data`: flags of every command may stand before it. */
function commandFirst(args: readonly string[]): string[] {
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-") && args[at] !== "--") {
    const [flag] = args[at]!.split("=", 1);
    if (!LEADING.includes(flag!) && flag !== "--debug") return [...args];
    at += LEADING.includes(flag!) && !args[at]!.includes("=") ? 2 : 1;
  }
  if (at === 0 || at >= args.length) return [...args];
  return [args[at]!, ...args.slice(0, at), ...args.slice(at + 1)];
}
