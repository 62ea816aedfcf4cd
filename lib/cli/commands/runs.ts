/**
 * `capstan runs`: the runs that were, and one of them again.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { eventsOf } from "../../journal/entries.ts";
import type { Journaled } from "../../journal/entries.ts";
import { findJournal } from "../../journal/find.ts";
import type { JournalSources } from "../../journal/find.ts";
import { JournalFolder } from "../../journal/folder.ts";
import { progressOf } from "../../journal/progress.ts";
import type { RunProgress } from "../../journal/progress.ts";
import { isGone } from "../../kube/process.ts";
import { eventLine } from "../../report/lines.ts";
import { RunFold } from "../../report/state.ts";
import { summary } from "../../report/summary.ts";
import { columns, formatDuration, paint } from "../../report/text.ts";
import type { Style, Tone } from "../../report/text.ts";
import { emitYaml } from "../../yaml/emit.ts";
import { connect } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { RunsFlags } from "../run_commands.ts";
import { knownState } from "../state_folder.ts";

/** Lists runs, or shows one. */
export async function runs(
  this: CliContext,
  flags: RunsFlags,
  word?: string,
  id?: string,
): Promise<void> {
  if (word !== undefined && word !== "show") {
    throw new CapstanError(`capstan runs knows no "${word}"`, {
      code: "usage",
      hint: "`capstan runs` lists runs, `capstan runs show ID` shows one",
    });
  }
  if (word === "show" && id === undefined) {
    throw new CapstanError("capstan runs show: no run was named", {
      code: "usage",
      hint: "`capstan runs` lists their ids",
    });
  }
  await withJournals(this, flags, async (sources) => {
    const found = (await findJournal(id ?? "", sources)).filter(({ header }) =>
      flags.stack === undefined || header.stack === flags.stack
    ).sort((a, b) => a.header.run < b.header.run ? 1 : -1);
    const style = { color: this.stdoutColor };
    const lines = id === undefined
      ? await list(found, flags, style)
      : show(theOnly(found, id), flags, style);
    if (lines.length === 0) return;
    const text = `${lines.join("\n")}\n`;
    if (flags.output === "json" || flags.output === "yaml") this.process.stdout.write(text);
    else this.print(text);
  });
}

async function withJournals(
  context: CliContext,
  flags: RunsFlags,
  use: (sources: JournalSources) => Promise<void>,
): Promise<void> {
  const path = knownState(context);
  const folder = path === undefined ? undefined : new JournalFolder(path);
  const { namespace } = flags;
  if (namespace === undefined) return await use({ folder, signal: context.stop });
  const { api } = await connect(context, flags);
  try {
    await use({ folder, place: { api, namespace }, signal: context.stop });
  } finally {
    api.close();
  }
}

function theOnly(found: readonly Journaled[], id: string): Journaled {
  if (found.length === 1) return found[0]!;
  if (found.length === 0) {
    throw new CapstanError(`there is no run ${id}`, {
      code: "runs/none",
      hint: "`capstan runs` lists those of this machine, with --namespace those of the cluster too",
    });
  }
  throw new CapstanError(
    `${found.length} runs begin with ${id}: ${found.map(({ header }) => header.run).join(", ")}`,
    { code: "runs/ambiguous", hint: "write more of the id" },
  );
}

/** What became of a run. */
type Verdict = "done" | "failed" | "died" | "running" | "open";

const TONES: Readonly<Record<Verdict, Tone>> = {
  done: "good",
  failed: "bad",
  died: "bad",
  running: "busy",
  open: "warn",
};

async function verdictOf({ ok, process }: RunProgress): Promise<Verdict> {
  if (ok !== undefined) return ok ? "done" : "failed";
  if (process === undefined) return "open";
  return await isGone({ process }) ? "died" : "running";
}

async function list(
  found: readonly Journaled[],
  { output }: RunsFlags,
  style: Style,
): Promise<string[]> {
  const rows = await Promise.all(found.map(async (journal) => {
    const progress = progressOf(journal);
    return { progress, verdict: await verdictOf(progress) };
  }));
  if (output === "json" || output === "yaml") {
    return asData(rows.map(({ progress, verdict }) => dataOf(progress, verdict)), output);
  }
  if (rows.length === 0) return ["no runs are known"];
  const header = ["RUN", "STACK", "VERB", "STARTED", "DURATION", "RELEASES", ""];
  return columns([
    header.map((cell) => paint(cell, "strong", style)),
    ...rows.map(({ progress, verdict }) => {
      const { run, stack, verb, started, last, releases, attempts } = progress;
      return [
        run,
        stack,
        verb,
        new Date(started).toISOString().replace(/\.\d+Z$/, "Z"),
        formatDuration(last - started),
        String(releases.size),
        paint(verdict, TONES[verdict], style) +
        (attempts > 1 ? paint(` (resumed ${attempts - 1}×)`, "quiet", style) : ""),
      ];
    }),
  ]);
}

/** JSON has a line for each, which a reader need not wait for; YAML is one list. */
function asData(items: readonly unknown[], output: "json" | "yaml"): string[] {
  const lines = items.map((item) => JSON.stringify(item));
  return output === "json" ? lines : [emitYaml(JSON.parse(`[${lines.join()}]`)).trimEnd()];
}

function dataOf(progress: RunProgress, status: Verdict) {
  const { run, stack, verb, started, last, attempts, host, pid, releases } = progress;
  const names = [...releases].map(([id, { outcome, revision }]) => ({ id, outcome, revision }));
  return {
    ...{ run, stack, verb, status, started, last, attempts, host, pid },
    releases: names,
  };
}

/** The run's lines as they were told, and its closing table. */
function show(journal: Journaled, { output }: RunsFlags, style: Style): string[] {
  const events = eventsOf(journal);
  if (output === "json" || output === "yaml") return asData(events, output);
  const { run, attempts, last } = progressOf(journal);
  const fold = new RunFold();
  const lines = [
    `run ${run}${attempts > 1 ? `, resumed ${attempts - 1}×` : ""}, ` +
    new Date(journal.header.at).toISOString(),
  ];
  for (const event of events) {
    fold.add(event);
    const line = eventLine(event, fold.state, style);
    if (line !== undefined) lines.push(line);
  }
  const { state } = fold;
  if (state.finished !== undefined) return [...lines, "", ...summary(state, style)];
  // It was never said how it ended; what is known ends with the last entry.
  return [
    ...lines,
    "",
    ...summary({ ...state, finished: last }, style),
    "the run did not come to its end",
  ];
}
