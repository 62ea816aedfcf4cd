/**
 * The whole command line of Helm 3 and 4: commands, their other names, and every flag that `--help`
 * lists. The record in testdata is made by
 * `HELM3=… HELM4=… deno run -A tests/cli/helm_surface.ts`; a test makes it anew where both are set.
 */

/** One flag as `--help` prints it. */
export interface HelmFlag {
  readonly name: string;
  /** The letter. */
  readonly short?: string;
  /** The word after the flag, such as `string`; a switch has none. */
  readonly type?: string;
  readonly default?: string;
}

/** What `--help` prints of one command; flags as {@linkcode parseFlag} reads them. */
export interface HelmCommand {
  readonly aliases?: readonly string[];
  readonly flags: readonly string[];
}

/** One Helm. */
export interface HelmSurface {
  /** By name, such as `repo add`; the flags of every command are those of ``. */
  readonly commands: Readonly<Record<string, HelmCommand>>;
  /** Of the environment: those that its help tells of, and those that `helm env` prints. */
  readonly variables: readonly string[];
}

/** Both, by `--helm-version`. */
export type HelmSurfaces = Readonly<Record<"v3" | "v4", HelmSurface>>;

const RECORD = new URL("testdata/helm_surface.json", import.meta.url);

/** What is kept. */
export async function recordedSurfaces(): Promise<HelmSurfaces> {
  return JSON.parse(await Deno.readTextFile(RECORD));
}

/** Asks the Helm at this path for the help of every command. */
export async function surfaceOf(helm: string): Promise<HelmSurface> {
  const commands: Record<string, HelmCommand> = {};
  const visit = async (words: readonly string[]) => {
    const help = await printed(helm, [...words, "--help"]);
    const aliases = section(help, "Aliases").flatMap((line) => line.trim().split(", ")).slice(1);
    const flags = section(help, "Flags").map(flagLine).filter((line) => line !== "-h, --help");
    commands[words.join(" ")] = { ...(aliases.length > 0 ? { aliases } : {}), flags };
    const below = section(help, "Available Commands").map((line) => line.trim().split(" ", 1)[0]!);
    for (const name of below) if (name !== "help") await visit([...words, name]);
  };
  await visit([]);
  return { commands, variables: await variablesOf(helm) };
}

/** `-o, --output format = table` */
export function parseFlag(line: string): HelmFlag {
  const parts = /^(?:-(\w), )?--([\w-]+)(?: (?!=)(\S+))?(?: = (.*))?$/s.exec(line);
  if (parts === null) throw new Error(`not a flag: ${line}`);
  const [, short, name, type, value] = parts;
  return {
    name: name!,
    ...(short === undefined ? {} : { short }),
    ...(type === undefined ? {} : { type }),
    ...(value === undefined ? {} : { default: value }),
  };
}

/** A line of `--help` without what it says: columns are two spaces apart at least. */
function flagLine(line: string): string {
  const [, flag] = /^ +((?:-\w, )?--.*?)(?: {2,}|$)/.exec(line)!;
  const [, value] = /\(default (?!and )((?:"[^"]*"|[^()"])*)\)$/.exec(line) ?? [];
  return value === undefined
    ? flag!
    : `${flag} = ${value.replaceAll('"', "").replace(/^\/home\//, "~/")}`;
}

/** Lines below a heading, as far as the next empty one. */
function section(help: string, title: string): string[] {
  const [, text = ""] = new RegExp(`^${title}:\n((?:.+\n)*)`, "m").exec(help) ?? [];
  return text.split("\n").filter((line) => line.startsWith(" "));
}

async function variablesOf(helm: string): Promise<string[]> {
  const told = (await printed(helm, ["--help"])).matchAll(/^\| \$(\w+)/gm);
  const inForce = (await printed(helm, ["env"])).matchAll(/^(\w+)=/gm);
  return [...new Set([...told, ...inForce].map(([, name]) => name!))].sort();
}

async function printed(helm: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(helm, {
    args: [...args],
    clearEnv: true,
    env: { HOME: "/home" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (code !== 0) throw new Error(`${args.join(" ")}: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

if (import.meta.main) {
  const surfaces: HelmSurfaces = {
    v3: await surfaceOf(Deno.env.get("HELM3")!),
    v4: await surfaceOf(Deno.env.get("HELM4")!),
  };
  await Deno.writeTextFile(RECORD, `${JSON.stringify(surfaces, null, 1)}\n`);
}
