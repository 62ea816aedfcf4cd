/**
 * Short flags in one word, as spf13/pflag reads them: `-qA` is `-q -A`, `-nshop` is `-n shop`.
 *
 * @module
 */
import { find } from "./last_of_each.ts";
import type { Flag, Target } from "./last_of_each.ts";

/** The same arguments with each short flag, and its value, in a word of its own. */
export function separateLetters(root: Target, args: readonly string[]): string[] {
  const { command, start } = find(root, args);
  const { flags = {}, aliases = {} } = command.parameters ?? {};
  const flagOf = (letter: string): Flag | undefined => flags[aliases[letter] ?? ""];
  const result = args.slice(0, start);
  for (let i = start; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") return [...result, ...args.slice(i)];
    const words = /^-[A-Za-z]./s.test(arg) ? separated(arg, flagOf) : [arg];
    result.push(...words);
    if (takesNext(words.at(-1)!, flags, flagOf) && i + 1 < args.length) result.push(args[++i]!);
  }
  return result;
}

/** A word as it is where one of its letters is no flag. */
function separated(arg: string, flagOf: (letter: string) => Flag | undefined): string[] {
  const words: string[] = [];
  for (let at = 1; at < arg.length; at++) {
    const flag = flagOf(arg[at]!);
    if (flag === undefined) return [arg];
    const rest = arg.slice(at + 1);
    if (rest.startsWith("=")) return [...words, `-${arg[at]}${rest}`];
    words.push(`-${arg[at]}`);
    if (flag.kind !== "boolean" && rest !== "") return [...words, rest];
  }
  return words;
}

/** Whether the next word is the value of this flag, whatever it looks like. */
function takesNext(
  word: string,
  flags: Readonly<Record<string, Flag>>,
  flagOf: (letter: string) => Flag | undefined,
): boolean {
  const [, dashes, name = ""] = /^(--?)([A-Za-z][\w-]*)$/.exec(word) ?? [];
  if (dashes === undefined) return false;
  const flag = dashes === "-"
    ? flagOf(name)
    : flags[name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())];
  return flag !== undefined && flag.kind !== "boolean";
}
