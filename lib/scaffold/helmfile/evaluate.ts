/**
 * All releases of a helmfile and of those that it names, for one environment.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { folderOf } from "../../files.ts";
import { isMap } from "../../template/value.ts";
import { hooksOf } from "./hooks.ts";
import type { ImportedHook } from "./hooks.ts";
import { layered } from "./render.ts";
import type { GoMap } from "../../template/value.ts";
import { releasesOf, repositoriesOf } from "./releases.ts";
import type { ImportedRelease, ImportedRepository, ReleaseOff } from "./releases.ts";
import { isSelected } from "./selector.ts";
import { expand, joinPath } from "./source.ts";
import { layersOf, readState } from "./state.ts";
import type { HelmfileState, Reader } from "./state.ts";

/** What a helmfile comes to in one environment. */
export interface Evaluated {
  readonly releases: readonly ImportedRelease[];
  readonly repositories: readonly ImportedRepository[];
  /** Releases whose condition is off. */
  readonly off: readonly ReleaseOff[];
  /** Hooks before everything. */
  readonly hooks: readonly ImportedHook[];
}

/** Top-level keys that have been read when the releases are known. */
const READ = [
  "bases",
  "commonLabels",
  "environments",
  "helmDefaults",
  "helmfiles",
  "hooks",
  "missingFileHandler",
  "namespace",
  "releases",
  "repositories",
  "templates",
  "values",
];

/** Nested helmfiles may name each other. */
const MAX_DEPTH = 16;

/** Options of {@linkcode evaluate}. */
export interface EvaluateOptions {
  readonly environment: string;
  /** Helmfile's selectors: a release that fits one of them is taken. @default all releases */
  readonly selectors?: readonly string[] | undefined;
  /** Repositories of the helmfiles that name this one. */
  readonly repositories?: readonly ImportedRepository[] | undefined;
  /** Values of the helmfile that names this one. */
  readonly values?: GoMap | undefined;
  readonly depth?: number | undefined;
}

/** Reads a helmfile and those that it names. */
export function evaluate(reader: Reader, path: string, options: EvaluateOptions): Evaluated {
  const { environment, selectors = [], depth = 0 } = options;
  const state = readState(reader, path, environment, options.values);
  const { document } = state;
  for (const key of Object.keys(document)) {
    // What begins with a dot or x- is there for anchors only.
    if (!READ.includes(key) && !/^(\.|x-)/.test(key)) reader.left.add(`${path}: ${key}`);
  }
  const repositories = repositoriesOf(reader, state);
  const known = [...repositories, ...options.repositories ?? []];
  const { releases, off } = releasesOf(reader, state, known);
  const own = releases.filter((release) => isSelected(release, selectors));
  const nested = depth < MAX_DEPTH
    ? nestedOf(reader, state, { ...options, repositories: known })
    : [];
  if (nested.some(({ releases }) => releases.length > 0)) {
    reader.left.add(
      `${path}: helmfile runs the files that it names one after another; a stack starts each release ` +
        "as soon as what it needs is done: add `needs` where the order of files matters",
    );
  }
  const hooks = hooksOf(document["hooks"], {
    name: "all",
    owner: path,
    left: reader.left,
    text: (value) => String(value),
  });
  const all = [...nested, { releases: own, off, repositories, hooks: hooks.filter(isBefore) }];
  for (const { name } of hooks.filter((hook) => !isBefore(hook))) {
    reader.left.add(`${path}: hook ${name}`);
  }
  return {
    releases: all.flatMap(({ releases }) => releases),
    repositories: all.flatMap((each) => each.repositories),
    off: all.flatMap((each) => each.off),
    hooks: all.flatMap((each) => each.hooks),
  };
}

function isBefore({ when }: ImportedHook): boolean {
  return when === "before";
}

function nestedOf(reader: Reader, state: HelmfileState, options: EvaluateOptions): Evaluated[] {
  const list = Array.isArray(state.document["helmfiles"]) ? state.document["helmfiles"] : [];
  return list.flatMap((entry) => {
    const { path, selectors, values, ...rest } = isMap(entry) ? entry : { path: entry } as GoMap;
    const name = String(path);
    for (const key of Object.keys(rest)) {
      if (key !== "selectorsInherited") {
        reader.left.add(`${state.path}: ${key} of helmfiles ${name}`);
      }
    }
    if (/^[a-z]+(::|:\/\/)|@/.test(name)) {
      reader.left.add(`${state.path}: helmfiles ${name}: fetch it to a folder, and name that`);
      return [];
    }
    const given = layered(layersOf(reader, state.path, options.environment, values));
    return expand(reader.files, joinPath(folderOf(state.path), name)).map((file) => {
      if (reader.files.read(file) === undefined) {
        throw new CapstanError(`cannot import ${file}: no such file`, {
          code: "import/missing",
          hint: `${state.path} names it under helmfiles`,
        });
      }
      return evaluate(reader, file, {
        environment: options.environment,
        values: given,
        repositories: options.repositories,
        selectors: Array.isArray(selectors) ? selectors.map(String) : options.selectors,
        depth: (options.depth ?? 0) + 1,
      });
    });
  });
}
