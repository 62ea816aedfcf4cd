/**
 * Drift for a terminal.
 *
 * @module
 */
import type { DriftedRelease } from "../../stack/drift.ts";
import { paint } from "../text.ts";
import type { Style } from "../text.ts";
import { objectLines } from "./text.ts";

/** Each release with objects that are not as they were applied, then one line that counts. */
export function driftText(releases: readonly DriftedRelease[], style: Style): string {
  const lines = releases.flatMap(({ id, revision, objects }) => {
    if (revision === 0) return [`${paint(id, "strong", style)}: not deployed`, ""];
    if (objects.length === 0) return [];
    return [
      `${paint(id, "strong", style)}: ${paint(`revision ${revision}`, "quiet", style)}`,
      ...objects.flatMap((object) => objectLines(object, style)),
      "",
    ];
  });
  const drifted = releases.filter(({ objects }) => objects.length > 0).length;
  const deployed = releases.filter(({ revision }) => revision > 0).length;
  return [
    ...lines,
    drifted === 0
      ? `${
        deployed === 1 ? "1 release is as it was" : `${deployed} releases are as they were`
      } deployed`
      : `${drifted} of ${deployed} ${
        deployed === 1 ? "release is not as it was" : "releases are not as they were"
      } deployed; ` +
        "`capstan up --check-drift` puts that back",
    "",
  ].join("\n");
}
