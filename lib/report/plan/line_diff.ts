/**
 * Two texts line by line, for the files that ConfigMaps carry.
 *
 * @module
 */

/** A line, and on which side it is: `-` before, `+` after, ` ` on both. */
export type DiffLine = readonly [side: "-" | "+" | " ", line: string];

/** Most cells of the table by which the longest common part is found; beyond that all is replaced. */
const MOST_CELLS = 4_000_000;

/** The lines that differ, with one line of context around them; `…` stands for what is left out. */
export function diffLines(before: string, after: string): DiffLine[] {
  const whole = before.endsWith("\n") && after.endsWith("\n") ? -1 : undefined;
  const a = before.slice(0, whole).split("\n"), b = after.slice(0, whole).split("\n");
  let start = 0;
  while (start < Math.min(a.length, b.length) && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return withContext([
    ...a.slice(0, start).map((line): DiffLine => [" ", line]),
    ...middle,
    ...a.slice(a.length - end).map((line): DiffLine => [" ", line]),
  ]);
}

function compare(a: readonly string[], b: readonly string[]): DiffLine[] {
  if (a.length * b.length > MOST_CELLS) {
    return [...a.map((line): DiffLine => ["-", line]), ...b.map((line): DiffLine => ["+", line])];
  }
  const common = longestCommon(a, b);
  const lines: DiffLine[] = [];
  let i = 0, j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([" ", a[i]!]);
      i++, j++;
    } else if (j >= b.length || (i < a.length && common[i + 1]![j]! >= common[i]![j + 1]!)) {
      lines.push(["-", a[i++]!]);
    } else {
      lines.push(["+", b[j++]!]);
    }
  }
  return lines;
}

/** For each pair of places the number of lines that the rests have in common, in order. */
function longestCommon(a: readonly string[], b: readonly string[]): Uint32Array[] {
  const table = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      table[i]![j] = a[i] === b[j]
        ? table[i + 1]![j + 1]! + 1
        : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

function withContext(lines: readonly DiffLine[]): DiffLine[] {
  const near = (i: number) => [i - 1, i, i + 1].some((at) => (lines[at]?.[0] ?? " ") !== " ");
  const shown: DiffLine[] = [];
  let skipped: DiffLine[] = [];
  const closeGap = () => {
    shown.push(...(skipped.length > 1 ? [[" ", "…"] as const] : skipped));
    skipped = [];
  };
  lines.forEach((line, i) => {
    if (!near(i)) return skipped.push(line);
    closeGap();
    shown.push(line);
  });
  closeGap();
  return shown;
}
