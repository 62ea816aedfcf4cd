/**
 * A stream of YAML documents, cut at its `---` lines as Helm 4 cuts values files
 * (k8s.io/apimachinery pkg/util/yaml decoder.go).
 *
 * @module
 */

import { YamlError } from "./error.ts";
import { parseYaml } from "./parse.ts";
import type { ParseYamlOptions } from "./parse.ts";

/**
 * The texts of a stream's documents; empty ones are left out. CRLF becomes LF.
 *
 * Documents before a bad separator are still handed out, so that an error in one of them comes
 * first.
 *
 * @throws {YamlError} where a line starts with `---` and goes on with anything but a comment
 */
export function* splitYamlDocuments(text: string): Generator<string, void, undefined> {
  let document = "";
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    const whole = line.endsWith("\r") ? line.slice(0, -1) : line;
    if (!whole.startsWith("---")) {
      document += `${whole}\n`;
      continue;
    }
    const rest = whole.slice(3).trim();
    if (rest !== "" && !rest.startsWith("#")) {
      throw new YamlError(`invalid Yaml document separator: ${rest}`);
    }
    if (document !== "") yield document;
    document = "";
  }
  if (document !== "") yield document;
}

/**
 * The values of all documents of a stream, each as {@linkcode parseYaml} reads it.
 *
 * @example Usage
 * ```ts
 * import { parseYamlDocuments } from "./documents.ts";
 *
 * const values = parseYamlDocuments("a: 1\n---\n# nothing here\n---\nb: 2\n");
 * if (values.length !== 3 || values[1] !== null) throw new Error("unexpected");
 * ```
 *
 * @throws {YamlError} for the first document or separator that cannot be read
 */
export function parseYamlDocuments(text: string, options: ParseYamlOptions = {}): unknown[] {
  return Array.from(splitYamlDocuments(text), (document) => parseYaml(document, options));
}
