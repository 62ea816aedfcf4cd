/**
 * `capstan version`.
 *
 * @module
 */
import { RenderBudget } from "../../engine/budget.ts";
import { DEFAULT_KUBE_VERSION } from "../../engine/capabilities.ts";
import { parseTemplate, TemplateSet } from "../../template/template.ts";
import { newMap } from "../../template/value.ts";
import type { CliContext } from "../context.ts";
import type { VersionFlags } from "../shell_commands.ts";
import { VERSION } from "../version.ts";

/** Prints the version, or what a template makes of it. */
export function version(this: CliContext, { short, template }: VersionFlags): void {
  const { stdout } = this.process;
  if (template !== undefined) stdout.write(renderVersion(template));
  else if (short) stdout.write(`v${VERSION}\n`);
  else stdout.write(`capstan ${VERSION} (deno ${Deno.version.deno}, ${Deno.build.target})\n`);
}

/** As in Helm no line is ended that the template does not end, and there are no functions but Go's. */
function renderVersion(template: string): string {
  const set = new TemplateSet({ name: "_" });
  set.add(parseTemplate("_", template, { functions: () => false }));
  const fields = Object.assign(newMap(), {
    Version: `v${VERSION}`,
    GitCommit: "",
    GitTreeState: "",
    GoVersion: "",
    KubeClientVersion: DEFAULT_KUBE_VERSION.replace(/\.0$/, ""),
    Deno: Deno.version.deno,
    Target: Deno.build.target,
  });
  return set.execute("_", fields, { funcs: {}, budget: new RenderBudget() });
}
