/**
 * A helmfile as data, for one environment: its bases and its parts merged, its templates rendered.
 *
 * @module
 */
import { folderOf } from "../../files.ts";
import { mergeMaps } from "../../chart/value_files.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import { isMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { layered, renderText } from "./render.ts";
import type { TemplateScope } from "./render.ts";
import { expand, joinPath } from "./source.ts";
import type { HelmfileFiles, LeftOut } from "./source.ts";
import { parseMap } from "./yaml.ts";

/** A helmfile for one environment. */
export interface HelmfileState {
  readonly path: string;
  readonly environment: string;
  /** The environment's values. */
  readonly values: GoMap;
  /** Everything else, as the file has it. */
  readonly document: GoMap;
  /** The kubeconfig's context that the environment names. */
  readonly environmentContext: string | undefined;
}

/** What reads helmfiles. */
export interface Reader {
  readonly files: HelmfileFiles;
  readonly left: LeftOut;
}

/** The environments that a helmfile and its bases name, `default` where they name none. */
export function environmentsOf(reader: Reader, path: string): string[] {
  const named = environmentsIn(reader, path, []);
  return named.length === 0 ? ["default"] : [...new Set(named)];
}

function environmentsIn(reader: Reader, path: string, from: readonly string[]): string[] {
  if (from.includes(path)) return [];
  const text = textOf(reader, path);
  const bases = text.split(PARTS).flatMap((part) => basesOf(path, part));
  return [
    ...bases.flatMap((base) =>
      environmentsIn(reader, joinPath(folderOf(path), base), [...from, path])
    ),
    ...keysOf(path, blocksOf(text, "environments")),
  ];
}

/** Between the parts of a helmfile. */
const PARTS = /^---[ \t]*$/m;

/** What a helmfile is read with. */
export interface StateOptions {
  readonly environment: string;
  /** Values that are stronger than its own. */
  readonly given?: GoMap | undefined;
  /** Values that are weaker: those of the helmfile that names it, where it inherits them. */
  readonly inherited?: GoMap | undefined;
}

/**
 * Reads a helmfile for one environment.
 *
 * @throws {CapstanError} When it cannot be read, rendered or parsed.
 */
export function readState(
  reader: Reader,
  path: string,
  { environment, given = {}, inherited = {} }: StateOptions,
): HelmfileState {
  const text = textOf(reader, path);
  let document: GoMap = {};
  let values: GoMap = layered([inherited, given]);
  const scope = (): TemplateScope => ({
    environment,
    values,
    kubeContext: contextOf(document, environment),
    left: reader.left,
  });
  for (const part of text.split(PARTS)) {
    for (const base of basesOf(path, part)) {
      const below = joinPath(folderOf(path), base);
      const state = readState(reader, below, { environment, inherited: values, given });
      document = merged(document, state);
      values = state.values;
    }
    const head = isTemplate(path, part) ? blocksOf(part, "environments", "values") : part;
    const known = parseMap(path, rendered(reader, path, head, scope()));
    values = layered([values, environmentValues(reader, path, environment, known), given]);
    const body = rendered(reader, path, part, scope());
    document = mergeDocuments(document, parseMap(path, body));
  }
  const environmentContext = contextOf(document, environment);
  return { path, environment, values, document, environmentContext };
}

function contextOf(document: GoMap, environment: string): string | undefined {
  const { environments } = document;
  const chosen = isMap(environments) ? environments[environment] : undefined;
  return isMap(chosen) && chosen["kubeContext"] ? String(chosen["kubeContext"]) : undefined;
}

function textOf({ files }: Reader, path: string): string {
  const text = files.read(path);
  if (text !== undefined) return text;
  throw new CapstanError(`cannot import ${path}: no such file`, {
    code: "import/missing",
    hint: "name the helmfile: `capstan import path/to/helmfile.yaml`",
  });
}

function merged(document: GoMap, base: HelmfileState): GoMap {
  const { bases: _, ...rest } = base.document;
  return mergeDocuments(document, rest);
}

/** Maps are merged, and lists of releases and repositories are joined. */
function mergeDocuments(base: GoMap, over: GoMap): GoMap {
  const joined = mergeMaps(base, over);
  for (const key of ["releases", "repositories", "helmfiles", "hooks"]) {
    const [below, above] = [base[key], over[key]];
    if (Array.isArray(below) && Array.isArray(above)) joined[key] = [...below, ...above];
  }
  return joined;
}

