// The parts of the page that are text and tables.

import { $, element } from "./dom.js";
import { endOf, formatTime, outcomeOf, stepLabel, waitOf, waitReasons } from "./model.js";

function cells(kind, texts, numbers = []) {
  return element(
    "tr",
    {},
    ...texts.map((text, i) => {
      const attributes = numbers.includes(i) ? { class: "number" } : {};
      if (kind === "th") attributes.scope = "col";
      return element(kind, attributes, text);
    }),
  );
}

function tableOf(caption, header, lines, numbers) {
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element("thead", {}, cells("th", header, numbers)),
    element("tbody", {}, ...lines.map((line) => cells("td", line, numbers))),
  );
}

/** Shows a section, or hides it where there is nothing to say. */
function fill(id, ...children) {
  $(id).hidden = children.length === 0;
  $(`${id}-body`).replaceChildren(...children);
}

export function showFacts(timeline) {
  const { ok, steps, owners, verb, length } = timeline;
  const state = ok === undefined ? "running or cut off" : ok ? "succeeded" : "failed";
  const releases = owners.filter(({ outcome }) => outcome !== undefined);
  const counts = new Map();
  for (const { outcome } of releases) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const work = steps.reduce(
    (sum, step) => step.started === undefined ? sum : sum + endOf(step, timeline) - step.started,
    0,
  );
  const path = steps.filter(({ critical }) => critical)
    .reduce((sum, step) => sum + endOf(step, timeline) - step.started, 0);
  const facts = [
    ["run", `${verb}, ${state}`, ok ? "good" : ok === false ? "bad" : "warn"],
    ["started", new Date(timeline.started).toLocaleString()],
    ["took", formatTime(length)],
    [
      "releases",
      [...counts].map(([outcome, n]) => `${n} ${outcome}`).join(", ") || "none finished",
    ],
    [
      "steps",
      `${steps.filter(({ finished }) => finished !== undefined).length} of ${steps.length}`,
    ],
    ["one after another", formatTime(work)],
    ["critical path", formatTime(path)],
  ];
  $("facts").replaceChildren(
    ...facts.map(([name, text, tone]) =>
      element("div", {}, element("dt", {}, name), element("dd", tone ? { class: tone } : {}, text))
    ),
  );
}

export function showPools(timeline) {
  const shown = timeline.pools.filter(({ most, taken }) => most > 0 && taken.length > 0).slice(
    0,
    12,
  );
  fill(
    "pools",
    ...shown.map((pool) => {
      const { pool: name, limit, taken, most, full } = pool;
      const top = Math.max(limit ?? 0, most, 1), length = Math.max(1, timeline.length);
      const y = (places) => 100 - places / top * 100;
      let path = "M0 100", last = 0;
      for (const [at, places] of taken) {
        const x = at / length * 1000;
        path += `L${x} ${y(last)}L${x} ${y(places)}`;
        last = places;
      }
      path += `L1000 ${y(last)}L1000 100Z`;
      const text = `${name}: at most ${most}${limit === undefined ? "" : ` of ${limit}`} at once${
        full > 0 ? `, full for ${formatTime(full)}` : ""
      }`;
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "0 0 1000 100");
      svg.setAttribute("preserveAspectRatio", "none");
      svg.setAttribute("aria-hidden", "true");
      const area = document.createElementNS(svg.namespaceURI, "path");
      area.setAttribute("d", path);
      svg.append(area);
      if (limit !== undefined) {
        const line = document.createElementNS(svg.namespaceURI, "line");
        for (
          const [key, value] of Object.entries({ x1: 0, x2: 1000, y1: y(limit), y2: y(limit) })
        ) {
          line.setAttribute(key, value);
        }
        svg.append(line);
      }
      return element("figure", {}, svg, element("figcaption", {}, text));
    }),
  );
}

/** Longest list in one table. */
const MOST = 200;

export function showPath(timeline) {
  const path = timeline.steps.filter(({ critical }) => critical)
    .sort((a, b) => a.started - b.started);
  if (path.length === 0) return fill("path");
  const lines = path.slice(-MOST).map((step) => [
    formatTime(step.started),
    timeline.owners[step.owner].name,
    step.title,
    formatTime(endOf(step, timeline) - step.started),
    waitOf(step) > 5
      ? `${formatTime(waitOf(step))}${step.pool ? ` for a place in ${step.pool}` : ""}`
      : "",
  ]);
  fill(
    "path",
    tableOf(
      "The steps that made the run as long as it was, each begun when the one before it ended",
      ["from", "release", "step", "took", "waited"],
      lines,
      [0, 3],
    ),
  );
}

export function showWaits(timeline) {
  const waits = timeline.steps.filter((step) => waitOf(step) > 5)
    .sort((a, b) => waitOf(b) - waitOf(a)).slice(0, 20);
  if (waits.length === 0) return fill("waits");
  fill(
    "waits",
    tableOf(
      "The longest waits of steps that could have started",
      ["release", "step", "waited", "for"],
      waits.map((step) => [
        timeline.owners[step.owner].name,
        step.title,
        formatTime(waitOf(step)),
        step.pool === undefined ? "its turn" : `a place in ${step.pool}`,
      ]),
      [2],
    ),
  );
}

