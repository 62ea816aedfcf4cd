/**
 * `capstan repo index`: the index of a folder of archives.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import { indexFolder } from "../../registry/repository_index.ts";
import { emitYaml } from "../../yaml/emit.ts";
import type { CliContext } from "../context.ts";
import type { RepoIndexFlags } from "../registry_commands.ts";
import { writeText } from "../write_text.ts";

/** Writes index.yaml into the folder. */
export async function repoIndex(
  this: CliContext,
  flags: RepoIndexFlags,
  folder: string,
): Promise<void> {
  const merge = flags.merge === undefined ? undefined : await readIfThere(flags.merge);
  const index = await indexFolder(folder, { url: flags.url, merge, now: this.now });
  const text = flags.json ? JSON.stringify(index) : emitYaml(index);
  await writeText(`${folder.replace(/(?<=.)\/+$/, "")}/index.yaml`, text);
}

/** Helm begins with an empty index where the one to merge with is not there. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw new CapstanError(`merge failed: ${messageOf(error)}`, {
      code: "repo/index",
      hint: "--merge takes an index.yaml, whose entries are kept",
      cause: error,
    });
  }
}