/**
 * Whether a text is rendered as a whole: helmfile 1 does that for .gotmpl files only, helmfile 0 for
 * all, and there what a release's own fields are rendered with is escaped.
 */
function isTemplate(path: string, text: string): boolean {
  return path.endsWith(".gotmpl") ||
    /\{\{-?\s*(`|if\b|range\b|with\b|define\b|end\b|readFile|requiredEnv|env\b|\/\*)/.test(text);
}

function rendered(reader: Reader, path: string, text: string, scope: TemplateScope): string {
  if (!isTemplate(path, text)) return text;
  try {
    return renderText(reader.files, path, text, scope);
  } catch (error) {
    const { position, excerpt } = error instanceof CapstanError ? error : {};
    const hint = hintOf(error);
    throw new CapstanError(
      `cannot import ${path} for environment ${scope.environment}: ${messageOf(error)}`,
      { code: "import/template", hint, position, excerpt, cause: error },
    );
  }
}

/** What an error says to do, or the one below it. */
function hintOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error instanceof CapstanError && error.hint || hintOf(error.cause);
}

/** The lines of these top-level keys, which can be read before the rest can be rendered. */
function blocksOf(text: string, ...keys: string[]): string {
  let inside = false;
  return text.split("\n").filter((line) => {
    if (/^[^\s#]/.test(line)) inside = keys.some((key) => line.startsWith(`${key}:`));
    return inside;
  }).join("\n");
}

/** The keys one level below the only key of a block, which may be a template. */
function keysOf(path: string, block: string): string[] {
  const [map] = Object.values(quietly(path, block));
  if (isMap(map)) return Object.keys(map);
  const lines = block.split("\n").slice(1).filter((line) => /^\s+[^\s#]/.test(line));
  const indent = /^\s*/.exec(lines[0] ?? "")![0];
  return lines.flatMap((line) => {
    const name = line.startsWith(indent)
      ? /^["']?([\w.-]+)["']?\s*:/.exec(line.slice(indent.length))
      : null;
    return name === null ? [] : [name[1]!];
  });
}

function basesOf(path: string, text: string): string[] {
  const list = quietly(path, blocksOf(text, "bases"))["bases"];
  return Array.isArray(list) ? list.map(String) : [];
}

function quietly(path: string, text: string): GoMap {
  try {
    return parseMap(path, text);
  } catch {
    // What it is of is read again, and complained about, as a whole.
    return {};
  }
}

function environmentValues(
  reader: Reader,
  path: string,
  environment: string,
  document: GoMap,
): GoMap {
  const all = isMap(document["environments"]) ? document["environments"] : {};
  const chosen = isMap(all[environment]) ? all[environment] : {};
  if (chosen["secrets"] !== undefined) {
    reader.left.add(
      `environment ${environment}: secrets ${listed(chosen["secrets"])}: they are not decrypted; ` +
        "values that come from them are missing",
    );
  }
  for (const key of Object.keys(chosen)) {
    if (!["values", "secrets", "missingFileHandler", "kubeContext"].includes(key)) {
      reader.left.add(`environment ${environment}: ${key}`);
    }
  }
  return layered([
    ...layersOf(reader, path, environment, document["values"]),
    ...layersOf(reader, path, environment, chosen["values"]),
  ]);
}

/** The maps of a list of values: what it holds, and the files that it names. */
export function layersOf(
  reader: Reader,
  path: string,
  environment: string,
  list: unknown,
): GoMap[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry) => {
    if (isMap(entry)) return [entry];
    const found = expand(reader.files, joinPath(folderOf(path), String(entry)));
    return found.flatMap((file) => {
      const text = reader.files.read(file);
      if (text === undefined) {
        reader.left.add(`environment ${environment}: values file ${file} is not there`);
        return [];
      }
      const scope = { environment, values: {}, left: reader.left };
      return [
        parseMap(file, file.endsWith(".gotmpl") ? rendered(reader, file, text, scope) : text),
      ];
    });
  });
}

function listed(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(", ") : String(value);
}
