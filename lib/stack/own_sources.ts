/**
 * What stack files import of Capstan itself.
 *
 * @module
 */

/** File and folder of the checkout that this program runs from; none where it runs from elsewhere. */
export function ownSources(): string[] {
  const root = new URL("../../", import.meta.url);
  if (root.protocol !== "file:") return [];
  return ["mod.ts", "lib"].map((part) => decodeURIComponent(new URL(part, root).pathname));
}
