/**
 * The page of a run: one HTML file that asks no host for anything.
 *
 * @module
 */
import { escapeMarkup } from "../markup.ts";
import type { Timeline } from "../timeline.ts";
import dom from "./dom.js" with { type: "text" };
import style from "./page.css" with { type: "text" };
import model from "./model.js" with { type: "text" };
import page from "./page.js" with { type: "text" };
import tables from "./tables.js" with { type: "text" };

/** Options of {@linkcode reportPage}. */
export interface PageOptions {
  /** Where the page hears of what comes next, relative to it. @default it does not */
  readonly live?: string | undefined;
}

const KINDS = ["render", "crds", "hook", "apply", "ready", "delete", "record", "run", "rollback"];
const STATUSES = [
  ["", "all"],
  ["bad", "failed or undone"],
  ["installed", "installed"],
  ["upgraded", "upgraded"],
  ["unchanged", "unchanged"],
  ["uninstalled", "uninstalled"],
  ["skipped", "skipped"],
  ["running", "running"],
  ["waiting", "waiting"],
] as const;

/** The whole page. */
export function reportPage(timeline: Timeline, { live }: PageOptions = {}): string {
  const title = `${timeline.verb} ${timeline.stack}`.trim() || "run";
  const connect = live === undefined ? "'none'" : "'self'";
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; connect-src ${connect}">
<title>${escapeMarkup(title)} – Capstan</title>
<link rel="icon" href="data:,">
<style>
${style}</style>
</head>
<body${live === undefined ? "" : ` data-live="${escapeMarkup(live)}"`}>
<header>
<h1>${escapeMarkup(title)}</h1>
<dl class="facts" id="facts"></dl>
</header>
<main>
${TIMELINE}
${section("running", "At work", "")}
${section("failures", "Failures", "")}
${section("path", "Critical path", TABLES)}
${section("pools", "Limits", ' class="pools"')}
${section("waits", "Waiting", TABLES)}
${section("warnings", "Warnings", TABLES)}
<details id="releases"><summary>All releases and hooks as a table</summary><div class="tables" id="releases-body" tabindex="0" role="group" aria-label="All releases and hooks"></div></details>
</main>
<script type="application/json" id="timeline">${embedded(timeline)}</script>
<script>
"use strict";
${[dom, model, tables, page].map(joined).join("\n")}</script>
</body>
</html>
`;
}

/** A module as a part of one script. */
function joined(module: string): string {
  return module.replace(/^import [^;]*;\n+/gm, "").replace(/^export /gm, "");
}

const TIMELINE = `<section aria-labelledby="timeline-title">
<h2 id="timeline-title">Timeline</h2>
<form class="controls" onsubmit="return false">
<label>Filter <input id="filter" type="search" placeholder="name or namespace" autocomplete="off"></label>
<label>Outcome <select id="status">${
  STATUSES.map(([value, text]) => `<option value="${value}">${text}</option>`).join("")
}</select></label>
<label><input id="critical" type="checkbox"> only the critical path</label>
<span><button type="button" id="zoom-in" aria-label="Zoom in">+</button>
<button type="button" id="zoom-out" aria-label="Zoom out">−</button>
<button type="button" id="zoom-all">Whole run</button></span>
<button type="button" id="theme">Dark</button>
<span id="count" class="quiet" role="status"></span>
</form>
<ul class="legend">${
  KINDS.map((kind) => `<li><i class="kind-${kind}"></i>${kind}</li>`).join("")
}<li><i class="path"></i>critical path</li><li><i class="wait"></i>ready, but waiting</li></ul>
<div class="chart">
<div class="axis" id="axis" aria-hidden="true"></div>
<div class="scroll" id="scroll"><div class="rows" id="grid" role="grid" tabindex="0" aria-labelledby="timeline-title" aria-describedby="keys" aria-colcount="2"><div id="rows" role="rowgroup"></div></div></div>
</div>
<p class="quiet" id="keys">Keys: <kbd>↑</kbd> <kbd>↓</kbd> release, <kbd>←</kbd> <kbd>→</kbd> step, <kbd>Enter</kbd> details, <kbd>+</kbd> <kbd>-</kbd> <kbd>0</kbd> zoom, <kbd>f</kbd> fit the step, <kbd>/</kbd> filter. Drag on the axis to zoom; Ctrl and the wheel as well.</p>
<div class="details" id="details" role="status"></div>
</section>`;

/** Tables that are wider than a narrow screen are scrolled, with the keyboard as well. */
const TABLES = ' class="tables" tabindex="0" role="group" aria-label="Table"';

function section(id: string, title: string, attributes: string): string {
  return `<section id="${id}" aria-labelledby="${id}-title" hidden><h2 id="${id}-title">${title}</h2><div${attributes} id="${id}-body"></div></section>`;
}

/** JSON that cannot end the element that it is in. */
function embedded(timeline: Timeline): string {
  return JSON.stringify(timeline).replaceAll("<", "\\u003c");
}
