/**
 * Turns that a run takes, in words: its start, tries after a failure, and the way back.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { formatSeconds } from "./text.ts";

/** What is said of another try, or of a rollback of the whole run. */
export function turnText(event: RunEvent & { type: "retry" | "rollback-started" }): string {
  if (event.type === "rollback-started") {
    const { releases, evidence } = event;
    const count = countOf(releases.length);
    const saved = evidence === undefined ? "" : `; what is known of the failure is in ${evidence}`;
    return `${count}: ${releases.join(", ")}${saved}`;
  }
  const { owner, id = owner, attempt, attempts, pause, reason } = event;
  return `${id}: try ${attempt} of ${attempts} failed, next in ${formatSeconds(pause)}: ${reason}`;
}

/** What is said when a run begins: `up shop: 14 releases`. */
export function startText({ verb, stack, releases }: RunEvent & { type: "run-started" }): string {
  return `${verb} ${stack}: ${countOf(releases)}`;
}

function countOf(releases: number): string {
  return releases === 1 ? "1 release" : `${releases} releases`;
}
