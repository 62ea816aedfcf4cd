/**
 * Sprig's path functions. The `os` twins are Go's path/filepath on Linux, which agrees.
 *
 * @module
 */

import { func, type FuncMap, type GoFunc } from "../template/value.ts";

/** base, dir, clean, ext, isAbs, osBase, osDir, osClean, osExt, osIsAbs. */
export function pathFuncs(): FuncMap {
  const on = (edit: (path: string) => unknown): GoFunc => func(["string"], edit);
  return {
    base: on(base),
    dir: on(dir),
    clean: on(clean),
    ext: on(ext),
    isAbs: on(isAbs),
    osBase: on(base),
    osDir: on(dir),
    osClean: on(clean),
    osExt: on(ext),
    osIsAbs: on(isAbs),
  };
}

function isAbs(path: string): boolean {
  return path.startsWith("/");
}

function base(path: string): string {
  if (path === "") return ".";
  let end = path.length;
  while (end > 0 && path[end - 1] === "/") end--;
  return end === 0 ? "/" : path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

function dir(path: string): string {
  return clean(path.slice(0, path.lastIndexOf("/") + 1));
}

function ext(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}

/** The shortest path to the same place, by its text alone. */
function clean(path: string): string {
  const rooted = isAbs(path);
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!rooted) parts.push("..");
  }
  return (rooted ? "/" : "") + parts.join("/") || ".";
}
