/**
 * From rendered files to manifests and hooks: documents split, their heads read, sorted by kind.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { ChartError } from "../chart/chart.ts";
import type { HelmVersion } from "../chart/chart.ts";
import { decodeYaml } from "../chart/decode.ts";
import { jsonKind } from "../chart/metadata.ts";
import { scalarText } from "../chart/scalar.ts";
import { compareStrings, isMap } from "../template/value.ts";
import { YamlError } from "../yaml/error.ts";
import { excerptOf } from "./error_help.ts";
import { RenderError } from "./errors.ts";
import { hookOf } from "./hooks.ts";
import type { Hook } from "./hooks.ts";
import { installOrder, sortByKind } from "./kind_order.ts";

/** What Helm reads of a document before it knows more. */
export interface ManifestHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** One document of a rendered file. */
export interface Manifest {
  /** The template it comes from, e.g. `web/templates/service.yaml`. */
  readonly path: string;
  readonly text: string;
  readonly head: ManifestHead;
}

/** The documents of a chart, apart from its hooks. */
export interface SortedManifests {
  readonly manifests: readonly Manifest[];
  readonly hooks: readonly Hook[];
}

/** How documents are read. */
export interface ManifestOptions {
  /** @default {"v4"} */
  readonly helmVersion?: HelmVersion | undefined;
  /** The order of kinds. @default {installOrder(helmVersion)} */
  readonly order?: readonly string[] | undefined;
  /** Told what Helm would log. */
  readonly warn?: ((message: string) => void) | undefined;
}

/**
 * Splits rendered files into documents and sorts these by kind, hooks apart.
 *
 * @throws {RenderError} where a document is no YAML map, in Helm's words.
 */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  options: ManifestOptions = {},
): SortedManifests {
  const { helmVersion = "v4", order = installOrder(helmVersion), warn = () => {} } = options;
  const manifests: Manifest[] = [];
  const hooks: Hook[] = [];
  for (const path of [...files.keys()].sort(compareStrings)) {
    const text = files.get(path)!;
    if (baseName(path).startsWith("_") || text.trim() === "") continue;
    for (const document of splitDocuments(text, helmVersion)) {
      const manifest = { path, text: document, head: readHead(document, path, helmVersion) };
      const hook = hookOf(manifest, { helmVersion, warn });
      if (hook === undefined) manifests.push(manifest);
      else if (hook !== "unknown") hooks.push(hook);
    }
  }
  return {
    manifests: sortByKind(manifests, order, ({ head }) => head.kind),
    hooks: sortByKind(hooks, order, ({ kind }) => kind),
  };
}

/** The documents of a rendered file or a stored manifest, as Helm tells them apart. */
export function splitDocuments(text: string, helmVersion: HelmVersion = "v4"): string[] {
  if (helmVersion === "v3") return splitLoosely(trim(text)).map(trim);
  return trimStart(text).split(/(?<![^\n])---[ \t]*/)
    .map(trimStart)
    .filter((part) => part !== "");
}

/**
 * Helm 3's way: a separator takes the white space around it along, so that of two that only white
 * space parts the second is not seen.
 */
function splitLoosely(text: string): string[] {
  const parts: string[] = [];
  let start = text.startsWith("---") ? overSpace(text, 3) : 0;
  for (let at; (at = text.indexOf("\n---", start)) >= 0; start = overSpace(text, at + 4)) {
    parts.push(text.slice(start, backOverSpace(text, at, start)));
  }
  parts.push(text.slice(start));
  return parts.filter((part) => part !== "");
}

/** Go's `\s`, which is narrower than JavaScript's. */
const SPACE = "\t\n\f\r ";

function overSpace(text: string, start: number): number {
  let at = start;
  while (at < text.length && SPACE.includes(text[at]!)) at++;
  return at;
}

function backOverSpace(text: string, end: number, start: number): number {
  let at = end;
  while (at > start && SPACE.includes(text[at - 1]!)) at--;
  return at;
}

/** Reads what every manifest has. */
export function readHead(
  text: string,
  path: string,
  helmVersion: HelmVersion = "v4",
): ManifestHead {
  try {
    return headOf(decodeYaml(text), helmVersion);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    const { cause } = error;
    const unreadable = cause instanceof YamlError;
    throw new RenderError(`YAML parse error on ${path}: ${messageOf(error)}`, {
      code: "manifest/yaml",
      hint: unreadable
        ? "the template renders to something that is not YAML; is an indent or a quote missing?"
        : "a manifest is a map with apiVersion, kind and metadata",
      position: { file: path },
      excerpt: unreadable ? renderedExcerpt(text, cause) : undefined,
      cause: error,
    });
  }
}

/** The line of the rendered document that cannot be read, and the one before it; not of a Secret. */
function renderedExcerpt(text: string, { line, column }: YamlError): string | undefined {
  if (line === undefined || /^\s*kind:\s*["']?Secret\b/m.test(text)) return undefined;
  const lines = [
    excerptOf({ line: line - 1 }, text),
    excerptOf({ line, column }, text),
  ].filter((shown) => shown !== undefined);
  return lines.length === 0 ? undefined : ["in what it renders to:", ...lines].join("\n");
}

function headOf(value: unknown, helmVersion: HelmVersion): ManifestHead {
  const type = helmVersion === "v3" ? "releaseutil.SimpleHead" : "util.SimpleHead";
  const fields = record(value, `value of type ${type}`);
  const field = (name: string) => find(fields, name);
  const metadata = record(
    field("metadata"),
    'struct field SimpleHead.metadata of type struct { Name string "json:\\"name\\""; Annotations map[string]string "json:\\"annotations\\"" }',
  );
  const annotations = record(
    find(metadata, "annotations"),
    "struct field SimpleHead.metadata.annotations of type map[string]string",
  );
  const texts: Record<string, string> = Object.create(null);
  for (const key of Object.keys(annotations)) {
    texts[key] = text(annotations[key], "metadata.annotations");
  }
  return {
    apiVersion: text(field("apiVersion"), "apiVersion"),
    kind: text(field("kind"), "kind"),
    name: text(find(metadata, "name"), "metadata.name"),
    annotations: texts,
  };
}

function record(value: unknown, target: string): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (isMap(value)) return value;
  throw mismatch(value, target);
}

function text(value: unknown, field: string): string {
  if (value === null || value === undefined) return "";
  const result = scalarText(value);
  if (result === undefined) {
    throw mismatch(value, `struct field SimpleHead.${field} of type string`);
  }
  return result;
}

/** A field in any spelling, as Go decodes JSON; the exact one where there are several. */
function find(fields: Record<string, unknown>, name: string): unknown {
  if (Object.hasOwn(fields, name)) return fields[name];
  const other = Object.keys(fields).find((key) => key.toLowerCase() === name.toLowerCase());
  return other === undefined ? undefined : fields[other];
}

function mismatch(value: unknown, target: string): ChartError {
  return new ChartError(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${
      jsonKind(value)
    } into Go ${target}`,
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

const WHITE_SPACE = /[\p{White_Space}]/u;

/** Without white space at both ends, as Go's unicode.IsSpace has it: a byte order mark stays. */
export function trim(text: string): string {
  let end = text.length;
  while (end > 0 && WHITE_SPACE.test(text[end - 1]!)) end--;
  return trimStart(text.slice(0, end));
}

function trimStart(text: string): string {
  let start = 0;
  while (start < text.length && WHITE_SPACE.test(text[start]!)) start++;
  return text.slice(start);
}
