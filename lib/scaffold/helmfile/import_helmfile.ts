/**
 * A helmfile as a stack file.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { stackText } from "./emit.ts";
import { evaluate } from "./evaluate.ts";
import type { Evaluated } from "./evaluate.ts";
import { findNeed } from "./nodes.ts";
import { LeftOut } from "./source.ts";
import type { HelmfileFiles } from "./source.ts";
import { environmentsOf } from "./state.ts";
import type { Reader } from "./state.ts";

export type { HelmfileFiles };

/** Options of {@linkcode importHelmfile}. */
export interface ImportOptions {
  /** Where the helmfile and what it names are read from. */
  readonly files: HelmfileFiles;
  /** The stack's name. */
  readonly name: string;
  /** Environments to carry over. @default all that the helmfile names */
  readonly environments?: readonly string[] | undefined;
  /** Helmfile's selectors: releases that fit one of them are carried over. @default all */
  readonly selectors?: readonly string[] | undefined;
  /** Releases in flight at once, helmfile's `--concurrency`. @default the stack's own default */
  readonly parallelism?: number | undefined;
}

/** What an import makes. */
export interface ImportedStack {
  /** The text of the stack file, to be written to the folder that paths are relative to. */
  readonly text: string;
  /** What is not in the stack, a line each. */
  readonly leftOut: readonly string[];
  readonly environments: readonly string[];
  /** How many different releases there are. */
  readonly releases: number;
}

/**
 * Turns a helmfile into the text of a stack file: releases, needs, values, hooks, environments and
 * repositories, with nested helmfiles and bases. Templates are rendered for each environment; what
 * differs between environments is chosen by `env.name` in the stack. Environment variables are not
 * read: the stack reads them when it runs. What cannot be carried over is listed.
 *
 * @throws {CapstanError} When the helmfile cannot be read, rendered or parsed, or has no releases.
 */
export function importHelmfile(path: string, options: ImportOptions): ImportedStack {
  const reader: Reader = { files: options.files, left: new LeftOut() };
  const environments = options.environments ?? environmentsOf(reader, path);
  const evaluated = new Map<string, Evaluated>();
  for (const environment of environments) {
    const each = evaluate(reader, path, { environment, selectors: options.selectors });
    evaluated.set(environment, each);
    noteMissingNeeds(reader, each);
  }
  const keys = new Set(
    [...evaluated.values()].flatMap(({ releases }) => releases.map(({ key }) => key)),
  );
  for (const { off } of evaluated.values()) {
    for (const { key, name, condition } of off) {
      if (keys.has(key)) continue;
      reader.left.add(`release ${name}: its condition ${condition} is off in every environment`);
    }
  }
  if (keys.size === 0) {
    throw new CapstanError(`cannot import ${path}: it has no releases to install`, {
      code: "import/empty",
      hint: options.selectors === undefined ? undefined : "no release fits the selectors",
    });
  }
  const text = stackText({ ...options, evaluated, from: path, leftOut: reader.left.lines });
  return { text, leftOut: reader.left.lines, environments, releases: keys.size };
}

function noteMissingNeeds({ left }: Reader, { releases }: Evaluated): void {
  for (const release of releases) {
    for (const need of release.needs) {
      if (findNeed(need, releases, release) === undefined) {
        left.add(`release ${release.name}: needs ${need}, which is not among the releases`);
      }
    }
  }
}