/** A block of text that can be scrolled with the keyboard. */
function textBlock(text, label) {
  return element("pre", { tabindex: "0", role: "group", "aria-label": label }, text);
}

function stepParts(step, timeline) {
  const parts = [];
  const name = `${timeline.owners[step.owner].name} ${step.title}`;
  if (step.reason !== undefined) parts.push(textBlock(step.reason, `Reason of ${name}`));
  if (step.progress !== undefined) {
    const lines = step.progress.map(([at, message]) =>
      `${formatTime(at).padStart(10)}  ${message}`
    );
    parts.push(
      element("p", { class: "quiet" }, "What it waited for"),
      textBlock(lines.join("\n"), `Events of ${name}`),
    );
  }
  if (step.details !== undefined) {
    parts.push(
      element("p", { class: "quiet" }, "What there was to see in the cluster"),
      textBlock(step.details, `Details of ${name}`),
    );
  }
  if (step.tail !== undefined) {
    parts.push(
      element("p", { class: "quiet" }, "Last lines so far"),
      textBlock(step.tail.join("\n"), `Last lines of ${name}`),
    );
  }
  if (step.log !== undefined) {
    parts.push(
      element("p", { class: "quiet" }, "Log"),
      textBlock(step.log.join("\n"), `Log of ${name}`),
    );
  }
  return parts;
}

/** Steps at work that have something to say, as far as the run is known. */
export function showRunning(timeline) {
  const running = timeline.steps.filter(({ status, tail, progress }) =>
    status === "running" && (tail !== undefined || progress !== undefined)
  );
  fill(
    "running",
    ...running.slice(0, 40).map((step) => {
      const name = `${timeline.owners[step.owner].name}: ${step.title}`;
      const said = step.progress?.at(-1)?.[1];
      return element(
        "article",
        {},
        element("h3", {}, name),
        ...(said === undefined ? [] : [element("p", {}, said)]),
        ...(step.tail === undefined
          ? []
          : [textBlock(step.tail.join("\n"), `Last lines of ${name}`)]),
      );
    }),
    ...(running.length > 40 ? [element("p", {}, `… and ${running.length - 40} more`)] : []),
  );
}

export function showFailures(timeline) {
  const failed = timeline.steps.filter(({ status, kind }) =>
    status === "failed" && kind !== "record"
  );
  const owners = new Set(failed.map(({ owner }) => owner));
  const others = timeline.owners.filter(({ outcome }, i) =>
    (outcome === "failed" || outcome === "rolled-back") && !owners.has(i)
  );
  fill(
    "failures",
    ...failed.slice(0, MOST).map((step) =>
      element(
        "article",
        {},
        element("h3", { class: "bad" }, `${timeline.owners[step.owner].name}: ${step.title}`),
        ...stepParts(step, timeline),
      )
    ),
    ...others.slice(0, MOST).map((owner) =>
      element(
        "article",
        {},
        element("h3", { class: "bad" }, owner.name),
        textBlock(owner.reason ?? owner.outcome, `Reason of ${owner.name}`),
      )
    ),
    ...(failed.length + others.length > 2 * MOST ? [element("p", {}, "… and more")] : []),
  );
}

export function showWarnings(timeline) {
  const { warnings } = timeline;
  fill(
    "warnings",
    ...(warnings.length === 0 ? [] : [tableOf(
      "What was not as it should be and stopped nothing",
      ["at", "about", "warning"],
      warnings.slice(0, MOST).map((
        { at, owner, message },
      ) => [formatTime(at), owner ?? "", message]),
      [0],
    )]),
  );
}

export function showReleases(timeline) {
  $("releases-body").replaceChildren(tableOf(
    "Every release and hook",
    ["name", "namespace", "outcome", "revision", "from", "took", "why"],
    timeline.owners.map((owner) => {
      const ran = owner.steps.map((i) => timeline.steps[i]).filter(({ started, kind }) =>
        started !== undefined && kind !== "render"
      );
      const from = Math.min(...ran.map(({ started }) => started));
      const to = Math.max(...ran.map((step) => endOf(step, timeline)));
      return [
        owner.name,
        owner.namespace ?? "",
        outcomeOf(owner, timeline),
        owner.revision ? String(owner.revision) : "",
        ran.length === 0 ? "" : formatTime(from),
        ran.length === 0 ? "" : formatTime(to - from),
        owner.reason ?? "",
      ];
    }),
    [3, 4, 5],
  ));
}

export function showDetails(at, timeline) {
  const step = timeline.steps[at];
  if (step === undefined) return $("details").replaceChildren();
  const reasons = waitReasons(step, timeline);
  $("details").replaceChildren(
    element("h3", {}, `${timeline.owners[step.owner].name}: ${step.title}`),
    element("p", {}, stepLabel(step, timeline)),
    ...(reasons.length === 0
      ? []
      : [element("p", {}, `Waited for ${reasons.join(", then for ")}`)]),
    ...stepParts(step, timeline),
  );
}
