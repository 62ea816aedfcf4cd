/** Every command of Capstan with its flags, as data. */
import { buildApp } from "../../lib/cli/app.ts";

/** A flag of ours. */
export interface OwnFlag {
  readonly kind: string;
  readonly variadic?: boolean;
  readonly brief: string;
}

/** A command of ours. */
export interface OwnCommand {
  /** None of a group. */
  readonly flags?: Readonly<Record<string, OwnFlag>>;
  readonly letters: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
}

interface Target {
  readonly parameters?: {
    readonly flags?: Readonly<Record<string, OwnFlag>>;
    readonly aliases?: Readonly<Record<string, string>>;
  };
  getAllEntries?(): readonly {
    readonly name: { readonly original: string };
    readonly aliases: readonly string[];
    readonly target: Target;
  }[];
}

/** Every command by name, such as `repo add`. */
export async function ownCommands(): Promise<Map<string, OwnCommand>> {
  const found = new Map<string, OwnCommand>();
  const visit = (target: Target, words: readonly string[], aliases: readonly string[]) => {
    const { flags, aliases: letters = {} } = target.parameters ?? {};
    found.set(words.join(" "), {
      aliases,
      ...(flags === undefined ? {} : { flags: dashed(flags) }),
      letters: Object.fromEntries(Object.entries(letters).map(([a, flag]) => [a, dash(flag)])),
    });
    for (const { name, aliases, target: below } of target.getAllEntries?.() ?? []) {
      visit(below, [...words, name.original], aliases);
    }
  };
  const { root } = await buildApp({ version: "1", debug: false });
  visit(root as Target, [], []);
  return found;
}

function dash(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function dashed<T>(flags: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(flags).map(([name, flag]) => [dash(name), flag]));
}
