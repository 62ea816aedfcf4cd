/**
 * What a run says, made to fit its line: what tells least goes first.
 *
 * @module
 */
import { cut, printable, width } from "./text.ts";

/** Text in one line, as it can be shown. */
export function oneLine(text: string): string {
  return printable(text, { color: false }).replace(/[\t\n]+/g, " ");
}

/** Names shorter than this are left: they may be parts of words. */
const SHORT = 8;

/** Text that is too wide goes without the name of its release, which begins the line and most names of objects. */
export function within(text: string, owner: string, columns: number): string {
  const line = oneLine(text);
  if (owner.length < SHORT || width(line) <= columns) return line;
  return line.replaceAll(owner, "…");
}

/** Columns that the name of a pod keeps where there is no room for it. */
const POD = 6;
/** A name in a cluster, as the release's own or a pod's. */
const NAME = /^[a-z0-9…][a-z0-9.…-]*$/;

/**
 * What a step waits for; it may still be too wide. As of `wait: Deployment web: Available: 1/3: web-7c9d: ImagePullBackOff, and 1
 * more` the end says why, and stays: names of the pod and of the object go first, then how many pods more there are,
 * then the beginning.
 */
export function waitText(text: string, owner: string, columns: number): string {
  const line = within(text, owner, columns);
  let parts = line.split(": ");
  let why = parts.pop()!;
  const fits = () => width([...parts, why].join(": ")) <= columns;
  if (parts.length > 1 && !fits() && NAME.test(parts.at(-1)!)) {
    parts = [...parts.slice(0, -1), cut(parts.at(-1)!, POD)];
  }
  if (!fits()) {
    parts = parts.filter((part) => part.replace(/^[A-Z]\w+ /, "") !== nameIn(part, owner));
  }
  if (!fits()) why = why.replace(/, and \d+ more$/, "");
  // A count without what is counted says nothing.
  if (parts.length === 0 || fits() || !/[a-z]/i.test(why)) return [...parts, why].join(": ");
  const room = columns - width(why) - 2;
  return room < POD ? why : `${cut(parts.join(": "), room)}: ${why}`;
}

/** How the release is called in a part of a text. */
function nameIn(part: string, owner: string): string {
  return part.includes("…") ? "…" : owner;
}
