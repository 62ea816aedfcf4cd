/**
 * The annotation by which a document finds its file again after a post-renderer.
 *
 * @module
 */

import { decodeYaml } from "../chart/decode.ts";
import { isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import type { Document } from "./post_render.ts";

const MARK = "postrenderer.helm.sh/postrender-filename";
const MARK_LINE = /^[ \t]*(["']?)postrenderer\.helm\.sh\/postrender-filename\1:.*$/;

/** The document's text with the annotation that names its file. */
export function withMark({ text, value }: Document, path: string): string {
  const marked = annotated(value, (annotations) => ({ ...annotations, [MARK]: path }));
  return sameOr(insertLine(text, `${MARK}: '${path.replaceAll("'", "''")}'`), marked);
}

/** The document without the annotation, and the file that it names. */
export function withoutMark({ text, value }: Document): { path: string | undefined; text: string } {
  const path = annotationsOf(value)?.[MARK];
  if (typeof path !== "string" || path === "") return { path: undefined, text };
  const plain = annotated(value, ({ [MARK]: _, ...others }) => others);
  return { path, text: sameOr(removeLine(text), plain) };
}

/** The edited text if it says what it should, else that written anew. */
function sameOr(edited: string | undefined, wanted: GoMap): string {
  const expected = emitYaml(wanted);
  if (edited === undefined) return expected;
  try {
    return emitYaml(decodeYaml(edited)) === expected ? edited : expected;
  } catch {
    return expected;
  }
}

function annotationsOf(value: GoMap): GoMap | undefined {
  const { metadata } = value;
  if (!isMap(metadata) || !isMap(metadata["annotations"])) return undefined;
  return metadata["annotations"];
}

/** A copy of the document with other annotations; none at all are left out. */
function annotated(value: GoMap, change: (annotations: GoMap) => GoMap): GoMap {
  const metadata = isMap(value["metadata"]) ? value["metadata"] : newMap();
  const annotations = change(annotationsOf(value) ?? newMap());
  const { annotations: _, ...others } = metadata;
  const empty = Object.keys(annotations).length === 0;
  return { ...value, metadata: empty ? others : { ...others, annotations } };
}

/** The text with a line at the end of its annotations; `undefined` where they have no block. */
function insertLine(text: string, line: string): string | undefined {
  const lines = text.split("\n");
  const metadata = blockOf(lines, { from: 0, to: lines.length, indent: 0 }, "metadata");
  if (metadata === undefined) return undefined;
  const pad = " ".repeat(metadata.indent);
  const annotations = blockOf(lines, metadata, "annotations");
  if (annotations === undefined) {
    lines.splice(metadata.to, 0, `${pad}annotations:`, `${pad}  ${line}`);
  } else lines.splice(annotations.to, 0, " ".repeat(annotations.indent) + line);
  return lines.join("\n");
}

/** Lines of a mapping in block style, and where its keys stand. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

/** The mapping under a key, where that is written as a block. */
function blockOf(lines: readonly string[], within: Block, key: string): Block | undefined {
  const head = new RegExp(`^ {${within.indent}}${key}:[ \t]*(?:#.*)?$`);
  const at = lines.slice(within.from, within.to).findIndex((line) => head.test(line));
  if (at < 0) return undefined;
  const from = within.from + at + 1;
  let to = from;
  let indent = -1;
  for (let k = from; k < within.to; k++) {
    const depth = lines[k]!.search(/[^ ]/);
    if (depth < 0 || lines[k]!.startsWith("#", depth)) continue;
    if (depth <= within.indent) break;
    if (indent < 0) indent = depth;
    to = k + 1;
  }
  return indent < 0 ? undefined : { from, to, indent };
}

/** The text without the line of the annotation, and without `annotations:` where nothing else is in it. */
function removeLine(text: string): string | undefined {
  const lines = text.split("\n");
  const at = lines.findIndex((line) => MARK_LINE.test(line));
  if (at < 0) return undefined;
  const depth = (line: string | undefined) => line?.search(/[^ ]/) ?? -1;
  const alone = /^ *annotations:[ \t]*$/.test(lines[at - 1] ?? "") &&
    depth(lines[at + 1]) <= depth(lines[at - 1]);
  lines.splice(alone ? at - 1 : at, alone ? 2 : 1);
  return lines.join("\n");
}
