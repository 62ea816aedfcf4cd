/**
 * Events that were written down, one JSON object a line: by `--output json`, or as a run's journal.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { EVENTS_VERSION } from "../events.ts";
import type { RunEvent } from "../events.ts";

const TYPES: ReadonlySet<string> = new Set<RunEvent["type"]>([
  "run-started",
  "step-planned",
  "step-started",
  "step-progress",
  "step-log",
  "step-tail",
  "step-finished",
  "release-finished",
  "retry",
  "rollback-started",
  "warning",
  "run-finished",
]);

/**
 * Reads events. Lines of other types are passed over; so is a last line that was cut off, as its
 * writer may have died. `file` is what messages call the text.
 *
 * @throws {CapstanError} For text that is not events, or events that only a later version understands.
 */
export function parseEvents(text: string, file: string): RunEvent[] {
  const lines = text.split("\n");
  const events = lines.flatMap((line, i): RunEvent[] => {
    const event = parseEvent(line, { file, line: i + 1, torn: i === lines.length - 1 });
    return event === undefined ? [] : [event];
  });
  if (events.length > 0) return events;
  throw new CapstanError(`cannot report on ${file}: it holds no events of a run`, {
    code: "report/no-events",
    hint: HINT,
  });
}

const HINT = "write them with: capstan up --output json > events.jsonl";

/** Where a line is. */
export interface LinePlace {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** It is the last line, and has no end. @default {false} */
  readonly torn?: boolean | undefined;
}

/**
 * Reads one line; `undefined` for one that is blank or something else than an event.
 *
 * @throws {CapstanError} As {@linkcode parseEvents}.
 */
export function parseEvent(text: string, { file, line, torn }: LinePlace): RunEvent | undefined {
  if (text.trim() === "") return undefined;
  let value: { readonly type?: unknown; readonly at?: unknown; readonly version?: unknown } | null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (torn) return undefined;
    throw new CapstanError(`cannot read events from ${file}: line ${line} is no JSON`, {
      code: "report/bad-line",
      hint: HINT,
      position: { file, line },
      cause: messageOf(error),
    });
  }
  if (typeof value !== "object" || value === null || typeof value.at !== "number") return undefined;
  if (typeof value.type !== "string" || !TYPES.has(value.type)) return undefined;
  if (value.type === "run-started" && Number(value.version ?? 1) > EVENTS_VERSION) {
    throw new CapstanError(
      `cannot read events from ${file}: they are of version ${value.version}, and this is ${EVENTS_VERSION}`,
      { code: "report/version", hint: "use the Capstan that made the run, or a later one" },
    );
  }
  return value as unknown as RunEvent;
}
