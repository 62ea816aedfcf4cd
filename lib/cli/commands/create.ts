/**
 * `capstan create`: a new chart.
 *
 * @module
 */
import { loadChart } from "../../chart/load.ts";
import { CapstanError } from "../../errors.ts";
import { folderOf } from "../../files.ts";
import { helmFolders } from "../../registry/helm_paths.ts";
import { newChartFiles, starterCopy } from "../../scaffold/new_chart.ts";
import type { CreateFlags } from "../author_commands.ts";
import type { CliContext } from "../context.ts";
import { mayRead } from "../locator.ts";
import { writeFiles } from "../write_text.ts";

/** Writes the files of a chart, where none of them is yet. */
export async function create(this: CliContext, flags: CreateFlags, given: string): Promise<void> {
  const folder = given.replace(/(?<=.)\/+$/, "");
  const name = folder.slice(folderOf(folder).length).replace(/^\//, "");
  // Helm's rule, pkg/chart/v2/util/create.go; names of objects are made of it.
  if (!/^[a-zA-Z0-9._-]{1,250}$/.test(name) || /^\.+$/.test(name)) {
    throw new CapstanError(`${JSON.stringify(name)} cannot name a chart`, {
      code: "create/name",
      hint: "use letters, digits, -, _ and ., at most 250 of them",
    });
  }
  this.process.stdout.write(`Creating ${folder}\n`);
  await writeFiles(
    folder,
    flags.starter ? await fromStarter(this, name, flags.starter) : newChartFiles(name),
  );
}

async function fromStarter(context: CliContext, name: string, starter: string) {
  const { warn } = context;
  const chart = await loadChart(starterPath(context, starter), { warn, signal: context.abort });
  if (chart.dependencies.length > 0) {
    warn("the charts in the starter's charts/ are not copied: `capstan dependency update` fetches");
  }
  return starterCopy(name, chart);
}

/** A starter is named in Helm's folder of them, or by an absolute path. */
export function starterPath(context: CliContext, starter: string): string {
  if (/^([/\\]|[A-Za-z]:)/.test(starter)) return starter;
  return `${helmFolders((name) => context.env(name), mayRead).data}/starters/${starter}`;
}
