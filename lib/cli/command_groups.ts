/**
 * Which file has which command: a call loads the tables of flags that it needs, and only `--help` loads
 * all of them.
 *
 * @module
 */
import type { LazyCommand } from "./lazy_command.ts";

/** Commands that are described in one file. */
export interface CommandGroup {
  /** In the order of `--help`; a test holds them to the file. */
  readonly names: readonly string[];
  load(): Promise<Readonly<Record<string, LazyCommand>>>;
}

/** All commands, in the order of `--help`. */
export const GROUPS: readonly CommandGroup[] = [
  {
    names: ["up", "plan", "down", "lock", "vendor", "rehearse"],
    load: async () => (await import("./stack_commands.ts")).STACK_ROUTES,
  },
  {
    names: ["drift", "runs"],
    load: async () => (await import("./run_commands.ts")).RUN_ROUTES,
  },
  {
    names: ["graph", "report", "watch"],
    load: async () => (await import("./report_commands.ts")).REPORT_ROUTES,
  },
  {
    names: ["adopt", "create", "init", "import", "types"],
    load: async () => (await import("./author_commands.ts")).AUTHOR_ROUTES,
  },
  {
    names: ["template", "lint"],
    load: async () => (await import("./chart_commands.ts")).CHART_ROUTES,
  },
  {
    names: ["repo", "registry", "search", "pull", "push", "show", "verify", "cache"],
    load: async () => (await import("./registry_commands.ts")).REGISTRY_ROUTES,
  },
  {
    names: ["dependency", "package"],
    load: async () => (await import("./dependency_commands.ts")).DEPENDENCY_ROUTES,
  },
  {
    names: ["install", "upgrade", "uninstall", "rollback", "test"],
    load: async () => (await import("./helm_commands.ts")).HELM_ROUTES,
  },
  {
    names: ["get", "list", "status", "history"],
    load: async () => (await import("./read_commands.ts")).READ_ROUTES,
  },
  {
    names: ["completions", "env", "permissions", "version", "__complete"],
    load: async () => (await import("./shell_commands.ts")).SHELL_ROUTES,
  },
];

/** Other names of commands. */
export const ALIASES_OF_COMMANDS: Readonly<Record<string, string>> = {
  completion: "completions",
  del: "uninstall",
  delete: "uninstall",
  fetch: "pull",
  hist: "history",
  inspect: "show",
  ls: "list",
  un: "uninstall",
  dep: "dependency",
  dependencies: "dependency",
};

/** The name of the command that a word stands for, and where it is described; the word, for what is none. */
export function commandOf(
  word: string,
): { readonly name: string; readonly group: CommandGroup | undefined } {
  const name = Object.hasOwn(ALIASES_OF_COMMANDS, word) ? ALIASES_OF_COMMANDS[word]! : word;
  return { name, group: GROUPS.find(({ names }) => names.includes(name)) };
}
