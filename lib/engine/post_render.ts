/**
 * Helm 4's way to a post-renderer: hooks and manifests go to it in one stream, each document marked
 * with its file, and are sorted after it (pkg/action/action.go, PostRenderStrategyCombined).
 *
 * Helm has kyaml write every document anew. Here a document keeps its text where the mark can be put
 * into it as a line; the others are written anew, with sorted keys and without comments.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { decodeYaml } from "../chart/decode.ts";
import { compareStrings, isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import { RenderError } from "./errors.ts";
import { splitDocuments } from "./manifests.ts";
import { withMark, withoutMark } from "./post_render_mark.ts";

/** A post-renderer: YAML documents in, YAML documents out. */
export type PostRender = (manifest: string, signal?: AbortSignal) => Promise<string>;

/**
 * The files as the post-renderer leaves them. A document that comes back without its mark is in a file
 * of its own, `generated-by-postrender-N.yaml`.
 *
 * @throws {RenderError} where what goes in or comes out is no stream of manifests.
 */
export async function postRenderFiles(
  files: ReadonlyMap<string, string>,
  postRender: PostRender,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const answer = await postRender(merged(files), signal);
  const result = new Map<string, string>();
  for (const [index, document] of documentsOf(answer).entries()) {
    const { path = `generated-by-postrender-${index}.yaml`, text } = withoutMark(document);
    const before = result.get(path);
    result.set(path, before === undefined ? text : `${before}---\n${text}`);
  }
  return result;
}

/** A document with the map that it holds. */
export interface Document {
  readonly text: string;
  readonly value: GoMap;
}

function merged(files: ReadonlyMap<string, string>): string {
  const documents: string[] = [];
  for (const path of [...files.keys()].sort(compareStrings)) {
    if (path.slice(path.lastIndexOf("/") + 1).startsWith("_")) continue;
    const problem = `error merging manifests: parsing ${path}: `;
    for (const part of splitDocuments(files.get(path)!)) {
      // A list that stands alone is taken for its items.
      for (const document of unwrapped(read(part, problem))) {
        documents.push(withMark(document, path));
      }
    }
  }
  return documents.join("---\n");
}

function documentsOf(answer: string): Document[] {
  const problem = "error while parsing post rendered output: error parsing YAML: ";
  const documents = splitDocuments(answer).flatMap((part) => read(part, problem));
  return documents.length === 1 ? unwrapped(documents) : documents;
}

const YAML_HINT =
  "a post-renderer prints YAML documents and nothing else; try it: capstan template … | the post-renderer";

/** The document, if there is anything in it. */
function read(part: string, problem: string): Document[] {
  const text = part.endsWith("\n") ? part : `${part}\n`;
  let value: unknown;
  try {
    value = decodeYaml(text);
  } catch (error) {
    throw new RenderError(problem + messageOf(error), {
      code: "post-renderer/yaml",
      hint: YAML_HINT,
      cause: error,
    });
  }
  if (value === null) return [];
  if (isMap(value)) return [{ text, value }];
  throw new RenderError(`${problem}a document is no map`, {
    code: "post-renderer/yaml",
    hint: YAML_HINT,
  });
}

function unwrapped(documents: Document[]): Document[] {
  return documents.flatMap((document) => {
    const { kind, items } = document.value;
    if ((kind !== "List" && kind !== "ResourceList") || !Array.isArray(items)) return [document];
    return items.map((item) => {
      const value = isMap(item) ? item : newMap();
      return { text: emitYaml(value), value };
    });
  });
}
