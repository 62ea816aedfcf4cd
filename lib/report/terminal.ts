/**
 * A run on a terminal, as lines: one per release or stack hook that is at work, and a bar.
 *
 * @module
 */
import type { RunState, StepState } from "./state.ts";
import { cut, formatDuration, pad, paint, width } from "./text.ts";
import type { Style } from "./text.ts";

/** What the picture must fit into. */
export interface Frame extends Style {
  readonly columns: number;
  readonly rows: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The lines of one picture; none is wider than the frame, and there are at most as many as it has rows. */
export function renderFrame(state: RunState, frame: Frame): string[] {
  const busy = [...state.owners].flatMap(([owner, ids]) => {
    const running = ids.map((id) => state.steps.get(id)!).filter(({ status }) =>
      status === "running"
    );
    return running.length === 0 ? [] : [{ owner, running }];
  });
  const room = Math.max(1, frame.rows - 3);
  const shown = busy.slice(0, busy.length > room ? room - 1 : room);
  const longest = Math.max(0, ...shown.map(({ owner }) => width(owner)));
  const names = Math.min(28, Math.floor(frame.columns / 3), longest);
  const lines = shown.map(({ owner, running }) => workLine(owner, running, names, frame));
  if (shown.length < busy.length) {
    lines.push(
      paint(
        cut(`  … and ${busy.length - shown.length} more at work`, frame.columns),
        "quiet",
        frame,
      ),
    );
  }
  return [...lines, bar(state, frame)];
}

function workLine(
  owner: string,
  running: readonly StepState[],
  names: number,
  frame: Frame,
): string {
  const first = running[0]!;
  const more = running.length > 1 ? ` (+${running.length - 1})` : "";
  const waits = first.progress === undefined ? "" : `: ${first.progress}`;
  const time = formatDuration(frame.now - Math.min(...running.map(({ started }) => started!)));
  // One column stays free: some terminals wrap as soon as the last is written.
  const left = Math.max(0, frame.columns - names - width(time) - 6);
  const what = pad(cut(`${first.info.title}${more}${waits}`, left), left);
  const name = pad(cut(owner, names), names);
  return `${paint("●", "busy", frame)} ${paint(name, "strong", frame)}  ${what} ${
    paint(time, "quiet", frame)
  }`;
}

function bar(state: RunState, frame: Frame): string {
  let done = 0;
  for (const { status } of state.steps.values()) {
    if (status !== "waiting" && status !== "running") done++;
  }
  const total = state.steps.size;
  const text = ` ${done}/${total} steps  ${state.releases.size} releases done  ${
    formatDuration(frame.now - state.started)
  }`;
  const size = Math.max(0, Math.min(30, frame.columns - width(text) - 2));
  const filled = total === 0 ? 0 : Math.round(size * done / total);
  return cut(`${"━".repeat(filled)}${"─".repeat(size - filled)}${text}`, frame.columns);
}
