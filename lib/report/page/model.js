// What the page works out from a timeline: rows, lanes, texts. Nothing here touches the document.

/** `0.34 s`, `12.3 s`, `4 min 05 s` */
export function formatTime(ms) {
  if (ms === undefined || Number.isNaN(ms)) return "–";
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (n) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

/** The end of a step, or the end of what is known of it. */
export function endOf(step, timeline) {
  return step.finished ?? timeline.length;
}

/** Milliseconds that a step was ready and had not started. */
export function waitOf(step) {
  return step.ready === undefined || step.started === undefined
    ? 0
    : Math.max(0, step.started - step.ready);
}

/** How an owner ended: of a release its outcome, of a hook the status of its step. */
export function outcomeOf(owner, timeline) {
  if (owner.outcome !== undefined) return owner.outcome;
  const statuses = owner.steps.map((i) => timeline.steps[i].status);
  for (const status of ["failed", "aborted", "running", "waiting", "skipped"]) {
    if (statuses.includes(status)) return status;
  }
  return "succeeded";
}

export function isBad(outcome) {
  return outcome === "failed" || outcome === "aborted" || outcome === "rolled-back";
}

/** Steps that overlap go into lanes of their own. Each has its step's place and its lane. */
export function lanesOf(owner, timeline) {
  const ran = owner.steps.filter((i) => timeline.steps[i].started !== undefined)
    .sort((a, b) => timeline.steps[a].started - timeline.steps[b].started);
  const ends = [];
  const bars = ran.map((i) => {
    const step = timeline.steps[i];
    let lane = ends.findIndex((end) => end <= step.started);
    if (lane < 0) lane = ends.length;
    ends[lane] = endOf(step, timeline);
    return { step: i, lane };
  });
  return { bars, lanes: Math.max(1, ends.length) };
}

export const LANE = 18;

/** The rows that a filter leaves, each with its place from the top. */
export function rowsOf(timeline, layouts, { text, status, critical }) {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rows = [];
  let top = 0;
  timeline.owners.forEach((owner, at) => {
    const name = `${owner.name} ${owner.namespace ?? ""}`.toLowerCase();
    if (!words.every((word) => name.includes(word))) return;
    const outcome = outcomeOf(owner, timeline);
    if (status === "bad" ? !isBad(outcome) : status !== "" && status !== outcome) return;
    if (critical && !owner.steps.some((i) => timeline.steps[i].critical)) return;
    const height = layouts[at].lanes * LANE + 4;
    rows.push({ owner: at, outcome, top, height });
    top += height + 1;
  });
  return { rows, height: top };
}

/** The first row that reaches below `y`. */
export function rowAt(rows, y) {
  let low = 0, high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].top + rows[middle].height < y) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Round distances for the marks of an axis. */
export function ticksOf(from, to, count) {
  const least = (to - from) / Math.max(1, count);
  const steps = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1e3,
    2e3,
    5e3,
    1e4,
    2e4,
    3e4,
    6e4,
    12e4,
    3e5,
    6e5,
    18e5,
    36e5,
  ];
  const distance = steps.find((step) => step >= least) ?? Math.ceil(least / 36e5) * 36e5;
  const ticks = [];
  for (let at = Math.ceil(from / distance) * distance; at <= to; at += distance) ticks.push(at);
  return ticks;
}

/** What is said of a step in one line. */
export function stepLabel(step, timeline) {
  const took = step.started === undefined
    ? ""
    : `, ${formatTime(endOf(step, timeline) - step.started)}`;
  const from = step.started === undefined ? "" : `, from ${formatTime(step.started)}`;
  const wait = waitOf(step) > 5 ? `, waited ${formatTime(waitOf(step))}` : "";
  const path = step.critical ? ", on the critical path" : "";
  return `${step.title}: ${step.status}${took}${from}${wait}${path}`;
}

/** What an owner's first step waited for, step by step: the owners before it and the limits. */
export function waitReasons(step, timeline) {
  const reasons = [];
  const last = step.needs.map((i) => timeline.steps[i]).filter((one) => one.finished !== undefined)
    .sort((a, b) => b.finished - a.finished)[0];
  if (last !== undefined && last.owner !== step.owner) {
    reasons.push(`${timeline.owners[last.owner].name} (until ${formatTime(last.finished)})`);
  }
  if (step.pool !== undefined) {
    reasons.push(`a place in ${step.pool} (${formatTime(waitOf(step))})`);
  }
  return reasons;
}
