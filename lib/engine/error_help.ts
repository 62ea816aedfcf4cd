/**
 * Help with a template that failed: the place, its line of source with a caret, and the chain of
 * includes that led there.
 *
 * @module
 */

import { CapstanError, formatPosition } from "../errors.ts";
import type { Position } from "../errors.ts";

/** What helps besides the message. */
export interface ErrorHelp {
  /** The innermost place in a file of the chart. */
  readonly position: Position;
  /** The line at the position, with a caret below the column; then every place that led to it. */
  readonly excerpt: string | undefined;
}

/** Where the texts of templates are. */
export interface ErrorSources {
  /** The template that was rendered or parsed. */
  readonly file: string;
  /** The text of a template by its path. */
  readonly source: (file: string) => string | undefined;
}

/** Widest part of a line of source that is shown. */
const WIDTH = 110;

/** The help for an error, from it and what caused it, outermost first. */
export function helpOf(chain: readonly Error[], { file, source }: ErrorSources): ErrorHelp {
  const places = chain.map(placeOf).filter((place) => place !== undefined)
    .filter((place, i, all) => i === 0 || formatPosition(place) !== formatPosition(all[i - 1]!));
  const inner = places.findLastIndex((place) => source(place.file) !== undefined);
  const position = places[Math.max(inner, 0)] ?? { file };
  const lines = [
    excerptOf(position, source(position.file)),
    ...(inner < 0 ? [] : places.slice(inner + 1))
      .map(({ line }) => `in the text that tpl renders there, line ${line}`),
    ...places.slice(0, Math.max(inner, 0)).reverse().flatMap((place) => [
      `included from ${formatPosition(place)}`,
      excerptOf(place, source(place.file)),
    ]),
  ].filter((line) => line !== undefined);
  return { position, excerpt: lines.length === 0 ? undefined : lines.join("\n") };
}

/** The place that an error names; `undefined` where it is a function's own. */
function placeOf(error: Error): Position | undefined {
  const match = /^template: ([^]*?):(\d+)(?::(\d+))?: /.exec(error.message);
  if (match === null) return undefined;
  if (error instanceof CapstanError && error.position !== undefined) return error.position;
  const [, file, line, column] = match;
  return {
    file: file!,
    line: Number(line),
    // Go's columns count bytes from 0.
    ...(column === undefined ? {} : { column: Number(column) + 1 }),
  };
}

/** A line of a text with its number, and a caret below the column, which counts bytes from 1. */
export function excerptOf(
  { line, column }: Omit<Position, "file">,
  source: string | undefined,
): string | undefined {
  const text = line === undefined ? undefined : source?.split("\n")[line - 1]?.trimEnd();
  if (text === undefined) return undefined;
  const number = `${line} | `;
  if (column === undefined) return number + clipped(text, 0).text;
  const bytes = new TextEncoder().encode(text).subarray(0, column - 1);
  const before = new TextDecoder().decode(bytes);
  const { text: shown, start } = clipped(text, before.length);
  const blank = shown.slice(0, before.length - start).replace(/[^\t]/gu, " ");
  return `${number}${shown}\n${" ".repeat(number.length)}${blank}^`;
}

/** The part of a long line around a place in it, and where in the line it starts. */
function clipped(text: string, at: number): { readonly text: string; readonly start: number } {
  if (text.length <= WIDTH) return { text, start: 0 };
  const start = Math.max(0, Math.min(at - WIDTH / 2, text.length - WIDTH));
  return { text: text.slice(start, start + WIDTH), start };
}
