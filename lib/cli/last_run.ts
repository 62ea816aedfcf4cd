/**
 * The events of this machine's last run, whole, for `capstan report`: the journal of a run leaves out
 * what charts and hooks print, and rehearsals have none.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import type { CliContext } from "./context.ts";
import { stateFolder, writableState } from "./state_folder.ts";

/** Keeps a run's events. */
export interface LastRun {
  readonly add: (event: RunEvent) => void;
  readonly end: () => void;
}

/** Where they are; `undefined` where nothing says. */
export function lastRunFile(context: CliContext): string | undefined {
  const folder = stateFolder(context);
  return folder === undefined ? undefined : `${folder}/last/events.jsonl`;
}

/** Characters that are written at once. */
const CHUNK = 65_536;

/** Begins to keep a run's events in place of the last one's; readable by their owner alone. */
export async function keepLastRun(context: CliContext): Promise<LastRun | undefined> {
  const file = lastRunFile(context);
  if (file === undefined || await writableState(context) === undefined) return undefined;
  let out: Deno.FsFile | undefined;
  let text = "";
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      // The run is what counts.
      context.process.stderr.write(`warning: cannot keep the run's events: ${messageOf(error)}\n`);
      out?.close();
      out = undefined;
    }
  };
  const flush = () => {
    let bytes = new TextEncoder().encode(text);
    text = "";
    while (bytes.length > 0) bytes = bytes.subarray(out!.writeSync(bytes));
  };
  attempt(() => out = open(file));
  return {
    add(event) {
      if (out === undefined) return;
      text += `${JSON.stringify(event)}\n`;
      if (text.length > CHUNK) attempt(flush);
    },
    end() {
      if (out !== undefined) attempt(flush);
      out?.close();
      out = undefined;
    },
  };
}

/** Two runs at once each write a file of their own; the name is that of the later one. */
function open(file: string): Deno.FsFile {
  Deno.mkdirSync(file.slice(0, file.lastIndexOf("/")), { recursive: true, mode: 0o700 });
  const own = `${file}.${crypto.randomUUID()}`;
  const out = Deno.openSync(own, { write: true, createNew: true, mode: 0o600 });
  Deno.renameSync(own, file);
  return out;
}
