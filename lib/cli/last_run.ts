/**
 * The events of this machine's last runs, whole, for `capstan report`: the journal of a run leaves out
 * what charts and hooks print, and rehearsals have none.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { folderOf } from "../files.ts";
import type { RunEvent } from "../events.ts";
import type { CliContext } from "./context.ts";
import { LateFile } from "./late_file.ts";
import { stateFolder, writableState } from "./state_folder.ts";

/** Keeps a run's events. */
export interface LastRun {
  readonly add: (event: RunEvent) => void;
  readonly end: () => Promise<void>;
}

/** Where they are; `undefined` where nothing says. */
export function lastRunFile(context: CliContext): string | undefined {
  const folder = stateFolder(context);
  return folder === undefined ? undefined : `${folder}/last/events.jsonl`;
}

/** Runs whose events are kept by their id. */
const KEPT = 10;

/** The events of a run, whose id may be shortened, in the parts in which they came; `[]` where none are kept. */
export async function keptEvents(context: CliContext, id: string): Promise<string[]> {
  const file = lastRunFile(context);
  if (file === undefined) return [];
  const folder = folderOfRuns(file);
  const names = await namesIn(folder);
  const found = names.filter((name) => name.slice(name.indexOf("_") + 1).startsWith(id));
  const runs = new Set(found.map((name) => name.slice(name.indexOf("_") + 1)));
  if (runs.size !== 1) return [];
  return await Promise.all(found.map((name) => Deno.readTextFile(`${folder}/${name}`)));
}

function folderOfRuns(file: string): string {
  return `${folderOf(file)}/runs`;
}

/** Names begin with the time, so that they sort by it. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
  } catch {
    return []; // There is none yet.
  }
}

/** Begins to keep a run's events in place of the last one's; readable by their owner alone. */
export async function keepLastRun(context: CliContext): Promise<LastRun | undefined> {
  const file = lastRunFile(context);
  if (file === undefined || await writableState(context) === undefined) return undefined;
  let out: LateFile | undefined;
  let before = "";
  // The run is what counts.
  const onError = (error: unknown) =>
    context.process.stderr.write(`warning: cannot keep the run's events: ${messageOf(error)}\n`);
  let isOver = false;
  return {
    add(event) {
      // Of running hooks what counts is what they have said in the end.
      if (isOver || event.type === "step-tail") return;
      const line = `${JSON.stringify(event)}\n`;
      if (out !== undefined) return out.write(line);
      before += line;
      if (event.type !== "run-started") return;
      try {
        out = new LateFile(open(file, `${event.at}_${event.run}.jsonl`), { onError });
        out.write(before);
      } catch (error) {
        isOver = true;
        onError(error);
      }
    },
    async end() {
      if (out === undefined || isOver) return;
      isOver = true;
      out.close();
      const folder = folderOfRuns(file);
      for (const name of (await namesIn(folder)).slice(0, -KEPT)) {
        // Another run may have done so.
        await Deno.remove(`${folder}/${name}`).catch(() => {});
      }
    },
  };
}

/**
 * One file with two names: that of its run, and that of the last run. Two runs at once each write a
 * file of their own; the second name is that of the later one.
 */
function open(file: string, name: string): Deno.FsFile {
  const path = `${folderOfRuns(file)}/${name}`;
  Deno.mkdirSync(folderOfRuns(file), { recursive: true, mode: 0o700 });
  const out = Deno.openSync(path, { write: true, createNew: true, mode: 0o600 });
  const other = `${file}.${crypto.randomUUID()}`;
  Deno.linkSync(path, other);
  Deno.renameSync(other, file);
  return out;
}
