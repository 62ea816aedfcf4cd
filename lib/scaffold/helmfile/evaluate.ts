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
import { releasesOf } from "./releases.ts";
import type { ImportedRelease, ReleaseOff } from "./releases.ts";
import { repositoriesOf } from "./repositories.ts";
import type { ImportedRepository } from "./repositories.ts";
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
  "defaultInherit",
  "environments",
  "helmDefaults",
  "helmfiles",
  "hooks",
  "kubeContext",
  "missingFileHandler",
  "namespace",
  "releases",
  "repositories",
  "templates",
  "values",
];

/** Maps of a helmfile that one that it names may inherit; repositories are known to it anyway. */
const INHERITED = ["commonLabels", "helmDefaults", "templates"] as const;

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
  /** The helmfile that names this one, and what of it is this one's too (`inherits`). */
  readonly parent?: { readonly state: HelmfileState; readonly inherits: readonly string[] };
  readonly depth?: number | undefined;
}

/** Reads a helmfile and those that it names. */
export function evaluate(reader: Reader, path: string, options: EvaluateOptions): Evaluated {
  const { selectors = [], depth = 0 } = options;
  const state = stateOf(reader, path, options);
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

/** A helmfile with what it inherits: its own is stronger. */
function stateOf(reader: Reader, path: string, options: EvaluateOptions): HelmfileState {
  const { environment, values: given, parent } = options;
  if (parent === undefined) return readState(reader, path, { environment, given });
  const { state, inherits } = parent;
  const inherited = inherits.includes("environments") ? state.values : undefined;
  const own = readState(reader, path, { environment, given, inherited });
  const document = { ...own.document };
  for (const key of INHERITED.filter((each) => inherits.includes(each))) {
    const [below, above] = [state.document[key], document[key]].map((map) => isMap(map) ? map : {});
    document[key] = { ...below, ...above };
  }
  return { ...own, document };
}

function isBefore({ when }: ImportedHook): boolean {
  return when === "before";
}

function nestedOf(reader: Reader, state: HelmfileState, options: EvaluateOptions): Evaluated[] {
  const list = Array.isArray(state.document["helmfiles"]) ? state.document["helmfiles"] : [];
  return list.flatMap((entry) => {
    const { path, selectors, values, inherits, ...rest } = isMap(entry)
      ? entry
      : { path: entry } as GoMap;
    const name = String(path);
    const wanted = Array.isArray(inherits) ? inherits.map(String) : [];
    for (const key of wanted) {
      if (!["environments", "repositories", ...INHERITED].includes(key)) {
        reader.left.add(`${state.path}: ${key} that helmfiles ${name} inherits`);
      }
    }
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
        parent: { state, inherits: wanted },
        repositories: options.repositories,
        selectors: Array.isArray(selectors) ? selectors.map(String) : options.selectors,
        depth: (options.depth ?? 0) + 1,
      });
    });
  });
}
