/**
 * A run as plain lines, for pipes, logs and CI.
 *
 * @module
 */
import type { RunEvent, StepInfo } from "../events.ts";
import { formatDuration, paint, printable } from "./text.ts";
import type { Style } from "./text.ts";
import type { RunState } from "./state.ts";
import { skipReason } from "./summary.ts";
import { startText, turnText } from "./turns.ts";

/**
 * The line for one event, or nothing where it is not worth one. `state` is the run after the event.
 */
export function eventLine(event: RunEvent, state: RunState, style: Style): string | undefined {
  const at = formatDuration(event.at - state.started).padStart(7);
  const body = eventText(event, state, style);
  return body === undefined ? undefined : `${paint(at, "quiet", style)}  ${body}`;
}

/** As wide as the time before a line. */
const INDENT = " ".repeat(9);

/** Every line of what was logged says whose it is. */
function logLines(owner: string, text: string, style: Style): string {
  const [first, ...more] = printable(text, style).replace(/\n+$/, "").split("\n");
  return [`${owner} | ${first}`, ...more.map((line) => `${INDENT}${owner} | ${line}`)]
    .join("\n");
}

function eventText(event: RunEvent, state: RunState, style: Style): string | undefined {
  switch (event.type) {
    case "run-started":
      return startText(event);
    case "step-log":
      return logLines(state.steps.get(event.id)?.info.owner ?? event.id, event.line, style);
    case "step-finished":
      return stepText(event, state, style);
    case "release-finished":
      return event.outcome === "failed" || event.outcome === "skipped"
        ? `${paint(event.outcome, "bad", style)} ${event.owner}: ${
          event.outcome === "failed" ? said(event.reason) : skipReason(event)
        }`
        : `${paint(event.outcome, "good", style)} ${event.owner}${
          event.revision > 0 ? ` revision ${event.revision}` : ""
        }`;
    case "warning":
      return `${paint("warning", "warn", style)} ${
        event.owner === undefined ? "" : `${event.owner}: `
      }${said(event.message)}`;
    case "retry":
    case "rollback-started":
      return `${paint(event.type === "retry" ? "retry" : "rollback", "warn", style)} ${
        said(turnText(event))
      }`;
    case "step-planned":
    case "step-started":
    case "step-progress":
    case "step-tail":
    case "run-finished":
      return undefined;
  }
}

/** Hooks and stack hooks are worth a line each; the other steps show in their release's. */
function stepText(
  event: RunEvent & { type: "step-finished" },
  state: RunState,
  style: Style,
): string | undefined {
  const step = state.steps.get(event.id);
  if (step === undefined || (step.info.kind !== "hook" && step.info.kind !== "run")) {
    return undefined;
  }
  if (event.status === "skipped") return undefined;
  const took = step.started === undefined ? "" : ` in ${formatDuration(event.at - step.started)}`;
  const text = `${step.info.owner} ${step.info.title}`;
  return event.status === "succeeded"
    ? `${text}${took}`
    : `${paint(event.status, "bad", style)} ${text}: ${said(reasonOf(event, step.info))}`;
}

/** Why a step failed; a stack hook's error begins with its name, which begins the line as well. */
function reasonOf({ reason = "" }: RunEvent & { type: "step-finished" }, info: StepInfo): string {
  const name = `${info.title} ${info.owner.slice(info.owner.lastIndexOf("/") + 1)}: `;
  return reason.startsWith(name) ? reason.slice(name.length) : reason;
}

/** Words of others among ours; lines after the first stand below it. */
function said(text = ""): string {
  return printable(text, { color: false }).trimEnd().replaceAll("\n", `\n${INDENT}`);
}
