/**
 * Which values a chart's templates read, found in their text. A map that is read only through its
 * keys has no place for others; one that is handed on whole may hold anything.
 *
 * @module
 */

/** What is read of one value. */
export interface Reads {
  /** Whether it is used as a whole, and so whatever keys it has. */
  whole: boolean;
  readonly keys: Map<string, Reads>;
}

const ACTION = /\{\{([\s\S]*?)\}\}/g;
const VALUES = /\.Values((?:\.[A-Za-z_]\w*)*)/g;
/** `index .Values.a "b-c"`, which is how keys are read that are no identifiers. */
const INDEXED =
  /\b(?:index|get|hasKey)\s+\(?[\w$.]*\.Values((?:\.[A-Za-z_]\w*)*)\)?((?:\s+"[^"\n]*")+)/g;
const TEST = /^-?\s*(?:else\s+)?if\b/;
const HANDED_ON = /\b(?:include|tpl|toYaml|toJson|merge|range|keys|values)\b/;

/** No reads. */
export function noReads(): Reads {
  return { whole: false, keys: new Map() };
}

/** Everything that these templates read below `.Values`. */
export function readsOf(templates: Iterable<string>): Reads {
  const root = noReads();
  for (const text of templates) {
    for (const [, action] of text.matchAll(ACTION)) addAction(root, action!);
  }
  return root;
}

function addAction(root: Reads, action: string): void {
  if (/^-?\s*\/\*/.test(action)) return;
  const rest = action.replace(INDEXED, (_, path: string, keys: string) => {
    addRead(
      root,
      [...namesOf(path), ...keys.match(/"[^"]*"/g)!.map((key) => key.slice(1, -1))],
      true,
    );
    return "";
  });
  const onlyTests = TEST.test(action) && !HANDED_ON.test(action);
  for (const [, path] of rest.matchAll(VALUES)) addRead(root, namesOf(path!), !onlyTests);
}

function namesOf(path: string): string[] {
  return path.split(".").filter((name) => name !== "");
}

function addRead(root: Reads, path: readonly string[], whole: boolean): void {
  let at = root;
  for (const name of path) {
    const next = at.keys.get(name) ?? noReads();
    at.keys.set(name, next);
    at = next;
  }
  if (whole) at.whole = true;
}
