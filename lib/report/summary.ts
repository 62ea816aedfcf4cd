/**
 * The end of a run: a table of its releases, the time it took, and what went wrong.
 *
 * @module
 */
import type { ReleaseOutcome } from "../events.ts";
import { ownerTime, stepTime } from "./state.ts";
import type { RunState } from "./state.ts";
import { columns, formatDuration, paint } from "./text.ts";
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
  const lines = closingTable(state, style);
  const failures = failureLines(state, style);
  return failures.length === 0 ? lines : [...lines, "", ...failures];
}

/** The table of a run's releases, and a sentence on how it went. */
export function closingTable(state: RunState, style: Style): string[] {
  return [...releaseTable(state, style), "", closing(state, style)];
}

function releaseTable(state: RunState, style: Style): string[] {
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
  return columns([header.map((cell) => paint(cell, "strong", style)), ...rows]);
}

/** One sentence on how many releases did what, and how the time compares to doing it all in turn. */
function closing(state: RunState, style: Style): string {
  const counts = new Map<ReleaseOutcome, number>();
  for (const { outcome } of state.releases.values()) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  }
  const what = [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(", ");
  const wall = formatDuration((state.finished ?? state.started) - state.started);
  const sum = formatDuration(stepTime(state));
  const nothing = counts.size === 1 && counts.has("unchanged") ? "; nothing changed" : "";
  const head = state.ok ? paint("done", "good", style) : paint("failed", "bad", style);
  return `${head}: ${what || "no releases"}${nothing} in ${wall} (steps one after another: ${sum})`;
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
        release.reason ?? "no reason given"
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
