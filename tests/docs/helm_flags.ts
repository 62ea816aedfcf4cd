/** The rows of docs/helm-flags.md. */

/** One flag of one command. */
export interface FlagRow {
  readonly flag: string;
  /** Whether each Helm has it. */
  readonly v3: boolean;
  readonly v4: boolean;
  /** What Capstan does with it. */
  readonly status: string;
}

/** Rows by command, e.g. `get values`. */
export async function flagRows(): Promise<Map<string, FlagRow[]>> {
  const page = await Deno.readTextFile(new URL("../../docs/helm-flags.md", import.meta.url));
  return new Map(
    page.split("\n## ").slice(1).map((section) => {
      const [title, ...lines] = section.split("\n");
      const rows = lines.filter((line) => line.startsWith("| `--")).map((line) => {
        const [flag, v3, v4, status] = line.split("|").slice(1).map((cell) => cell.trim());
        return {
          flag: flag!.slice(3, -1),
          v3: v3 === "yes",
          v4: v4 === "yes",
          status: status!,
        };
      });
      return [title!.replaceAll("`", ""), rows];
    }),
  );
}

/** One line of the page's table of defaults. */
export interface DefaultRow {
  readonly flags: readonly string[];
  /** Verbs, or `every command`. */
  readonly verbs: readonly string[];
  /** Of Helm 3 and Helm 4; empty where there is none. */
  readonly values: readonly [string, string];
}

/** The table of defaults of docs/helm-flags.md. */
export async function defaultRows(): Promise<DefaultRow[]> {
  const page = await Deno.readTextFile(new URL("../../docs/helm-flags.md", import.meta.url));
  const table = page.split("### Defaults")[1]!.split("\n## ")[0]!;
  return table.split("\n").filter((line) => line.startsWith("| `--")).map((line) => {
    const [flags, verbs, v3, v4] = line.split("|").slice(1).map((cell) => cell.trim());
    return {
      flags: [...flags!.matchAll(/`--([a-z-]+)`/g)].map(([, flag]) => flag!),
      verbs: verbs!.split(", "),
      values: [v3!, v4!] as const,
    };
  });
}

/** A section of docs/helm-flags.md that has no table by verb. */
async function section(title: string): Promise<string[][]> {
  const page = await Deno.readTextFile(new URL("../../docs/helm-flags.md", import.meta.url));
  const [, text] = page.split(`### ${title}\n`);
  const lines = text!.split(/\n##+ /)[0]!.split("\n").filter((line) => line.startsWith("| "));
  return lines.slice(2).map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
}

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]*)`/g)].map(([, text]) => text!);
}

/** Commands of Helm's that there are none of. */
export async function leftOut(): Promise<string[]> {
  return (await section("Commands that are left out")).flatMap(([name]) => quoted(name!)).sort();
}

/** What is said of flags of the commands without a table, by `repo add --no-update`. */
export async function otherFlagRows(): Promise<Map<string, string>> {
  const rows = await section("Flags of the commands that have no table below");
  const said = rows.flatMap(([command, flags, status]) =>
    quoted(flags!).map((flag) => [`${command} ${flag}`, status!] as const)
  );
  for (const [verb, listed] of await flagRows()) {
    for (const { flag, status } of listed) {
      if (/^(not offered|accepted, without effect)/.test(status)) {
        said.push([`${verb} --${flag}`, status]);
      }
    }
  }
  return new Map(said.filter(([place]) => !place.startsWith("Every command")));
}

/** What is said of variables, by name. */
export async function variableRows(): Promise<Map<string, string>> {
  const rows = await section("Variables");
  return new Map(rows.flatMap(([names, status]) => quoted(names!).map((name) => [name, status!])));
}
