/**
 * `--name-template`: a release's name from a template of its own.
 *
 * @module
 */

import type { HelmVersion } from "../chart/chart.ts";
import { newMap } from "../template/value.ts";
import { parseTemplate, TemplateSet } from "../template/template.ts";
import { RenderBudget } from "./budget.ts";
import { templateFunctions } from "./function_table.ts";

/** How the name is made. */
export interface NameTemplateOptions {
  readonly helmVersion?: HelmVersion | undefined;
  /** @default {Date.now} */
  readonly now?: (() => number) | undefined;
  /** @default {crypto.getRandomValues} */
  readonly randomBytes?: ((n: number) => Uint8Array) | undefined;
}

/** The name that a template with sprig's functions writes. */
export function renderReleaseName(text: string, options: NameTemplateOptions = {}): string {
  const { helmVersion = "v4", ...rest } = options;
  const budget = new RenderBudget();
  const funcs = templateFunctions({ ...rest, helmVersion, budget, lookups: undefined });
  const set = new TemplateSet({ name: "name-template" });
  set.add(parseTemplate("name-template", text, { functions: (name) => name in funcs }));
  return set.execute("name-template", newMap(), { funcs, budget });
}
