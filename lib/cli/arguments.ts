/**
 * Helm's ways of writing arguments (those of spf13/pflag), put into the one that is parsed here.
 *
 * @module
 */

/** Flags that take a value and that Helm's users write before the command. */
const LEADING = [
  "--burst-limit",
  "--color",
  "--colour",
  "--content-cache",
  "--kubeconfig",
  "--kube-apiserver",
  "--kube-as-group",
  "--kube-as-user",
  "--kube-ca-file",
  "--kube-context",
  "--kube-tls-server-name",
  "--kube-token",
  "--namespace",
  "--qps",
  "--registry-config",
  "--repository-cache",
  "--repository-config",
  "-n",
];

/** The same of those that take none. */
const LEADING_SWITCHES = ["--debug", "--kube-insecure-skip-tls-verify"];

/** Values of flags that may stand alone, by command. */
const OPTIONAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  template: { "--dry-run": "unset", "--wait": "watcher" },
  install: { "--dry-run": "unset", "--server-side": "true", "--wait": "watcher" },
  upgrade: { "--dry-run": "unset", "--wait": "watcher" },
  rollback: { "--dry-run": "unset", "--wait": "watcher" },
  uninstall: { "--wait": "watcher" },
  del: { "--wait": "watcher" },
  delete: { "--wait": "watcher" },
  un: { "--wait": "watcher" },
};

/** Long flags whose value may look like a flag; it is then joined to them. */
const FREE_TEXT =
  /^--(set|set-string|set-json|set-file|set-literal|description|post-renderer-args)$/;

/**
 * The same arguments with the command first, optional values written out (`--dry-run` is
 * `--dry-run=unset`) and empty values kept (`--flag=` is `--flag ""`). Nothing after `--` is touched.
 */
export function normalizeArguments(args: readonly string[]): string[] {
  const [command, ...rest] = commandFirst(args);
  if (command === undefined) return [];
  if (command === "permissions") return [command, ...apart(rest)];
  const optional = OPTIONAL[command] ?? {};
  const result = [command];
  for (const [i, arg] of rest.entries()) {
    if (arg === "--") return [...result, ...rest.slice(i)];
    if (i > 0 && FREE_TEXT.test(rest[i - 1]!)) {
      if (arg.startsWith("-")) result.push(`${result.pop()}=${arg}`);
      else result.push(arg);
    } else {
      result.push(...rewrite(arg, optional));
    }
  }
  return result;
}

function rewrite(arg: string, optional: Readonly<Record<string, string>>): string[] {
  if (Object.hasOwn(optional, arg)) return [`${arg}=${optional[arg]}`];
  if (/^--[^=]+=$/.test(arg)) return [arg.slice(0, -1), ""];
  return [arg];
}

/** `-n data list` as `list -n data`: flags of every command may stand before it. */
function commandFirst(args: readonly string[]): string[] {
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-") && args[at] !== "--") {
    const width = leadingWidth(args[at]!);
    if (width === undefined) return [...args];
    at += width;
  }
  if (at === 0 || at >= args.length) return [...args];
  // What follows may be the rest of the command's name: `repo list`.
  const named = args[at + 1]?.startsWith("-") === false ? 2 : 1;
  return [...args.slice(at, at + named), ...args.slice(0, at), ...args.slice(at + named)];
}

/** Words of a flag that may stand before the command; `undefined` of any other. */
function leadingWidth(arg: string): number | undefined {
  const [flag] = arg.split("=", 1);
  if (LEADING.includes(flag!)) return arg.includes("=") ? 1 : 2;
  return LEADING_SWITCHES.includes(flag!) || /^-n./.test(arg) ? 1 : undefined;
}

/** The command line that `permissions` is asked about is no business of its own: `--` goes before it. */
function apart(args: readonly string[]): string[] {
  const own = ["--kubeconfig", "--kube-context", "--for", "--env", "--output", "-o"];
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-")) {
    if (args[at] === "--") return [...args];
    at += own.includes(args[at]!) ? 2 : 1;
  }
  // A stack is a file; a command's name has no dot and no slash.
  if (at >= args.length || /[./\\]/.test(args[at]!)) return [...args];
  return [...args.slice(0, at), "--", ...args.slice(at)];
}
