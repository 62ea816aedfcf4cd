// The page of a run: draws what model.js works out, and answers to mouse and keyboard.

import { $, element } from "./dom.js";
import {
  endOf,
  formatTime,
  isBad,
  LANE,
  lanesOf,
  rowAt,
  rowsOf,
  stepLabel,
  ticksOf,
  waitOf,
} from "./model.js";
import {
  showDetails,
  showFacts,
  showFailures,
  showPath,
  showPools,
  showReleases,
  showRunning,
  showWaits,
  showWarnings,
} from "./tables.js";

let timeline = JSON.parse(document.getElementById("timeline").textContent);
const view = {
  from: 0,
  to: 1,
  whole: true,
  text: "",
  status: "",
  critical: false,
  row: 0,
  bar: -1,
};
let layouts = [], rows = [], height = 0;
/** Rows drawn beyond the edges, so that scrolling shows no gap. */
const SPARE = 6;

function setTimeline(next) {
  timeline = next;
  layouts = timeline.owners.map((owner) => lanesOf(owner, timeline));
  if (view.whole) Object.assign(view, { from: 0, to: Math.max(1, timeline.length) });
  showFacts(timeline);
  showRunning(timeline);
  showPools(timeline);
  showPath(timeline);
  showWaits(timeline);
  showFailures(timeline);
  showWarnings(timeline);
  if ($("releases").open) showReleases(timeline);
  refresh();
}

/** After a change of the filter. */
function refresh() {
  ({ rows, height } = rowsOf(timeline, layouts, view));
  view.row = Math.min(view.row, Math.max(0, rows.length - 1));
  $("rows").style.height = `${Math.max(height, 1)}px`;
  $("grid").setAttribute("aria-rowcount", rows.length);
  $("count").textContent = `${rows.length} of ${timeline.owners.length} shown`;
  draw();
}

/** Rows that are drawn, by their place: scrolling makes only those that come into sight. */
const drawn = new Map();

/** Draws all anew. */
function draw() {
  drawn.clear();
  drawAxis();
  drawRows();
  const active = view.bar >= 0 ? "active-bar" : "active-row";
  if (document.getElementById(active) !== null) {
    $("grid").setAttribute("aria-activedescendant", active);
  } else $("grid").removeAttribute("aria-activedescendant");
}

function drawRows() {
  const scroll = $("scroll");
  const first = Math.max(0, rowAt(rows, scroll.scrollTop) - SPARE);
  const end = scroll.scrollTop + scroll.clientHeight;
  let last = first;
  while (last < rows.length && (rows[last].top < end || last < first + 2 * SPARE)) last++;
  for (const [i, row] of drawn) {
    if (i >= first && i < last) continue;
    row.remove();
    drawn.delete(i);
  }
  if (drawn.size === 0) $("rows").replaceChildren();
  let after = null;
  for (let i = last - 1; i >= first; i--) {
    if (!drawn.has(i)) {
      drawn.set(i, rowElement(i));
      $("rows").insertBefore(drawn.get(i), after);
    }
    after = drawn.get(i);
  }
}

function percent(at) {
  return (at - view.from) / (view.to - view.from) * 100;
}

function drawAxis() {
  const marks = ticksOf(view.from, view.to, $("axis").clientWidth / 90).map((at) => {
    const mark = element("span", {}, formatTime(at));
    mark.style.left = `${percent(at)}%`;
    return mark;
  });
  $("axis").replaceChildren(...marks);
}

function rowElement(i) {
  const { owner: at, outcome, top, height } = rows[i];
  const owner = timeline.owners[at];
  const active = i === view.row;
  const name = element("div", { class: "name", role: "rowheader", title: owner.name }, owner.name);
  if (isBad(outcome)) name.classList.add("bad");
  const lanes = element("div", { class: "lanes", role: "gridcell", "aria-label": outcome });
  const { bars } = layouts[at];
  bars.forEach(({ step, lane }, n) =>
    lanes.append(...barElements(step, lane, active && n === view.bar))
  );
  const row = element("div", {
    class: `row${active ? " active" : ""}`,
    role: "row",
    "aria-rowindex": i + 1,
  });
  if (active) row.id = "active-row";
  row.dataset.row = i;
  row.style.top = `${top}px`;
  row.style.height = `${height}px`;
  row.append(name, lanes);
  return row;
}

function barElements(at, lane, active) {
  const step = timeline.steps[at];
  const from = percent(step.started), to = percent(endOf(step, timeline));
  if (to < 0 || from > 100) return [];
  const made = [];
  const y = lane * LANE + 4;
  const waited = waitOf(step);
  if (waited > (view.to - view.from) / 200) {
    const wait = element("i", { class: "wait" });
    wait.style.cssText = `left:${percent(step.ready)}%;width:${from - percent(step.ready)}%;top:${
      y + 6
    }px`;
    made.push(wait);
  }
  const label = stepLabel(step, timeline);
  const bar = element("button", {
    class: `bar kind-${step.kind} ${step.status}${step.critical ? " critical" : ""}${
      active ? " active" : ""
    }`,
    type: "button",
    tabindex: "-1",
    title: label,
    "aria-label": label,
  });
  if (active) bar.id = "active-bar";
  bar.dataset.step = at;
  bar.style.cssText = `left:${from}%;width:${Math.max(0, to - from)}%;top:${y}px`;
  made.push(bar);
  return made;
}

function zoom(factor, around = (view.from + view.to) / 2) {
  const length = Math.min(Math.max((view.to - view.from) * factor, 5), timeline.length || 1);
  const share = (around - view.from) / (view.to - view.from);
  show(around - share * length, around - share * length + length);
}

