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
