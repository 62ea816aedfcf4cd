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
import { EXIT, formatError } from "./errors.ts";
import { lastOfEach } from "./last_of_each.ts";
import { separateLetters } from "./short_flags.ts";
import { listenToSignals } from "./signals.ts";
import { standardStreams } from "./streams.ts";
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
  const terminal = Deno.stderr.isTerminal();
  const onTerminal = Deno.stdout.isTerminal();
  const [color, stdoutColor] = [mayColor(terminal), mayColor(onTerminal)];
  const { process, print, warn, draw, failure } = standardStreams({
    actions: readEnv("GITHUB_ACTIONS") === "true",
    outOn: onTerminal ? { color: stdoutColor } : undefined,
    errorsOn: terminal ? { color } : undefined,
    given: options.streams,
  });
  const debug = args.includes("--debug") || saysYes(readEnv("HELM_DEBUG"));
  let wanted: number = EXIT.ok;
  const context: CliContext = {
    process,
    env: readEnv,
    debug,
    color,
    stdoutColor,
    print,
    warn,
    draw,
    stdoutColumns: onTerminal ? () => Deno.consoleSize().columns : undefined,
    size: terminal ? () => Deno.consoleSize() : undefined,
    stop: signals.stop,
    abort: signals.abort,
    unheard: signals.unheard,
    guard: signals.guard,
    program: options.program,
    now: Date.now,
    exitWith: (code) => wanted = code,
  };
  try {
    const given = normalizeArguments(args);
    const app = await buildApp({ version: VERSION, debug, command: given[0] });
    await run(app, lastOfEach(app.root, separateLetters(app.root, given)), context);
  } finally {
    signals.close();
  }
  const unwritten = failure();
  if (unwritten !== undefined) {
    process.stderr.write(`${formatError(unwritten, { debug })}\n`);
    wanted ||= EXIT.failed;
  }
  const code = Number(process.exitCode ?? EXIT.ok) || wanted;
  if (signals.received !== undefined && code !== EXIT.ok) return signals.received;
  return code < 0 ? EXIT.usage : code;
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
