/**
 * What `up`, `down` and `rehearse` have in common: load the stack, run it, show it, end with a code.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import { CapstanError, CapstanErrors, messageOf } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { isPictured, Progress } from "../report/progress.ts";
import { RunFold } from "../report/state.ts";
import { closingTable } from "../report/summary.ts";
import type { FrozenPlan } from "../stack/frozen/format.ts";
import { folderOf, loadStack, resolveStack } from "../stack/load.ts";
import type { LoadedStack } from "../stack/load.ts";
import { runStack } from "../stack/run.ts";
import type { Precheck, RunCluster, RunFailure, RunOptions, StackVerb } from "../stack/run.ts";
import { GATE, RUN } from "../stack/steps.ts";
import { typeCheck } from "../stack/typecheck.ts";
import { connect, storageFor } from "./connect.ts";
import type { CliContext } from "./context.ts";
import { EXIT } from "./errors.ts";
import { selectionOf } from "./flags.ts";
import type { ClusterFlags } from "./flags.ts";
import { followersOf } from "./followers.ts";
import { HeapWatch } from "./heap.ts";
import { progressTarget } from "./progress_target.ts";
import { STOPPING } from "./signals.ts";
import { withCharts } from "./stack_charts.ts";
import { writableState } from "./state_folder.ts";
import type { StackFlags, UpFlags } from "./stack_commands.ts";
import type { Stack } from "../stack/types.ts";

/** What a command runs. */
export interface StackCommand {
  readonly verb: StackVerb;
  readonly flags: UpFlags;
  /** Show the logs of every test. @default {false} */
  readonly logs?: boolean | undefined;
  /** Tell of values that charts do not know, as `plan` does. @default {false} */
  readonly warnUnknownValues?: boolean | undefined;
  readonly loaded: LoadedStack;
  /** What is to be done, exactly. @default what the stack comes to now */
  readonly plan?: FrozenPlan | undefined;
  readonly planKey?: string | undefined;
  /** @default the clusters of the user's kubeconfig */
  readonly connect?: ((context: string | undefined) => Promise<RunCluster>) | undefined;
}

/** The stack that the command names: the program's own, the given file, or ./stack.ts. */
export async function loadFor(
  context: CliContext,
  flags: Pick<StackFlags, "env" | "sandbox">,
  path: string | undefined,
): Promise<LoadedStack> {
  const loaded = await loadNamed(context, flags, path);
  if (!flags.sandbox && hasFunctions(loaded.stack)) await context.guard();
  return loaded;
}

/** Whether code of the stack runs after it is loaded. */
function hasFunctions({ hooks, releases }: Stack): boolean {
  return hooks.length > 0 ||
    releases.some((release) =>
      Object.values(release).flat().some((option) =>
        typeof option === "function" || typeof option?.predicate === "function"
      )
    );
}

async function loadNamed(
  context: CliContext,
  flags: Pick<StackFlags, "env" | "sandbox">,
  path: string | undefined,
): Promise<LoadedStack> {
  const options = flags.env === undefined ? {} : { environment: { name: flags.env } };
  const { program } = context;
  if (program === undefined && flags.sandbox) {
    const { loadSandboxed } = await import("../stack/sandbox.ts");
    // Nothing has begun yet: the first signal ends it, whatever the sandbox is at.
    return await orAborted(loadSandboxed(path ?? "stack.ts", options), context.stop);
  }
  if (program === undefined) {
    return await context.unheard(() => loadStack(path ?? "stack.ts", options));
  }
  if (flags.sandbox) {
    throw new CapstanError("cannot sandbox this stack: it is the program that runs already", {
      code: "stack/sandbox",
      hint: `give it fewer of Deno's permissions, or: capstan up --sandbox ${program.file}`,
    });
  }
  if (path !== undefined) {
    throw new CapstanError(`cannot use stack ${path}: this program is a stack itself`, {
      code: "usage",
      hint: "leave the file out, or run it with `capstan`",
    });
  }
  return {
    stack: resolveStack(program.stack, program.file, options),
    file: program.file,
    folder: folderOf(program.file),
  };
}

/**
 * Runs a stack and shows it.
 *
 * @throws {CapstanError} What failed, once the run has been shown to its end.
 */
