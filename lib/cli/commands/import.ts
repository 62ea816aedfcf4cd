/**
 * `capstan import`: a stack file from a helmfile.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import { importHelmfile } from "../../scaffold/helmfile/import_helmfile.ts";
import type { HelmfileFiles } from "../../scaffold/helmfile/import_helmfile.ts";
import type { ImportFlags } from "../author_commands.ts";
import type { CliContext } from "../context.ts";
import { labelOf } from "../label.ts";
import { writeText } from "../write_text.ts";

const NAMES = ["helmfile.yaml", "helmfile.yaml.gotmpl"];

/** Writes the stack file, and says what is not in it. */
export async function importCommand(
  this: CliContext,
  flags: ImportFlags,
  given?: string,
): Promise<void> {
  const { output, environment, selector, concurrency } = flags;
  const path = given ?? NAMES.find((name) => isFile(name)) ?? NAMES[0]!;
  const at = Math.max(0, path.lastIndexOf("/"));
  const folder = path.slice(0, at) || (path.startsWith("/") ? "/" : ".");
  const { text, leftOut, releases, environments } = importHelmfile(
    path.slice(at).replace(/^\//, ""),
    {
      files: filesOf(folder),
      name: flags.name ?? labelOf(await Deno.realPath(folder)),
      environments: environment,
      selectors: selector,
      parallelism: concurrency === 0 ? undefined : concurrency,
    },
  );
  const { stdout, stderr } = this.process;
  const target = output ?? (folder === "." ? "stack.ts" : `${folder}/stack.ts`);
  if (target === "-") stdout.write(text);
  else {
    await writeText(target, text, { keepOld: true });
    const of = environments.length === 1 ? "" : ` for ${environments.length} environments`;
    stdout.write(`wrote ${target}: ${releases} release${releases === 1 ? "" : "s"}${of}\n`);
  }
  if (leftOut.length === 0) return;
  stderr.write(`\nNot carried over:\n${leftOut.map((line) => `- ${line}\n`).join("")}`);
}

/** Templates read files while they are rendered, so reading cannot wait. */
function filesOf(folder: string): HelmfileFiles {
  const at = (path: string) => path.startsWith("/") ? path : `${folder}/${path}`;
  return {
    read: (path) => readable(path, () => Deno.readTextFileSync(at(path))),
    list: (path) =>
      readable(path, () => [...Deno.readDirSync(at(path))].map(({ name }) => name).sort()) ?? [],
  };
}

function readable<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    const denied = error instanceof Deno.errors.NotCapable;
    throw new CapstanError(`cannot read ${path}: ${messageOf(error)}`, {
      code: "import/unreadable",
      hint: denied
        ? `add --allow-read=${path}`
        : "name the helmfile itself: `capstan import path/to/helmfile.yaml`",
      cause: error,
    });
  }
}

function isFile(path: string): boolean {
  return readable(path, () => Deno.statSync(path).isFile) ?? false;
}
