/**
 * What linting finds.
 *
 * @module
 */

/** How bad a finding is: `error` keeps a chart from being installed. */
export type LintSeverity = "info" | "warning" | "error";

/** A finding, in Helm's words. */
export interface LintMessage {
  /** How bad it is. */
  readonly severity: LintSeverity;
  /** The file in the chart, or the chart's own folder. */
  readonly path: string;
  /** What was found. */
  readonly text: string;
}

/** Adds a finding; an `undefined` text is none. Returns whether there was none. */
export type Report = (severity: LintSeverity, path: string, text: string | undefined) => boolean;

/** A finding as Helm prints it. */
export function formatLintMessage({ severity, path, text }: LintMessage): string {
  return `[${severity.toUpperCase()}] ${path}: ${text}`;
}
