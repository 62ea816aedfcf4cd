/**
 * What `up`, `down` and `rehearse` have in common: load the stack, run it, show it, end with a code.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { Progress } from "../report/progress.ts";
import { RunFold } from "../report/state.ts";
import { summary } from "../report/summary.ts";
import { folderOf, loadStack, resolveStack } from "../stack/load.ts";
import type { LoadedStack } from "../stack/load.ts";
import { runStack } from "../stack/run.ts";
import type { Precheck, RunCluster } from "../stack/run.ts";
import { typeCheck } from "../stack/typecheck.ts";
import { connect, storageFor } from "./connect.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./errors.ts";
import type { StackFlags, UpFlags } from "./stack_commands.ts";

/** What a command runs. */
export interface StackCommand {
  readonly verb: "up" | "down";
  readonly flags: UpFlags;
  readonly loaded: LoadedStack;
  /** @default the clusters of the user's kubeconfig */
  readonly connect?: ((context: string | undefined) => Promise<RunCluster>) | undefined;
}

/** The stack that the command names: the program's own, the given file, or ./stack.ts. */
export async function loadFor(
  context: CliContext,
  flags: StackFlags,
  path: string | undefined,
): Promise<LoadedStack> {
  const options = flags.env === undefined ? {} : { environment: { name: flags.env } };
  const { program } = context;
  if (program === undefined) return await loadStack(path ?? "stack.ts", options);
  if (path !== undefined) {
    throw new CapstanError(`cannot use stack ${path}: this program is a stack itself`, {
      hint: "leave the file out, or run it with `capstan`",
    });
  }
  return {
    stack: resolveStack(program.stack, program.file, options),
    file: program.file,
    folder: folderOf(program.file),
  };
}

/** Runs a stack and shows it, failures included, which end the program with 1. */
export async function runCommand(context: CliContext, command: StackCommand): Promise<void> {
  const { flags, loaded, verb } = command;
  const show = reporter(context, flags);
  try {
    const result = await runStack(loaded, {
      verb,
      connect: command.connect ?? ((name) => clusterOf(context, flags, name)),
      emit: show.add,
      stop: context.stop,
      signal: context.abort,
      parallelism: flags.parallelism,
      hookParallelism: flags.hookParallelism,
      hookSelection: flags.hookSelection,
      force: flags.force,
      prechecks: verb === "up" ? typeChecks(flags, loaded) : [],
      now: context.now,
    });
    if (!result.ok) context.exitWith(EXIT.failed);
  } finally {
    show.close();
  }
}

/** A cluster of the user's kubeconfig. */
export async function clusterOf(
  context: CliContext,
  flags: StackFlags,
  name: string | undefined,
): Promise<RunCluster> {
  const { api } = await connect(
    context,
    name === undefined ? flags : { ...flags, kubeContext: name },
  );
  return { api, storage: storageFor(api, context) };
}

/** The stack's types, where they can be checked; not those of a program, which Deno has checked or was told not to. */
export function typeChecks(flags: StackFlags, { file }: LoadedStack): Precheck[] {
  if (flags.noCheck) return [];
  return [{
    title: "check types",
    run: async (signal) => {
      await typeCheck(file, { signal });
    },
  }];
}

interface Reporter {
  readonly add: (event: RunEvent) => void;
  readonly close: () => void;
}

/** JSON lines on standard output, or progress on standard error and the closing table on standard output. */
function reporter(context: CliContext, flags: StackFlags): Reporter {
  const { stdout, stderr } = context.process;
  if (flags.output === "json") {
    return { add: (event) => stdout.write(`${JSON.stringify(event)}\n`), close: () => {} };
  }
  const style = { color: context.color };
  const fold = new RunFold();
  const progress = flags.quiet ? undefined : new Progress({
    ...style,
    write: (text) => stderr.write(text),
    size: context.size,
    now: context.now,
  });
  return {
    add(event) {
      fold.add(event);
      progress?.add(event);
    },
    close() {
      progress?.close();
      if (fold.state.finished !== undefined) {
        stdout.write(`\n${summary(fold.state, style).join("\n")}\n`);
      }
    },
  };
}
