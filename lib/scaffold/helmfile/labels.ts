/**
 * Labels of a helmfile's releases: free texts to select by, where those of a stack get into Helm's records.
 *
 * @module
 */
import { SYSTEM_LABELS } from "../../release/storage.ts";
import { partsOf } from "./env_marks.ts";

/** Those that a record can have; the others are told. */
export function recordLabels(
  labels: Readonly<Record<string, string>>,
  leave: (what: string) => void,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).filter(([key, value]) => {
      const problem = SYSTEM_LABELS.includes(key)
        ? "Helm has labels of that name: choose another"
        : isLabelValue(value)
        ? undefined
        : `${JSON.stringify(value)} cannot be a label in Kubernetes`;
      if (problem !== undefined) leave(`label ${key}: ${problem}`);
      return problem === undefined;
    }),
  );
}

/** Whether a text can be a label's value, or will be what an environment variable says. */
function isLabelValue(text: string): boolean {
  return /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/.test(text) ||
    partsOf(text).some((part) => typeof part !== "string");
}
