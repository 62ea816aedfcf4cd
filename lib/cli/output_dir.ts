/**
 * `--output-dir`: manifests as files, one for each template.
 *
 * @module
 */
import type { RenderedChart } from "../engine/render_chart.ts";
import { shownHooks, withSource } from "../engine/output.ts";
import type { TemplateOutputOptions } from "../engine/output.ts";

import { unwritable } from "./write_text.ts";

/** Where files go, and who is told. */
export interface OutputDirOptions extends TemplateOutputOptions {
  readonly outputDir: string;
  /** A folder inside for manifests and hooks, though not for the files of crds/. */
  readonly releaseName?: string | undefined;
  readonly includeCrds?: boolean | undefined;
  /** Told of each document that was written: `wrote PATH`. */
  readonly tell: (line: string) => void;
}

/**
 * Writes the documents of a release. Documents of one template follow one another in its file; a
 * hook is also added to a file that an earlier run left there, as Helm does.
 */
export async function writeOutputDir(
  { crds, manifests, hooks }: Pick<RenderedChart, "crds" | "manifests" | "hooks">,
  options: OutputDirOptions,
): Promise<void> {
  const { outputDir, releaseName, tell } = options;
  const folder = releaseName === undefined ? outputDir : join(outputDir, releaseName);
  const written = new Set<string>();
  const write = async (base: string, path: string, text: string) => {
    const file = `${base}/${path}`;
    try {
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, withSource(path, text), { append: written.has(path) });
    } catch (error) {
      throw unwritable(file, error);
    }
    written.add(path);
    tell(`wrote ${file}`);
  };
  for (const { path, file } of options.includeCrds ? crds : []) {
    await write(outputDir, path, file.text);
  }
  for (const { path, text } of manifests) await write(folder, path, text);
  for (const { path, manifest } of shownHooks(hooks, options)) {
    if (await exists(`${folder}/${path}`)) written.add(path);
    else written.delete(path);
    await write(folder, path, manifest);
  }
}

/** Go's filepath.Join of two: without what means nothing in a path. */
function join(base: string, name: string): string {
  const parts: string[] = [];
  for (const part of `${base}/${name}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(part);
  }
  return (base.startsWith("/") ? "/" : "") + parts.join("/");
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
