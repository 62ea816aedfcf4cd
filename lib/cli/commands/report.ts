/**
 * `capstan report`: a run as a page, a trace or spans.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import { chromeTrace } from "../../report/chrome_trace.ts";
import { parseEvents } from "../../report/events_file.ts";
import { otlpSpans } from "../../report/otlp.ts";
import { reportPage } from "../../report/page/page.ts";
import { type Timeline, TimelineBuilder } from "../../report/timeline.ts";
import type { CliContext } from "../context.ts";
import type { ReportFlags } from "../report_commands.ts";

/** Where a report goes unless told otherwise. */
const NAMES = {
  html: "capstan-report.html",
  trace: "capstan-trace.json",
  otlp: "capstan-spans.json",
} as const;

/** Reads events and writes what was asked for. */
export async function report(this: CliContext, flags: ReportFlags, path: string): Promise<void> {
  const { format = "html" } = flags;
  const builder = new TimelineBuilder();
  for (const event of parseEvents(await readText(path), path)) builder.add(event);
  const text = textOf(builder.build(), format);
  const output = flags.output ?? NAMES[format];
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

function textOf(timeline: Timeline, format: keyof typeof NAMES): string {
  switch (format) {
    case "html":
      return reportPage(timeline);
    case "trace":
      return `${chromeTrace(timeline)}\n`;
    case "otlp":
      return `${JSON.stringify(otlpSpans(timeline))}\n`;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return path === "-"
      ? await new Response(Deno.stdin.readable).text()
      : await Deno.readTextFile(path);
  } catch (error) {
    throw new CapstanError(`cannot report on ${path}: ${messageOf(error)}`, {
      code: "report/read",
      hint: "a file of events is written by: capstan up --output json > events.jsonl",
      cause: error,
    });
  }
}
