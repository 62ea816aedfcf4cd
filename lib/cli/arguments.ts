/**
 * Helm's ways of writing arguments (those of spf13/pflag), put into the one that is parsed here.
 *
 * @module
 */

/** Flags that take a value and that Helm's users write before the command. */
const LEADING = [
  "--kubeconfig",
  "--kube-apiserver",
  "--kube-as-group",
  "--kube-as-user",
  "--kube-ca-file",
  "--kube-context",
  "--kube-tls-server-name",
  "--kube-token",
  "--namespace",
  "-n",
];

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

/** Short flags that take a value in every command that has them. */
const ATTACHED = /^-([nfosal])([^=].*)$/s;

/** Long flags whose value may look like a flag; it is then joined to them. */
const FREE_TEXT =
  /^--(set|set-string|set-json|set-file|set-literal|description|post-renderer-args)$/;

/**
 * The same arguments with the command first, optional values written out (`--dry-run` is
 * `--dry-run=unset`), values apart from short flags (`-nshop` is `-n shop`) and empty ones kept
 * (`--flag=` is `--flag ""`). Nothing after `--` is touched.
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
  const attached = ATTACHED.exec(arg);
  return attached === null ? [arg] : [`-${attached[1]}`, attached[2]!];
}

/** `-n data list` as `list -n data`: flags of every command may stand before it. */
function commandFirst(args: readonly string[]): string[] {
  let at = 0;
  while (at < args.length && args[at]!.startsWith("-") && args[at] !== "--") {
    const [flag] = args[at]!.split("=", 1);
    if (!LEADING.includes(flag!) && flag !== "--debug") return [...args];
    at += LEADING.includes(flag!) && !args[at]!.includes("=") ? 2 : 1;
  }
  if (at === 0 || at >= args.length) return [...args];
  return [args[at]!, ...args.slice(0, at), ...args.slice(at + 1)];
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
