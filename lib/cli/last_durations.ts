/**
 * How long the steps of a stack's last run on this machine took.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { parseEvents } from "../report/events_file.ts";
import type { CliContext } from "./context.ts";
import { lastRunFile } from "./last_run.ts";

/** Milliseconds by the ids of steps; none where the last run was another stack's. */
export async function lastDurations(
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
