/**
 * What an import reads from, and what it could not carry over.
 *
 * @module
 */
import { folderOf } from "../../files.ts";

/** Where a helmfile and all it names are read from. Paths are relative to the stack file's folder. */
export interface HelmfileFiles {
  /** A file's text; `undefined` where there is no such file. */
  read(path: string): string | undefined;
  /** Names in a folder, in order; none where there is no such folder. */
  list(folder: string): readonly string[];
}

/** What could not be carried over, each said once. */
export class LeftOut {
  readonly #lines = new Set<string>();

  /** Notes what is missing in the stack, and where it came from. */
  add(what: string): void {
    this.#lines.add(what);
  }

  /** In the order in which it was noticed. */
  get lines(): readonly string[] {
    return [...this.#lines];
  }
}

/** A path below a folder, with `.` and `..` worked out. */
export function joinPath(folder: string, path: string): string {
  if (path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  const joined = parts.join("/");
  return folder.startsWith("/") ? `/${joined}` : joined;
}

/** The files that a pattern with `*` names, in order; the path itself where it has none. */
export function expand(files: HelmfileFiles, pattern: string): string[] {
  if (!pattern.includes("*")) return [pattern];
  const folder = folderOf(pattern);
  if (folder.includes("*")) return [];
  const name = pattern.slice(folder === "" ? 0 : folder.length + 1);
  const match = new RegExp(
    `^${name.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")).join("[^/]*")}$`,
  );
  return files.list(folder || ".").filter((each) => match.test(each)).map((each) =>
    folder === "" ? each : `${folder}/${each}`
  );
}
