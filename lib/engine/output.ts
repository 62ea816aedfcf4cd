/**
 * What `helm template` prints of a rendered chart.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import type { CrdFile, HelmVersion } from "../chart/chart.ts";
import { BadPattern, matchPath } from "../chart/path_match.ts";
import type { Hook } from "./hooks.ts";
import { splitDocuments, trim } from "./manifests.ts";
import type { Manifest } from "./manifests.ts";

/** How the documents of a release are written down. */
export interface ManifestTextOptions {
  /** Files under crds/ to put first. @default {[]} */
  readonly crds?: readonly CrdFile[] | undefined;
  /** Leaves out what Secrets hold. @default {false} */
  readonly hideSecrets?: boolean | undefined;
}

/** The manifest of a release as Helm stores it: every document with the template it comes from. */
export function manifestText(
  manifests: readonly Manifest[],
  options: ManifestTextOptions = {},
): string {
  const crds = (options.crds ?? []).map(({ path, file }) => withSource(path, file.text));
  const documents = manifests.map(({ path, text, head }) => {
    const secret = head.kind === "Secret" && head.apiVersion === "v1";
    if (options.hideSecrets !== true || !secret) return withSource(path, text);
    return withSource(path, "# HIDDEN: The Secret output has been suppressed");
  });
  return [...crds, ...documents].join("");
}

/** What is printed of a release. */
export interface TemplateOutput {
  /** The stored manifest, see {@linkcode manifestText}. */
  readonly manifest: string;
  readonly hooks: readonly Hook[];
}

/** What `helm template` prints of it. */
export interface TemplateOutputOptions {
  /** @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** Leaves hooks out. @default {false} */
  readonly noHooks?: boolean | undefined;
  /** Leaves test hooks out. @default {false} */
  readonly skipTests?: boolean | undefined;
  /** Only the documents of templates that match one of these patterns. @default {[]} */
  readonly showOnly?: readonly string[] | undefined;
}

/**
 * The text that `helm template` prints.
 *
 * @throws {CapstanError} for a `showOnly` that matches nothing.
 */
export function templateOutput(
  release: TemplateOutput,
  options: TemplateOutputOptions = {},
): string {
  const { helmVersion = "v4", showOnly = [] } = options;
  const hooks = shownHooks(release.hooks, options)
    .map(({ path, manifest }) => withSource(path, manifest));
  const text = `${trim(release.manifest)}\n${hooks.join("")}`;
  return showOnly.length === 0 ? text : only(splitDocuments(text, helmVersion), showOnly);
}

/** The hooks that are printed. */
export function shownHooks(
  hooks: readonly Hook[],
  { noHooks = false, skipTests = false }: TemplateOutputOptions,
): Hook[] {
  if (noHooks) return [];
  return hooks.filter(({ events }) => !skipTests || !events.includes("test"));
}

/** A document below the line that says where it comes from. */
export function withSource(path: string, text: string): string {
  return `---\n# Source: ${path}\n${text}\n`;
}

function only(documents: readonly string[], patterns: readonly string[]): string {
  const named = documents.flatMap((text) => {
    const path = /# Source: [^/]+\/([^\n]+)/.exec(text)?.[1];
    return path === undefined ? [] : [{ path, text }];
  });
  return patterns.map((pattern) => {
    const found = named.filter(({ path }) => matches(pattern, path));
    if (found.length > 0) return found.map(({ text }) => `---\n${text}\n`).join("");
    throw new CapstanError(`could not find template ${pattern} in chart`, {
      code: "template/show-only",
      hint:
        "paths start at the chart, e.g. templates/service.yaml; a template may render to nothing",
    });
  }).join("");
}

function matches(pattern: string, path: string): boolean {
  try {
    return matchPath(pattern, path);
  } catch (error) {
    if (error instanceof BadPattern) return false;
    throw error;
  }
}
