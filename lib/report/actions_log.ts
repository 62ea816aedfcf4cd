/**
 * A run in the log of GitHub Actions: a fold for each release with what it did, marks for what went
 * wrong. Releases run at the same time, so a fold is written when its release has ended.
 *
 * https://docs.github.com/en/actions/reference/workflow-commands-for-github-actions
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { RUN } from "./state.ts";
import type { RunState } from "./state.ts";
import { skipReason } from "./summary.ts";
import { formatDuration, printable } from "./text.ts";
import { startText, turnText } from "./turns.ts";

/** Writes a run's events as GitHub Actions shows them best. */
export class ActionsLog {
  readonly #write: (line: string) => void;
  readonly #kept = new Map<string, string[]>();
  /** Steps that write down the end of a release, which has been told. */
  readonly #told = new Set<string>();

  /** @param write Takes one line, without its end. */
  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  /** Takes one event; `state` is the run after it. */
  add(event: RunEvent, state: RunState): void {
    const at = formatDuration(event.at - state.started).padStart(7);
    switch (event.type) {
      case "run-started":
        this.#write(`${at}  ${startText(event)}`);
        break;
      case "step-log":
        this.#keep(state, event.id, `${at}  | ${event.line}`);
        break;
      case "step-finished":
        if (this.#told.delete(event.id) || isGoneWell(event, state)) break;
        this.#keep(state, event.id, `${at}  ${stepText(event, state)}`);
        this.#endHook(event, state);
        break;
      case "release-finished": {
        const { owner, outcome, revision, reason } = event;
        for (const id of state.running.get(owner) ?? []) this.#told.add(id);
        if (outcome === "skipped") {
          // That all its steps were skipped says nothing more.
          this.#kept.delete(owner);
          return this.#write(harmless(`${at}  skipped ${owner}: ${skipReason(event)}`));
        }
        const bad = outcome === "failed" || outcome === "rolled-back";
        this.#fold(owner, `${outcome} ${owner}${revision > 0 ? ` revision ${revision}` : ""}`);
        if (bad) this.#command("error", `${owner} ${outcome}`, reason ?? outcome);
        break;
      }
      case "warning":
        this.#command("warning", event.owner ?? state.stack, event.message);
        break;
      case "retry":
      case "rollback-started":
        this.#command("warning", event.type === "retry" ? "retry" : "rollback", turnText(event));
        break;
      case "step-planned":
      case "step-started":
      case "step-progress":
      case "step-tail":
      case "run-finished":
        break;
    }
  }

  /** Writes what has not come to an end. */
  close(): void {
    for (const owner of [...this.#kept.keys()]) this.#fold(owner, owner);
  }

  #keep(state: RunState, id: string, line: string): void {
    const owner = state.steps.get(id)?.info.owner ?? id;
    const lines = this.#kept.get(owner);
    if (lines === undefined) this.#kept.set(owner, [line]);
    else lines.push(line);
  }

  /** A stack hook is one step, and no release: its fold ends with it. */
  #endHook({ id, status, reason }: RunEvent & { type: "step-finished" }, state: RunState): void {
    const info = state.steps.get(id)?.info;
    if (info?.kind !== "run") return;
    this.#fold(info.owner, `${status} ${info.owner}`);
    if (status === "failed") this.#command("error", `${info.owner} failed`, reason ?? status);
  }

  #fold(owner: string, title: string): void {
    const lines = this.#kept.get(owner) ?? [];
    this.#kept.delete(owner);
    if (lines.length === 0) return this.#write(title);
    for (const line of [`::group::${escapeData(title)}`, ...lines.map(harmless), "::endgroup::"]) {
      this.#write(line);
    }
  }

  #command(name: "error" | "warning", title: string, message: string): void {
    this.#write(`::${name} title=${escapeProperty(title)}::${escapeData(message)}`);
  }
}

/** Text of others below what it belongs to: a line of its own could be taken for a command. */
function harmless(text: string): string {
  return withoutCommands(printable(text, { color: true })).replace(/\n/g, "\n         | ");
}

/**
 * Text in which GitHub Actions finds no workflow command, whoever wrote it: those are lines that begin with `::`
 * after blanks, and older ones begin with `##[` anywhere in a line.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll("##[", "## [").replace(/^(\s*)::/gm, "$1| ::");
}

/** Whether it is a check of the whole run that has found nothing. */
function isGoneWell(
  { id, status }: RunEvent & { type: "step-finished" },
  state: RunState,
): boolean {
  return status === "succeeded" && state.steps.get(id)?.info.owner === RUN;
}

function stepText(event: RunEvent & { type: "step-finished" }, state: RunState): string {
  const { info, started } = state.steps.get(event.id) ?? {};
  const took = started === undefined ? "" : ` in ${formatDuration(event.at - started)}`;
  const why = event.reason === undefined ? "" : `: ${event.reason}`;
  return `${event.status} ${info?.title ?? event.id}${took}${why}`;
}

function escapeData(text: string): string {
  return printable(text, { color: false }).replaceAll("%", "%25").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
