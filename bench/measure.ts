/** What all benchmarks share: medians, processes timed from outside, and tables. */

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** A program with its arguments. */
export type Command = readonly [program: string, ...args: string[]];

/**
 * Wall milliseconds of each of some commands, from start to exit. They run in turn, round after
 * round, so that a machine that slows down slows them all.
 *
 * @throws {Error} where one of them fails.
 */
export async function timeInTurn(
  commands: Readonly<Record<string, Command>>,
  runs: number,
): Promise<Record<string, number[]>> {
  const times: Record<string, number[]> = {};
  for (let run = -1; run < runs; run++) {
    for (const [name, [program, ...args]] of Object.entries(commands)) {
      const started = performance.now();
      const { success, stderr } = await new Deno.Command(program, { args, stdin: "null" }).output();
      const took = performance.now() - started;
      if (!success) throw new Error(`${name}: ${new TextDecoder().decode(stderr)}`);
      // The first round only fills caches.
      if (run >= 0) (times[name] ??= []).push(took);
    }
  }
  return times;
}

/** A program of this folder, run by Deno; what it prints is JSON. */
export async function askProgram<T>(file: string, args: readonly string[] = []): Promise<T> {
  const flags = ["run", "-A", "--v8-flags=--expose-gc", pathOf(file), ...args];
  const command = new Deno.Command(Deno.execPath(), { args: flags, stderr: "inherit" });
  const { stdout } = await command.output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** The path of a file, named relative to this folder. */
export function pathOf(file: string): string {
  return new URL(file, import.meta.url).pathname;
}

/** A limit, and whether it was kept. */
export interface Verdict {
  readonly limit: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What a benchmark prints: lines, then the limits. */
export interface Report {
  readonly title: string;
  readonly lines: readonly string[];
  readonly verdicts: readonly Verdict[];
}

/** Rows under each other: the first column to the left, the others to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string[] {
  const texts = rows.map((row) => row.map(cell));
  const columns = Math.max(...texts.map((row) => row.length));
  const widths = Array.from(
    { length: columns },
    (_, at) => Math.max(...texts.map((row) => row[at]?.length ?? 0)),
  );
  return texts.map((row) =>
    row.map((text, at) => at === 0 ? text.padEnd(widths[at]!) : text.padStart(widths[at]!))
      .join("  ").trimEnd()
  );
}

function cell(value: string | number): string {
  if (typeof value === "string") return value;
  return value.toFixed(Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0);
}

export function ms(value: number): string {
  return `${cell(value)} ms`;
}

export function megabytes(bytes: number): string {
  return `${cell(bytes / 1e6)} MB`;
}
