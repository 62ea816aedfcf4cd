/**
 * A run on a terminal, as lines: one for each release or stack hook, and a bar. Where there are more
 * than fit, only those at work have lines; what waits and what is done is counted.
 *
 * @module
 */
import type { ReleaseOutcome } from "../events.ts";
import { lookAhead } from "./outlook.ts";
import type { Outlook, Waiting } from "./outlook.ts";
import { oneLine, waitText, within } from "./shorten.ts";
import { ownerTime, RUN } from "./state.ts";
import type { ReleaseState, RunState, StepState } from "./state.ts";
import { skipReason } from "./summary.ts";
import { cut, cutMiddle, formatSeconds, pad, paint, width } from "./text.ts";
import type { Style, Tone } from "./text.ts";

/** What the picture must fit into. */
export interface Frame extends Style {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Columns that a name may take. */
const WIDEST_NAME = 28;

/** The lines of one picture; none is wider than the frame, and there are fewer than it has rows. */
export function renderFrame(
  state: RunState,
  frame: Frame,
  outlook: Outlook = lookAhead(state, frame.now),
): string[] {
  const room = Math.max(1, frame.rows - 3);
  const whole = state.owners.size <= room;
  // A place of its own keeps a release from jumping about between its steps.
  const atWork = [...state.running.keys()].sort((a, b) =>
    state.places.get(a)! - state.places.get(b)!
  );
  const shown = (whole ? [...state.owners.keys()] : atWork).filter((owner) =>
    owner !== RUN || state.running.has(owner)
  );
  const names = nameWidth(shown, frame);
  const rows: Rows = { shown, names, room, frame, outlook, pools: state.pools };
  const lines = whole ? allLines(state, rows) : foldedLines(state, rows);
  return [...lines, bar(state, frame, outlook)];
}

interface Rows {
  readonly shown: readonly string[];
  /** Columns for names. */
  readonly names: number;
  readonly room: number;
  readonly frame: Frame;
  readonly outlook: Outlook;
  /** Places in each limit. */
  readonly pools: RunState["pools"];
}

function nameWidth(owners: readonly string[], { columns }: Frame): number {
  const longest = Math.max(0, ...owners.slice(0, 200).map((owner) => width(owner)));
  return Math.min(WIDEST_NAME, Math.floor(columns / 3), longest);
}

/** Every owner in its place, from beginning to end. */
function allLines(state: RunState, rows: Rows): string[] {
  let spare = rows.room - rows.shown.length;
  return rows.shown.flatMap((owner) => {
    if (!state.running.has(owner)) return [restingLine(state, owner, rows)];
    const [line, ...children] = workLines(state, owner, rows);
    const kept = children.slice(0, Math.max(0, spare));
    spare -= kept.length;
    return [line!, ...kept];
  });
}

/** Those at work, then counts. */
function foldedLines(state: RunState, rows: Rows): string[] {
  // What is at work comes first where there is no room for all.
  const counts = [waitingCount(rows), doneCount(state, rows.frame)].filter((line) => line !== "")
    .slice(0, Math.max(0, rows.room - 2));
  const room = Math.max(1, rows.room - counts.length);
  const { shown } = rows;
  const many = shown.length > room;
  const blocks = (many ? shown.slice(0, room - 1) : shown).map((owner) =>
    workLines(state, owner, rows)
  );
  const lines = many
    ? [
      ...blocks.map(([line]) => line!),
      note(`… and ${shown.length - blocks.length} more at work`, rows.frame),
    ]
    : fill(blocks, room);
  return [...lines, ...counts];
}

/** The first line of each block, and as many of the others as there is room for. */
function fill(blocks: readonly (readonly string[])[], room: number): string[] {
  let spare = room - blocks.length;
  return blocks.flatMap(([line, ...children]) => {
    const kept = children.slice(0, Math.max(0, spare));
    spare -= kept.length;
    return [line!, ...kept];
  });
}

interface LineParts {
  readonly sign: string;
  readonly tone: Tone;
  readonly name: string;
  readonly what: string;
  readonly time: string;
}

function line({ sign, tone, name, what, time }: LineParts, { names, frame }: Rows): string {
  // One column stays free: some terminals wrap as soon as the last is written.
  const left = Math.max(0, frame.columns - names - width(time) - 6);
  const fitting = tone === "busy" ? waitText(what, name, left) : within(what, name, left);
  const text = pad(cut(fitting, left), left);
  const label = paint(pad(cutMiddle(name, names), names), "strong", frame);
  return `${paint(sign, tone, frame)} ${label}  ${text} ${paint(time, "quiet", frame)}`.trimEnd();
}

/** A release at work with its step, and its hooks below it. */
function workLines(state: RunState, owner: string, rows: Rows): string[] {
  const { now } = rows.frame;
  const running = [...state.running.get(owner)!].map((id) => state.steps.get(id)!);
  const since = Math.min(...running.map(({ started }) => started!));
  const hooks = running.filter((step) => step.info.kind === "hook" || hasLines(step));
  const children = hooks.length > 1 || hooks.some(hasLines) ? hooks : [];
  const [first] = running;
  const what = children.length > 1
    ? `${children.length} hooks at once`
    : `${first!.info.title}${running.length > 1 ? ` (+${running.length - 1})` : ""}${
      first!.progress === undefined ? "" : `: ${first!.progress}`
    }`;
  const head = { sign: "●", tone: "busy", name: owner, what, time: formatSeconds(now - since) };
  return [
    line(head as LineParts, rows),
    ...children.map((step, i) => childLine(step, i === children.length - 1, rows)),
    // Below all hooks, so that where there is no room each hook still has its line.
    ...children.flatMap((step) => tailLines(step, { ...rows, named: children.length > 1 })),
  ];
}

function hasLines({ log, tail }: StepState): boolean {
  return log !== undefined || tail !== undefined;
}

/** Lines that a running hook's pod logged before the last one, which stands beside its name. */
function tailLines(
  { info, tail = [] }: StepState,
  { names, frame, named }: Pick<Rows, "names" | "frame"> & { readonly named: boolean },
): string[] {
  const indent = " ".repeat(names + 6);
  const left = Math.max(0, frame.columns - names - 10);
  const of = named ? `${info.title.slice(info.title.lastIndexOf(" ") + 1)}: ` : "";
  return tail.slice(0, -1).map((text) =>
    paint(`${indent}│ ${cut(oneLine(`${of}${text}`), left)}`, "quiet", frame)
  );
}

function childLine(step: StepState, last: boolean, { names, frame }: Rows): string {
  const time = formatSeconds(frame.now - step.started!);
  const left = Math.max(0, frame.columns - names - width(time) - 8);
  const said = step.log ?? step.tail?.at(-1) ?? step.progress;
  const whole = said === undefined ? step.info.title : `${step.info.title}: ${said}`;
  const shorter = within(whole, step.info.owner, left);
  // What it says is to have room, too.
  const end = said === undefined ? "" : `: ${within(said, step.info.owner, 0)}`;
  const most = Math.floor(Math.max(2 * left / 3, left - width(end)));
  const text = width(shorter) <= left
    ? shorter
    : cut(cutMiddle(within(step.info.title, step.info.owner, most), most) + end, left);
  const indent = " ".repeat(names + 4);
  return paint(`${indent}${last ? "└" : "├"} ${pad(text, left)} ${time}`, "quiet", frame);
}

const SIGNS: Readonly<Record<ReleaseOutcome, readonly [sign: string, tone: Tone]>> = {
  installed: ["✓", "good"],
  upgraded: ["✓", "good"],
  unchanged: ["✓", "quiet"],
  uninstalled: ["✓", "good"],
  "rolled-back": ["↶", "warn"],
  failed: ["✗", "bad"],
  skipped: ["–", "warn"],
};

/** An owner that is done, or has not begun. */
function restingLine(state: RunState, owner: string, rows: Rows): string {
  const release = state.releases.get(owner);
  if (release !== undefined) {
    const [sign, tone] = SIGNS[release.outcome];
    return line(
      { sign, tone, name: owner, what: endText(release), time: ownTime(state, owner) },
      rows,
    );
  }
  if (!state.open.has(owner)) {
    const [sign, tone] = SIGNS[hookOutcome(state, owner)];
    return line({ sign, tone, name: owner, what: "", time: ownTime(state, owner) }, rows);
  }
  const waiting = rows.outlook.waiting.get(owner);
  const what = waiting === undefined ? "" : `waits for ${waitingText(waiting, rows)}`;
  return line({ sign: "○", tone: "quiet", name: owner, what, time: "" }, rows);
}

function endText(release: ReleaseState): string {
  const { outcome, revision, reason } = release;
  if (outcome === "skipped") return `skipped: ${skipReason(release)}`;
  if (reason !== undefined) return `${outcome}: ${reason}`;
  return revision > 0 ? `${outcome} revision ${revision}` : outcome;
}

function hookOutcome(state: RunState, owner: string): ReleaseOutcome {
  const statuses = state.owners.get(owner)!.map((id) => state.steps.get(id)!.status);
  if (statuses.includes("failed") || statuses.includes("aborted")) return "failed";
  return statuses.includes("skipped") ? "skipped" : "installed";
}

function ownTime(state: RunState, owner: string): string {
  const worked = state.owners.get(owner)!.some((id) => {
    const { started, info } = state.steps.get(id)!;
    return started !== undefined && info.kind !== "render";
  });
  return worked ? formatSeconds(ownerTime(state, owner)) : "";
}

function waitingText({ owners, pool }: Waiting, { pools }: Rows): string {
  if (owners.length > 0) {
    return owners.map((owner) =>
      owner === RUN ? "all to be checked" : cutMiddle(owner, WIDEST_NAME)
    )
      .join(", ");
  }
  if (pool === undefined) return "its turn";
  return pools[pool] === undefined
    ? `a place in ${pool}`
    : `one of ${pools[pool]} places in ${pool}`;
}

/** `○ 31 wait: 12 for db, 8 for a place in releases, …` */
function waitingCount(rows: Rows): string {
  const { outlook: { waiting, first }, frame } = rows;
  if (waiting.size === 0) return "";
  const reasons = new Map<string, number>();
  for (const { of, count } of first) {
    const key = waitingText(of, rows);
    reasons.set(key, (reasons.get(key) ?? 0) + count);
  }
  const most = [...reasons].toSorted(([, a], [, b]) => b - a).slice(0, 4);
  const text = most.map(([reason, n]) => `${n} for ${reason}`).join(", ");
  const more = reasons.size > most.length ? ", …" : "";
  return note(`○ ${waiting.size} wait: ${text}${more}`, frame);
}

/** `✓ 102 done: 100 installed, 2 unchanged` */
function doneCount(state: RunState, frame: Frame): string {
  if (state.releases.size === 0) return "";
  const text = [...state.outcomes].map(([outcome, n]) => `${n} ${outcome}`).join(", ");
  return note(`✓ ${state.releases.size} done: ${text}`, frame);
}

function note(text: string, frame: Frame): string {
  return paint(cut(oneLine(text), frame.columns - 1), "quiet", frame);
}

/** How much of the run is done, how long it has taken, and when it will end. */
function bar(state: RunState, frame: Frame, { left }: Outlook): string {
  const total = state.steps.size;
  const releases = `${state.releases.size}${state.total === undefined ? "" : `/${state.total}`}`;
  const done = `${state.ended}/${total}`;
  const parts = [
    `${done} steps`,
    ...(state.total === 1 ? [] : [`${releases} releases`]),
    formatSeconds(frame.now - state.started),
    ...(left === undefined || left < 1000 ? [] : [`about ${formatSeconds(left)} left`]),
  ];
  const fits = () => width(parts.join("  ")) <= frame.columns - 10;
  // What does not fit goes, the number of releases first, but never the time.
  while (parts.length > 2 && !fits()) parts.splice(1, 1);
  if (!fits()) parts.splice(0, 2, done, parts[1]!.replace("about ", "~").replace(" left", ""));
  const text = ` ${parts.join("  ")}`;
  const size = Math.max(0, Math.min(30, frame.columns - width(text) - 2));
  const filled = total === 0 ? 0 : Math.floor(size * state.ended / total);
  const drawn = `${paint("━".repeat(filled), "good", frame)}${
    paint("─".repeat(size - filled), "quiet", frame)
  }`;
  return `${drawn}${cut(text, Math.max(0, frame.columns - size - 1))}`;
}