/** Shows a part of the time, moved into the run's. */
function show(from, to) {
  const length = Math.min(to - from, Math.max(1, timeline.length));
  view.from = Math.max(0, Math.min(from, timeline.length - length));
  view.to = view.from + length;
  view.whole = length >= timeline.length;
  draw();
}

function select(row, bar, { open = false } = {}) {
  view.row = Math.max(0, Math.min(rows.length - 1, row));
  const bars = rows.length === 0 ? [] : layouts[rows[view.row].owner].bars;
  view.bar = Math.max(-1, Math.min(bars.length - 1, bar));
  const at = rows[view.row], scroll = $("scroll");
  if (at !== undefined) {
    if (at.top < scroll.scrollTop) scroll.scrollTop = at.top;
    else if (at.top + at.height > scroll.scrollTop + scroll.clientHeight) {
      scroll.scrollTop = at.top + at.height - scroll.clientHeight;
    }
  }
  const step = timeline.steps[bars[view.bar]?.step];
  if (
    step?.started !== undefined && (step.started > view.to || endOf(step, timeline) < view.from)
  ) {
    const half = (view.to - view.from) / 2;
    show(step.started - half, step.started + half);
  } else draw();
  if (open) showDetails(bars[view.bar]?.step, timeline);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const bars = rows.length === 0 ? [] : layouts[rows[view.row].owner].bars;
  const step = timeline.steps[bars[view.bar]?.step];
  const page = Math.max(1, Math.floor($("scroll").clientHeight / 24));
  const acts = {
    ArrowDown: () => select(view.row + 1, view.bar < 0 ? -1 : 0),
    ArrowUp: () => select(view.row - 1, view.bar < 0 ? -1 : 0),
    ArrowRight: () => select(view.row, view.bar + 1),
    ArrowLeft: () => select(view.row, view.bar - 1),
    PageDown: () => select(view.row + page, -1),
    PageUp: () => select(view.row - page, -1),
    Home: () => select(0, -1),
    End: () => select(rows.length - 1, -1),
    Enter: () => select(view.row, view.bar, { open: true }),
    "+": () => zoom(0.5, step?.started),
    "-": () => zoom(2, step?.started),
    "0": () => show(0, timeline.length),
    f: () => step && show(step.started - 1, endOf(step, timeline) + 1),
    "/": () => $("filter").focus(),
    Escape: () => showDetails(undefined, timeline),
  };
  const act = Object.hasOwn(acts, event.key) ? acts[event.key] : undefined;
  if (act === undefined) return;
  event.preventDefault();
  act();
}

function onBarClick(event) {
  const bar = event.target.closest("[data-step]");
  const row = event.target.closest("[data-row]");
  if (row === null) return;
  const i = Number(row.dataset.row);
  const at = bar === null
    ? -1
    : layouts[rows[i].owner].bars.findIndex(({ step }) => step === Number(bar.dataset.step));
  select(i, at, { open: true });
}

/** A range that is drawn on the axis is shown. */
function onAxisDown(event) {
  const axis = $("axis"), box = axis.getBoundingClientRect();
  const at = (x) => Math.max(0, Math.min(1, (x - box.left) / box.width));
  const start = at(event.clientX), range = element("span", { class: "range" });
  axis.setPointerCapture(event.pointerId);
  axis.append(range);
  const move = ({ clientX }) => {
    const end = at(clientX);
    range.style.left = `${Math.min(start, end) * 100}%`;
    range.style.width = `${Math.abs(end - start) * 100}%`;
  };
  const up = ({ clientX }) => {
    axis.removeEventListener("pointermove", move);
    range.remove();
    const end = at(clientX), length = view.to - view.from, from = view.from;
    if (Math.abs(end - start) > 0.005) {
      show(from + Math.min(start, end) * length, from + Math.max(start, end) * length);
    }
  };
  axis.addEventListener("pointermove", move);
  axis.addEventListener("pointerup", up, { once: true });
}

function onWheel(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const box = $("axis").getBoundingClientRect();
  const share = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  zoom(event.deltaY > 0 ? 1.25 : 0.8, view.from + share * (view.to - view.from));
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  $("theme").textContent = theme === "dark" ? "Light" : "Dark";
}

function listen() {
  $("filter").addEventListener("input", ({ target }) => {
    view.text = target.value;
    refresh();
  });
  $("status").addEventListener("change", ({ target }) => {
    view.status = target.value;
    refresh();
  });
  $("critical").addEventListener("change", ({ target }) => {
    view.critical = target.checked;
    refresh();
  });
  $("zoom-in").addEventListener("click", () => zoom(0.5));
  $("zoom-out").addEventListener("click", () => zoom(2));
  $("zoom-all").addEventListener("click", () => show(0, timeline.length));
  $("theme").addEventListener(
    "click",
    () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"),
  );
  $("scroll").addEventListener("scroll", drawRows, { passive: true });
  $("grid").addEventListener("keydown", onKey);
  $("grid").addEventListener("focus", draw);
  $("rows").addEventListener("click", onBarClick);
  $("axis").addEventListener("pointerdown", onAxisDown);
  $("scroll").addEventListener("wheel", onWheel, { passive: false });
  $("releases").addEventListener("toggle", () => $("releases").open && showReleases(timeline));
  globalThis.addEventListener("resize", draw);
}

/** While the run goes on, the server sends the timeline anew from time to time. */
function follow(address) {
  const source = new EventSource(address);
  source.addEventListener("timeline", ({ data }) => setTimeline(JSON.parse(data)));
  source.addEventListener("end", () => source.close());
}

const dark = globalThis.matchMedia("(prefers-color-scheme: dark)");
setTheme(dark.matches ? "dark" : "light");
dark.addEventListener("change", ({ matches }) => setTheme(matches ? "dark" : "light"));
listen();
setTimeline(timeline);
if (document.body.dataset.live) follow(document.body.dataset.live);
