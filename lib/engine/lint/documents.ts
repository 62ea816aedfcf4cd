/**
 * The documents of a file as linting sees them: the few fields that its rules ask for.
 *
 * @module
 */

import { jsonStreamError } from "../../chart/json_error.ts";
import { jsonKind } from "../../chart/metadata.ts";
import { scalarText } from "../../chart/scalar.ts";
import { messageOf } from "../../errors.ts";
import { isMap, sortedKeys } from "../../template/value.ts";
import { splitYamlDocuments } from "../../yaml/documents.ts";
import { parseYaml } from "../../yaml/parse.ts";

/** A document's head. */
export interface LintObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** A text that cannot be read, in Go's words. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
}

/**
 * The documents of a text, those that are null left out.
 *
 * @throws {DocumentError} at the first that cannot be read; those before it have been handed out.
 */
export function* lintDocuments(text: string): Generator<LintObject, void, undefined> {
  let read = 0;
  try {
    for (const document of splitYamlDocuments(text)) {
      const value = parseYaml(document, { bigints: true });
      read++;
      if (value !== null) yield objectOf(value);
    }
  } catch (error) {
    // What begins as JSON does is taken for JSON, unless YAML can make sense of it.
    const json = read === 0 && text.trimStart().startsWith("{");
    const problem = json ? jsonStreamError(text) : messageOf(error);
    throw new DocumentError(`unable to parse YAML: ${problem}`, { cause: error });
  }
}

function objectOf(value: unknown): LintObject {
  if (!isMap(value)) throw mismatch(value, "value of type rules.k8sYamlStruct");
  const head = { apiVersion: "", kind: "", name: "" };
  for (const key of sortedKeys(value)) {
    const field = value[key];
    switch (key.toLowerCase()) {
      case "apiversion":
        head.apiVersion = text(field, "k8sYamlStruct.apiVersion") ?? head.apiVersion;
        break;
      case "kind":
        head.kind = text(field, "k8sYamlStruct.Kind") ?? head.kind;
        break;
      case "metadata":
        head.name = nameIn(field) ?? head.name;
    }
  }
  return head;
}

function nameIn(metadata: unknown): string | undefined {
  if (metadata === null) return undefined;
  if (!isMap(metadata)) {
    throw mismatch(
      metadata,
      "struct field k8sYamlStruct.Metadata of type rules.k8sYamlMetadata",
    );
  }
  let name: string | undefined;
  for (const key of sortedKeys(metadata)) {
    const lower = key.toLowerCase();
    if (lower === "namespace") text(metadata[key], "k8sYamlMetadata.Metadata.Namespace");
    if (lower === "name") name = text(metadata[key], "k8sYamlMetadata.Metadata.Name") ?? name;
  }
  return name;
}

/** A scalar as text; `undefined` for null, which leaves a field as it is. */
function text(value: unknown, field: string): string | undefined {
  if (value === null) return undefined;
  const result = scalarText(value);
  if (result !== undefined) return result;
  throw mismatch(value, `struct field ${field} of type string`);
}

function mismatch(value: unknown, target: string): Error {
  return new Error(
    `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${
      jsonKind(value)
    } into Go ${target}`,
  );
}
