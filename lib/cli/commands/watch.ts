/**
 * `capstan watch`: the page of a run that goes on.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import { parseEvent } from "../../report/events_file.ts";
import { LivePage } from "../../report/live.ts";
import type { CliContext } from "../context.ts";
import { follow } from "../follow.ts";
import type { WatchFlags } from "../report_commands.ts";

/** Serves the page of the events that come, until it is interrupted. */
export async function watch(this: CliContext, flags: WatchFlags, path: string): Promise<void> {
  const page = new LivePage({ port: flags.port });
  try {
    this.process.stdout.write(`${page.url}\n`);
    let rest = "";
    let line = 0;
    for await (const text of follow(path, this.stop)) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      for (const each of lines) {
        const event = parseEvent(each, { file: path, line: ++line });
        if (event !== undefined) page.add(event);
      }
    }
    // Standard input has ended, the page can still be looked at.
    if (!this.stop.aborted) await aborted(this.stop);
  } catch (error) {
    if (error instanceof CapstanError) throw error;
    throw new CapstanError(`cannot watch ${path}: ${messageOf(error)}`, {
      code: "watch/read",
      hint: "a file of events is written by: capstan up --output json > events.jsonl",
      cause: error,
    });
  } finally {
    await page.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true })
  );
}
