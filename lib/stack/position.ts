/**
 * Where in the user's files a release or hook was declared, so that errors can point there.
 *
 * @module
 */
import type { Position } from "../errors.ts";

const LIBRARY = new URL("../", import.meta.url).href;
const FRAME = /(?:\(|at (?:async )?)([a-z]+:\/\/.+?):(\d+):(\d+)\)?$/;

/** The first frame of the current call stack that lies outside Capstan. */
export function callSite(): Position | undefined {
  const frames = new Error().stack?.split("\n") ?? [];
  for (const frame of frames) {
    const match = frame.match(FRAME);
    if (match === null || match[1]!.startsWith(LIBRARY) || match[1]!.startsWith("ext:")) continue;
    return { file: filePath(match[1]!), line: Number(match[2]), column: Number(match[3]) };
  }
  return undefined;
}

/** The path of a `file:` URL; any other URL as it is. */
export function filePath(url: string): string {
  if (!url.startsWith("file://")) return url;
  const path = decodeURIComponent(new URL(url).pathname);
  return Deno.build.os === "windows" ? path.slice(1).replaceAll("/", "\\") : path;
}
