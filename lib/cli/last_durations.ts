/**
 * How long the steps of a stack took in earlier runs: by the journals of this machine and of the cluster,
 * and by the events of the last run here, which may have been a rehearsal.
 *
 * @module
 */
import type { CopyPlace } from "../journal/copy.ts";
import { knownDurations } from "../journal/durations.ts";
import { JournalFolder } from "../journal/folder.ts";
import { messageOf } from "../errors.ts";
import { parseEvents } from "../report/events_file.ts";
import type { CliContext } from "./context.ts";
import { lastRunFile } from "./last_run.ts";
import { stateFolder } from "./state_folder.ts";

/** Where journals are, besides this machine's. */
export interface DurationPlaces {
  /** Host and port of the API servers that the stack goes to. @default not known */
  readonly servers?: readonly string[] | undefined;
  /** Where the cluster keeps copies. @default not looked for */
  readonly place?: CopyPlace | undefined;
}

/**
 * Milliseconds by the ids of steps. Runs on clusters come before what was rehearsed, which says only
 * how long a simulation took.
 */
export async function lastDurations(
  context: CliContext,
  stack: string,
  { servers, place }: DurationPlaces = {},
): Promise<ReadonlyMap<string, number>> {
  const path = stateFolder(context);
  const folder = path === undefined ? undefined : new JournalFolder(path);
  const durations = await knownDurations({ stack, servers }, {
    folder,
    place,
    signal: context.stop,
  }).catch((error: unknown) => {
    // What may not be read tells nothing.
    if (error instanceof Deno.errors.NotCapable) return new Map<string, number>();
    throw error;
  });
  for (const [id, duration] of await lastEvents(context, stack)) {
    if (!durations.has(id)) durations.set(id, duration);
  }
  return durations;
}

/** By the events of this machine's last run; none where that was another stack's. */
async function lastEvents(
  context: CliContext,
  stack: string,
): Promise<ReadonlyMap<string, number>> {
  const file = lastRunFile(context);
  const durations = new Map<string, number>();
  if (file === undefined) return durations;
  const text = await Deno.readTextFile(file).catch((error) => {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return "";
    throw error;
  });
  if (text === "") return durations;
  const begun = new Map<string, number>();
  try {
    for (const event of parseEvents(text, file)) {
      if (event.type === "run-started" && event.stack !== stack) return durations;
      if (event.type === "step-started") begun.set(event.id, event.at);
      if (event.type === "step-finished" && event.status === "succeeded" && begun.has(event.id)) {
        durations.set(event.id, event.at - begun.get(event.id)!);
      }
    }
  } catch (error) {
    context.process.stderr.write(`warning: the last run tells no times: ${messageOf(error)}\n`);
  }
  return durations;
}