export async function runCommand(context: CliContext, command: StackCommand): Promise<void> {
  const { flags, loaded, verb } = command;
  const show = reporter(context, command);
  const followers = await followersOf(context, flags);
  const heap = new HeapWatch();
  const tell = (event: RunEvent) => {
    show.add(event);
    followers.add(event);
  };
  const warn = (message: string) => tell({ at: context.now(), type: "warning", message });
  const tellStop = () => show.add({ at: context.now(), type: "warning", message: STOPPING });
  context.stop.addEventListener("abort", tellStop, { once: true });
  try {
    const result = await withCharts(context, flags, async (charts) =>
      await runStack(loaded, {
        charts,
        verb,
        connect: command.connect ?? ((name) => clusterOf(context, flags, name, warn)),
        emit(event) {
          if (event.type === "step-finished") heap.look();
          tell(event);
        },
        stop: context.stop,
        signal: context.abort,
        parallelism: flags.parallelism,
        hookParallelism: flags.hookParallelism,
        hookSelection: flags.hookSelection,
        force: flags.force,
        logs: command.logs,
        warnUnknownValues: command.warnUnknownValues,
        liveLogs: looksOn(context, flags),
        select: selectionOf(flags),
        checkDrift: flags.checkDrift,
        resume: flags.resume,
        plan: command.plan,
        planKey: command.planKey,
        // A cluster that ends with this program needs neither.
        ...(command.connect === undefined && verb !== "test" ? await keeping(context, flags) : {}),
        onFailure: flags.onFailure,
        rollbackTimeout: flags.rollbackTimeout,
        deadline: flags.deadline,
        evidence: flags.evidence ?? `${loaded.folder}/.capstan/evidence`,
        prechecks: verb === "up" && (flags.check || context.size !== undefined)
          ? typeChecks(flags, loaded)
          : [],
        now: context.now,
      }));
    show.close();
    if (result.ok) return;
    if (result.failures.length > 0) throw failureOf(loaded.stack.name, result.failures);
    context.exitWith(EXIT.failed);
  } finally {
    context.stop.removeEventListener("abort", tellStop);
    show.close();
    await followers.end();
  }
}

/** The lock and the journal that the flags and the environment ask for. */
async function keeping(
  context: CliContext,
  flags: UpFlags,
): Promise<Pick<RunOptions, "lock" | "journal">> {
  return {
    lock: flags.noLock ? undefined : { wait: flags.lockWait },
    journal: { folder: await writableState(context) },
  };
}

/** One error of all that failed; releases that failed in the same words are named together. */
function failureOf(stack: string, failures: readonly RunFailure[]): CapstanError {
  const alike = Map.groupBy(failures, ({ error }) => messageOf(error));
  const errors = [...alike].map(([message, of]) => {
    const [first] = of;
    const owners = of.map(({ owner }) => owner).filter((owner) => owner !== RUN);
    const { code, hint, position, excerpt } = first!.error instanceof CapstanError
      ? first!.error
      : {};
    // The words of a stack hook name it already.
    const named = owners.length === 0 || code === "stack/hook" || code === "stack/values";
    return new CapstanError(named ? message : `${listed(owners)}: ${message}`, {
      code,
      hint,
      position,
      excerpt,
      cause: first!.error,
    });
  });
  if (errors.length === 1) return errors[0]!;
  return new CapstanErrors(errors, `stack ${stack} has ${errors.length} failures`);
}

/** `a, b, c and 11 more`. */
function listed(names: readonly string[]): string {
  const [few, rest] = [names.slice(0, 3), names.length - 3];
  return `${few.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

/** A cluster of the user's kubeconfig. */
export async function clusterOf(
  context: CliContext,
  flags: ClusterFlags,
  name: string | undefined,
  onWarning?: (message: string) => void,
): Promise<RunCluster> {
  const { api } = await connect(
    context,
    name === undefined ? flags : { ...flags, kubeContext: name },
    onWarning,
  );
  return { api, storage: storageFor(api, context) };
}

/** The stack's types, where they can be checked; not those of a program, which Deno has checked or was told not to. */
export function typeChecks(flags: Pick<StackFlags, "noCheck">, { file }: LoadedStack): Precheck[] {
  if (flags.noCheck) return [];
  return [{
    title: "check types",
    run: async (signal) => {
      await typeCheck(file, { signal });
    },
  }];
}

/** Whether anyone sees a picture of the run while it goes. */
function looksOn(
  context: CliContext,
  { quiet, output, watch }: Pick<UpFlags, "quiet" | "output" | "watch">,
): boolean {
  if (watch) return true;
  return isPictured(progressTarget(context)) && !quiet && output !== "json";
}

interface Reporter {
  readonly add: (event: RunEvent) => void;
  readonly close: () => void;
}

/**
 * JSON lines on standard output, or progress on standard error and the closing table on standard
 * output. As long as nothing has changed, there is nothing to show of a release that failed: what
 * is wrong is said at the end, once.
 */
function reporter(context: CliContext, { flags, verb }: StackCommand): Reporter {
  const { stdout } = context.process;
  if (flags.output === "json") {
    return { add: (event) => stdout.write(`${JSON.stringify(event)}\n`), close: () => {} };
  }
  const fold = new RunFold();
  const progress = flags.quiet ? undefined : new Progress(progressTarget(context));
  let changing = verb !== "up";
  let open = true;
  return {
    add(event) {
      fold.add(event);
      if (isPassed(event)) changing = true;
      if (changing || event.type !== "release-finished") progress?.add(event);
    },
    close() {
      progress?.close();
      if (open && changing && fold.state.finished !== undefined) {
        const style = { color: context.stdoutColor, columns: context.stdoutColumns?.() };
        context.print(`\n${closingTable(fold.state, style).join("\n")}\n`);
      }
      open = false;
    },
  };
}

/** Whether the event says that from here on the cluster is changed. */
function isPassed(event: RunEvent): boolean {
  return event.type === "step-finished" && event.id === GATE && event.status === "succeeded";
}
