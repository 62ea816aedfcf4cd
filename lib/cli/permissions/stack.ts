/**
 * What it takes to load a stack file and to remember its runs.
 *
 * @module
 */
import { configOf, runnableDeno } from "../../stack/typecheck.ts";
import type { LoadedStack } from "../../stack/load.ts";
import { ownSources } from "../../stack/own_sources.ts";
import { pathsFor } from "../locator.ts";
import { stateFolder } from "../state_folder.ts";
import type { CliContext } from "../context.ts";
import { absolute } from "./cluster.ts";
import { heard } from "./heard.ts";
import type { PermissionSet } from "./set.ts";

/** Adds the stack's folder, modules and values files that are elsewhere, and this program's sources. */
export async function needStackFile(
  need: PermissionSet,
  { stack, file, folder }: LoadedStack,
  options: { readonly values: boolean; readonly path: string },
): Promise<void> {
  need.add("read", folder, "the stack's folder");
  // A link to it is looked at where it is, and then followed.
  need.add("read", absolute(options.path), "the stack file");
  for (const path of ownSources()) need.add("read", path, "what the stack imports");
  for (const path of await modulesOf(file)) need.add("read", path, "what the stack imports");
  for (const { values = [] } of options.values ? stack.releases : []) {
    const parts = typeof values === "function" ? [] : [values].flat();
    for (const part of parts) {
      if (typeof part !== "string") continue;
      need.add("read", absolute(part.startsWith("/") ? part : `${folder}/${part}`), "values");
    }
  }
  const own = [
    ...stack.releases.filter(({ values, postRender, isReady }) =>
      typeof values === "function" || postRender !== undefined || isReady !== undefined
    ),
    ...stack.hooks,
  ].map(({ name }) => name);
  if (own.length > 0) {
    need.note(`what functions of the stack do is not known; look at those of ${own.join(", ")}`);
  }
}

/** Adds what keeps the journal of a run on this machine. */
export function needJournal(need: PermissionSet, context: CliContext, required = false): void {
  const options = { optional: !required };
  const path = stateFolder(heard(need, context, { ...options, reason: "leads to the journals" }));
  if (path === undefined) return;
  need.add("read", path, "journals of runs", options);
  if (!required) need.add("write", path, "keeps journals of runs", options);
}

/** Adds the folder of the cache, for the command that looks after it. */
export function needCache(
  need: PermissionSet,
  context: CliContext,
  { prune }: { readonly prune: boolean },
): void {
  const { cache } = pathsFor(context, {});
  need.add("read", cache, "the cache");
  if (prune) need.add("write", cache, "the cache");
  for (const name of ["CAPSTAN_CACHE_HOME", "XDG_CACHE_HOME", "HOME"] as const) {
    if (context.env(name)) return need.add("env", name, "leads to the cache");
  }
}

/** The files that a module imports, where Deno may be asked for them. */
async function modulesOf(file: string): Promise<string[]> {
  const deno = await runnableDeno();
  if (deno === undefined) return [];
  const { success, stdout } = await new Deno.Command(deno, {
    args: ["info", "--json", ...await configOf(file), file],
    stdin: "null",
    stderr: "null",
  }).output();
  if (!success) return [];
  const { modules } = JSON.parse(new TextDecoder().decode(stdout)) as {
    readonly modules: readonly { readonly local?: string; readonly specifier: string }[];
  };
  return modules.flatMap(({ local, specifier }) =>
    local !== undefined && specifier.startsWith("file:") ? [local] : []
  );
}
