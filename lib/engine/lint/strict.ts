/**
 * Chart.yaml read strictly: no key twice, no field that Helm does not know.
 *
 * @module
 */

import { messageOf } from "../../errors.ts";
import { isMap, sortedKeys } from "../../template/value.ts";
import { parseYaml } from "../../yaml/parse.ts";

/** Fields by name; a value of a field may be a struct or a list of structs itself. */
interface Struct {
  readonly [field: string]: Struct | undefined;
}

const MAINTAINER: Struct = fields("name", "email", "url");

const DEPENDENCY: Struct = fields(
  ...["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"],
);

const METADATA: Struct = {
  ...fields(
    ...["name", "home", "sources", "version", "description", "keywords", "icon", "apiversion"],
    ...["condition", "tags", "appversion", "deprecated", "annotations", "kubeversion", "type"],
  ),
  maintainers: MAINTAINER,
  dependencies: DEPENDENCY,
};

/** The first thing that strict reading refuses, in Go's words. */
export function strictProblem(text: string): string | undefined {
  try {
    const unknown = unknownField(parseYaml(text, { strict: true }), METADATA);
    return unknown === undefined
      ? undefined
      : `error unmarshaling JSON: while decoding JSON: json: unknown field ${
        JSON.stringify(unknown)
      }`;
  } catch (error) {
    return messageOf(error);
  }
}

/** The first field that is not known, in the order in which Go sees them. */
function unknownField(value: unknown, struct: Struct): string | undefined {
  if (Array.isArray(value)) {
    return value.map((item) => unknownField(item, struct)).find((field) => field !== undefined);
  }
  if (!isMap(value)) return undefined;
  for (const key of sortedKeys(value)) {
    const name = key.toLowerCase();
    if (!Object.hasOwn(struct, name)) return key;
    const inner = struct[name];
    const found = inner === undefined ? undefined : unknownField(value[key], inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fields(...names: readonly string[]): Struct {
  return Object.fromEntries(names.map((name) => [name, undefined]));
}
