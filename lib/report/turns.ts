/**
 * Turns that a run takes, in words: tries after a failure, and the way back.
 *
 * @module
 */
import type { RunEvent } from "../events.ts";
import { formatSeconds } from "./text.ts";

/** What is said of another try, or of a rollback of the whole run. */
export function turnText(event: RunEvent & { type: "retry" | "rollback-started" }): string {
  if (event.type === "rollback-started") {
    const { releases, evidence } = event;
    const count = releases.length === 1 ? "1 release" : `${releases.length} releases`;
    const saved = evidence === undefined ? "" : `; what is known of the failure is in ${evidence}`;
    return `${count}: ${releases.join(", ")}${saved}`;
  }
  const { owner, id = owner, attempt, attempts, pause, reason } = event;
  return `${id}: try ${attempt} of ${attempts} failed, next in ${formatSeconds(pause)}: ${reason}`;
}
