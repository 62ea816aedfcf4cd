/**
 * The end of a run: a table of its releases, the time it took, and what went wrong.
 *
 * @module
 */
import type { ReleaseOutcome } from "../events.ts";
import { ownerTime, stepTime } from "./state.ts";
import type { ReleaseState, RunState } from "./state.ts";
import { columns, cutMiddle, formatDuration, paint, printable, width, wrapped } from "./text.ts";
import type { Style, Tone } from "./text.ts";

const TONES: Readonly<Record<ReleaseOutcome, Tone>> = {
  installed: "good",
  upgraded: "good",
  unchanged: "quiet",
  uninstalled: "good",
  "rolled-back": "warn",
  failed: "bad",
  skipped: "warn",
};

/** The closing lines of a run: its table, and why what failed did. */
export function summary(state: RunState, style: Style): string[] {
  const lines = [...releaseTable(state, style), "", ...closing(state, style)];
  const failures = failureLines(state, style);
  return failures.length === 0 ? lines : [...lines, "", ...failures];
}

/** How the closing lines are to look. */
export interface TableStyle extends Style {
  /** What no line may be wider than. @default no limit */
  readonly columns?: number | undefined;
}

/** The table of a run's releases, and a sentence on how it went. */
export function closingTable(state: RunState, style: TableStyle): string[] {
  return [...releaseTable(state, style), "", ...closing(state, style), ...skips(state, style)];
}

/** Names that are listed of those that were skipped for one reason. */
const NAMED = 5;

/** Why releases were skipped, which no error tells: those of one reason together. */
function skips(state: RunState, style: TableStyle): string[] {
  const skipped = [...state.releases].filter(([, { outcome }]) => outcome === "skipped");
  const alike = Map.groupBy(skipped, ([, release]) => skipReason(release));
  return [...alike].flatMap(([reason, of]) => {
    const names = of.slice(0, NAMED).map(([owner]) => owner).join(", ");
    const more = of.length > NAMED ? ` and ${of.length - NAMED} more` : "";
    const [first, ...rest] = wrapped(`skipped ${names}${more}: ${reason}`, style.columns);
    return [`${paint("skipped", "warn", style)}${first!.slice("skipped".length)}`, ...rest];
  });
}

/** Why a release was skipped, below a word that says that it was. */
export function skipReason({ reason }: Pick<ReleaseState, "reason">): string {
  const text = printable(reason ?? "no reason given", { color: false });
  // That it was stopped or interrupted says it; the step of its own at which it was tells nothing.
  return text.replace(/^skipped (?:because of \S+: (?=stopped |interrupted$))?/, "").replace(
    /\s+/g,
    " ",
  );
}

/** Columns that a narrow terminal goes without, in this order; the outcome says what matters. */
const SPARED = ["HOOKS", "STATUS", "REVISION", "NAMESPACE", "DURATION"];

function releaseTable(state: RunState, style: TableStyle): string[] {
  const header = ["RELEASE", "NAMESPACE", "REVISION", "STATUS", "HOOKS", "DURATION", ""];
  const rows = [...state.owners.keys()].flatMap((owner) => {
    const release = state.releases.get(owner);
    if (release === undefined) return [];
    const { outcome } = release;
    return [[
      release.release,
      release.namespace,
      release.revision === 0 ? "-" : String(release.revision),
      release.status,
      String(release.hooks),
      formatDuration(ownerTime(state, owner)),
      paint(outcome, TONES[outcome], style),
    ]];
  });
  return fitted([header.map((cell) => paint(cell, "strong", style)), ...rows], header, style);
}

/** A table without as many columns as it takes to fit; then names are cut. */
function fitted(
  rows: readonly (readonly string[])[],
  header: readonly string[],
  { columns: most = Infinity }: TableStyle,
): string[] {
  const gone = new Set<number>();
  const lines = () => columns(rows.map((row) => row.filter((_, i) => !gone.has(i))));
  const over = () => Math.max(...lines().map(width)) - most;
  for (const name of SPARED) {
    if (over() <= 0) return lines();
    gone.add(header.indexOf(name));
  }
  const excess = over();
  if (excess <= 0) return lines();
  const room = Math.max(...rows.map(([name]) => width(name!))) - excess;
  const cutRows = rows.map((
    [name, ...rest],
    i,
  ) => [i === 0 ? name! : cutMiddle(name!, room), ...rest]);
  return columns(cutRows.map((row) => row.filter((_, i) => !gone.has(i))));
}

/** One sentence on how many releases did what, and how the time compares to doing it all in turn. */
function closing(state: RunState, style: TableStyle): string[] {
  const counts = new Map<ReleaseOutcome, number>();
  for (const { outcome } of state.releases.values()) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const what = [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(", ");
  const wall = formatDuration((state.finished ?? state.started) - state.started);
  const sum = formatDuration(stepTime(state));
  const nothing = counts.size === 1 && counts.has("unchanged") ? "; nothing changed" : "";
  const [head, tone] = endOf(state);
  const text = `${head}: ${
    what || "no releases"
  }${nothing} in ${wall} (steps one after another: ${sum})`;
  const [first, ...rest] = wrapped(text, style.columns);
  return [`${paint(head, tone, style)}${first!.slice(head.length)}`, ...rest];
}

/** How the run has ended, in a word: where nothing failed it was stopped by who had started it. */
function endOf(state: RunState): [word: string, tone: Tone] {
  if (state.ok) return ["done", "good"];
  const releases = [...state.releases.values()];
  const hasFailed =
    releases.some(({ outcome }) => outcome === "failed" || outcome === "rolled-back") ||
    [...state.steps.values()].some(({ status }) => status === "failed");
  const wasStopped = releases.some((one) =>
    one.outcome === "skipped" && skipReason(one) === "interrupted"
  );
  return wasStopped && !hasFailed ? ["interrupted", "warn"] : ["failed", "bad"];
}

function failureLines(state: RunState, style: Style): string[] {
  const lines: string[] = [];
  for (const [owner, release] of state.releases) {
    if (
      release.outcome !== "failed" && release.outcome !== "skipped" &&
      release.outcome !== "rolled-back"
    ) continue;
    lines.push(
      `${paint(release.outcome, TONES[release.outcome], style)} ${owner}: ${
        release.outcome === "skipped" ? skipReason(release) : release.reason ?? "no reason given"
      }`,
    );
  }
  for (const step of state.steps.values()) {
    if (step.info.kind !== "run" || step.status === "succeeded" || step.reason === undefined) {
      continue;
    }
    lines.push(
      `${
        paint(step.status, step.status === "failed" ? "bad" : "warn", style)
      } ${step.info.id}: ${step.reason}`,
    );
  }
  return lines;
}
