/**
 * Names made of paths.
 *
 * @module
 */

/** The last part of a path, made fit for a name. */
export function labelOf(path: string): string {
  const base = path.split(/[/\\]/).at(-1) ?? "";
  const label = base.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "");
  return label.slice(0, 53).replace(/-+$/, "") || "app";
}
