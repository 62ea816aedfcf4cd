/**
 * The program: arguments in, exit code out.
 *
 * @module
 */
import { run } from "@stricli/core";
import { buildApp } from "./app.ts";
import { saysYes } from "./bool_variable.ts";
import { normalizeArguments } from "./arguments.ts";
import type { CliContext, EnvironmentVariable, StackProgram } from "./context.ts";
import { EXIT } from "./errors.ts";
import { lastOfEach } from "./last_of_each.ts";
import { separateLetters } from "./short_flags.ts";
import { listenToSignals } from "./signals.ts";
import { VERSION } from "./version.ts";

/** Options of {@linkcode runCli}. */
export interface CliOptions {
  /** The stack of a stack file that is run as a program; its commands need not name one. */
  readonly program?: StackProgram | undefined;
  /** Where text goes. @default the program's own streams */
  readonly streams?: Pick<CliContext["process"], "stdout" | "stderr"> | undefined;
}

/** Runs one command and returns its exit code. Prints to standard output and error. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<number> {
  const signals = listenToSignals();
  const process: CliContext["process"] = {
    stdout: options.streams?.stdout ?? stream(Deno.stdout),
    stderr: options.streams?.stderr ?? stream(Deno.stderr),
  };
  const terminal = Deno.stderr.isTerminal();
  const debug = args.includes("--debug") || saysYes(readEnv("HELM_DEBUG"));
  let wanted: number = EXIT.ok;
  const context: CliContext = {
    process,
    env: readEnv,
    debug,
    color: mayColor(terminal),
    stdoutColor: mayColor(Deno.stdout.isTerminal()),
    stdoutColumns: Deno.stdout.isTerminal() ? () => Deno.consoleSize().columns : undefined,
    size: terminal ? () => Deno.consoleSize() : undefined,
    stop: signals.stop,
    abort: signals.abort,
    unheard: signals.unheard,
    program: options.program,
    now: Date.now,
    exitWith: (code) => wanted = code,
  };
  try {
    const given = normalizeArguments(args);
    const actions = readEnv("GITHUB_ACTIONS") === "true";
    const app = await buildApp({ version: VERSION, debug, actions, command: given[0] });
    await run(app, lastOfEach(app.root, separateLetters(app.root, given)), context);
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

/** Whether to colour what goes to a terminal that can, or elsewhere: NO_COLOR counts most, then HELM_COLOR. */
function mayColor(terminal: boolean): boolean {
  const wish = readEnv("HELM_COLOR");
  return !Deno.noColor &&
    (wish === "always" || (wish !== "never" && terminal && readEnv("TERM") !== "dumb"));
}

function readEnv(name: EnvironmentVariable): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
    ? Deno.env.get(name) || undefined
    : undefined;
}
