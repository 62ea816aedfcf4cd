/**
 * Helmfile's selectors, `tier=frontend,name!=proxy`.
 *
 * @module
 */
import type { ImportedRelease } from "./releases.ts";

/** Whether a release fits one of the selectors; all releases fit where there are none. */
export function isSelected(release: ImportedRelease, selectors: readonly string[]): boolean {
  if (selectors.length === 0) return true;
  const labels: Readonly<Record<string, string | undefined>> = {
    ...release.labels,
    name: release.name,
    namespace: release.namespace,
  };
  return selectors.some((selector) =>
    selector.split(",").every((term) => {
      const [, key = "", not, value = ""] = /^\s*([^=!\s]+)\s*(!)?=\s*(.*?)\s*$/.exec(term) ?? [];
      return (labels[key] === value) !== (not === "!");
    })
  );
}
