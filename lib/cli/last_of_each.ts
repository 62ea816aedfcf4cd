/**
 * Flags that are given more than once: as with Helm (spf13/pflag) the last one counts, so that a
 * script can add its own after those of every call.
 *
 * @module
 */

/** What is known of a flag. */
export interface Flag {
  readonly kind: string;
  readonly variadic?: boolean | string;
}

/** A command, or what leads to commands. */
export interface Target {
  readonly parameters?: {
    readonly flags?: Readonly<Record<string, Flag>>;
    readonly aliases?: Readonly<Record<string, string>>;
  };
  getRoutingTargetForInput?(input: string): Target | undefined;
}

/** The same arguments without flags that come again later, but for those that may come often. */
export function lastOfEach(root: Target, args: readonly string[]): string[] {
  const { command, start } = find(root, args);
  const { flags = {}, aliases = {} } = command.parameters ?? {};
  const kept: string[][] = [];
  const places = new Map<string, number>();
  for (let i = start; i < args.length; i++) {
    const arg = args[i]!;
    if (arg === "--") {
      kept.push(args.slice(i));
      break;
    }
    const name = flagOf(arg, { flags, aliases });
    const flag = name === undefined ? undefined : flags[name];
    const ownValue = flag !== undefined && flag.kind !== "boolean" && !arg.includes("=");
    const words = ownValue ? args.slice(i, ++i + 1) : [arg];
    if (flag !== undefined && !flag.variadic) {
      const before = places.get(name!);
      if (before !== undefined) kept[before] = [];
      places.set(name!, kept.length);
    }
    kept.push(words);
  }
  return [...args.slice(0, start), ...kept.flat()];
}

/** The command that the first words lead to, and how many they are. */
export function find(root: Target, args: readonly string[]): { command: Target; start: number } {
  let command = root;
  let start = 0;
  while (command.getRoutingTargetForInput !== undefined && start < args.length) {
    const next = command.getRoutingTargetForInput(args[start]!);
    if (next === undefined) break;
    command = next;
    start++;
  }
  return { command, start };
}

/** The name of the flag that a word is. */
function flagOf(
  arg: string,
  { flags, aliases }: {
    readonly flags: Readonly<Record<string, Flag>>;
    readonly aliases: Readonly<Record<string, string>>;
  },
): string | undefined {
  const [, dashes, word] = /^(--?)([A-Za-z][A-Za-z0-9-]*)(?:=.*)?$/s.exec(arg) ?? [];
  if (word === undefined) return undefined;
  const name = dashes === "-"
    ? aliases[word]
    : word.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return name !== undefined && Object.hasOwn(flags, name) ? name : undefined;
}
