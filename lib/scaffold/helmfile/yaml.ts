/**
 * YAML as helmfile reads it: by goccy's and go-yaml 3's rules, where `on` and `yes` are texts, unlike
 * in Helm's files.
 *
 * @module
 */
import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { CapstanError, messageOf } from "../../errors.ts";
import { isMap } from "../../template/value.ts";
import type { GoMap } from "../../template/value.ts";
import { withScalars } from "./env_marks.ts";

/**
 * A text's map; nothing is an empty map.
 *
 * @throws {CapstanError} Where it is no YAML, or no map.
 */
export function parseMap(path: string, text: string): GoMap {
  if (!/^[^#\s]/m.test(text.replace(/^[ \t]+/gm, ""))) return {};
  let value: unknown;
  try {
    value = load(withScalars(text), { schema: CORE_SCHEMA.withTags(mergeTag) });
  } catch (error) {
    const { reason = messageOf(error), mark } = error instanceof YAMLException ? error : {};
    throw new CapstanError(`cannot import ${path}: not YAML: ${reason}`, {
      code: "import/yaml",
      position: mark && { file: path, line: mark.line + 1, column: mark.column + 1 },
      cause: error,
    });
  }
  if (value === null || value === undefined) return {};
  if (isMap(value)) return value;
  throw new CapstanError(`cannot import ${path}: it holds no map`, { code: "import/yaml" });
}
