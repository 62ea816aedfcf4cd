/**
 * `capstan report`: a run as a page, a trace or spans.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import type { RunEvent } from "../../events.ts";
import { eventsOf } from "../../journal/entries.ts";
import { findJournal } from "../../journal/find.ts";
import { JournalFolder } from "../../journal/folder.ts";
import { chromeTrace } from "../../report/chrome_trace.ts";
import { parseEvents } from "../../report/events_file.ts";
import { otlpSpans } from "../../report/otlp.ts";
import { reportPage } from "../../report/page/page.ts";
import { type Timeline, TimelineBuilder } from "../../report/timeline.ts";
import type { CliContext } from "../context.ts";
import { keptEvents, lastRunFile } from "../last_run.ts";
import { REPORT_NAMES } from "../report_commands.ts";
import type { ReportFlags } from "../report_commands.ts";
import { knownState } from "../state_folder.ts";

/** Reads events and writes what was asked for. */
export async function report(this: CliContext, flags: ReportFlags, path?: string): Promise<void> {
  const { format = "html" } = flags;
  const builder = new TimelineBuilder();
  for (const event of await eventsFor(this, path)) builder.add(event);
  const text = textOf(builder.build(), format);
  const output = flags.output ?? REPORT_NAMES[format];
  if (output === "-") return this.process.stdout.write(text);
  try {
    await Deno.writeTextFile(output, text);
  } catch (error) {
    throw new CapstanError(`cannot write the report to ${output}: ${messageOf(error)}`, {
      code: "report/write",
      hint: "name another file with -o, or - for standard output",
      cause: error,
    });
  }
  this.process.stdout.write(`${output}\n`);
}

function textOf(timeline: Timeline, format: keyof typeof REPORT_NAMES): string {
  switch (format) {
    case "html":
      return reportPage(timeline);
    case "trace":
      return `${chromeTrace(timeline)}\n`;
    case "otlp":
      return `${JSON.stringify(otlpSpans(timeline))}\n`;
  }
}

/** The events of a file, of a run by its id, or of the last run. */
async function eventsFor(context: CliContext, path: string | undefined): Promise<RunEvent[]> {
  if (path === undefined) return await lastEvents(context);
  if (path === "-") return parseEvents(await new Response(Deno.stdin.readable).text(), path);
  const text = await readFile(path);
  if (typeof text === "string") return parseEvents(text, path);
  const isId = /^[0-9a-f-]+$/i.test(path);
  // Whole, with logs; the journal of a run leaves them out, and is kept longer.
  const kept = isId ? await keptEvents(context, path) : [];
  if (kept.length > 0) return parseEvents(kept.join(""), path);
  const state = isId ? knownState(context) : undefined;
  const found = isId && state !== undefined
    ? await findJournal(path, { folder: new JournalFolder(state) })
    : [];
  if (found.length === 1) return eventsOf(found[0]!);
  throw new CapstanError(`cannot report on ${path}: ${messageOf(text)}`, {
    code: "report/read",
    hint: found.length > 1
      ? `${found.length} runs begin with ${path}; write more of the id`
      : "name the id of a run (`capstan runs` lists them), or a file of events, as --output json prints them",
    cause: text,
  });
}

async function lastEvents(context: CliContext): Promise<RunEvent[]> {
  knownState(context);
  const path = lastRunFile(context);
  const text = path === undefined ? undefined : await readFile(path);
  if (typeof text === "string") return parseEvents(text, path!);
  const why = text === undefined || text instanceof Deno.errors.NotFound
    ? "there was none on this machine"
    : messageOf(text);
  throw new CapstanError(`cannot report on the last run: ${why}`, {
    code: "report/no-run",
    hint: "run a stack with `capstan rehearse` or `capstan up`, or name a file of events",
    cause: text,
  });
}

/** A file's text, or why it cannot be read. */
async function readFile(path: string): Promise<unknown> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    return error;
  }
}
