/**
 * Checks the limits of a stack and what its nodes take of them.
 *
 * @module
 */
import { show } from "./show.ts";

type Report = (code: string, message: string, hint?: string) => void;

/** Reports what is wrong with a stack's `limits`. */
export function checkStackLimits(limits: unknown, report: Report): void {
  if (limits === undefined) return;
  if (typeof limits !== "object" || limits === null) {
    return report("limits", `bad limits of the stack: ${show(limits)}`, "use { perNamespace: 4 }");
  }
  for (const [name, value] of Object.entries(limits)) {
    if (name === "perCluster" || name === "perNamespace") {
      checkCount(value, `limits.${name}`, report);
    } else if (name === "hookEvents" || name === "mutexes") {
      const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
      for (const [key, limit] of entries) checkCount(limit, `limits.${name}.${key}`, report);
    } else {
      report(
        "option",
        `limits of the stack have an unknown option \`${name}\``,
        "there are perCluster, perNamespace, hookEvents and mutexes",
      );
    }
  }
}

/** Reports what is wrong with the `slots` and `mutex` of a release or hook. */
export function checkShares(node: object, what: string, report: Report): void {
  const { slots, mutex } = node as { readonly slots?: unknown; readonly mutex?: unknown };
  if (slots !== undefined) checkCount(slots, `slots of ${what}`, report);
  const names = mutex === undefined ? [] : Array.isArray(mutex) ? mutex : [mutex];
  if (names.every((name) => typeof name === "string" && name !== "")) return;
  report("mutex", `bad mutex of ${what}: ${show(mutex)}`, "use a name or a list of names");
}

function checkCount(value: unknown, what: string, report: Report): void {
  if (value === undefined || (Number.isInteger(value) && (value as number) > 0)) return;
  report("limits", `bad ${what}: ${show(value)}`, "use an integer from 1");
}
