/**
 * The values a stack gives to a release: objects, files, a list of both, or what a function returns.
 *
 * @module
 */
import { orAborted } from "../abort.ts";
import { parseSet } from "../chart/strvals.ts";
import { mergeMaps, readValues } from "../chart/value_files.ts";
import { CapstanError, messageOf } from "../errors.ts";
import { int64, isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";
import type { ReleaseNode, Values, ValuesContext, ValuesInput } from "./types.ts";

/** What {@linkcode releaseValues} needs. */
export interface ValuesSource {
  /** What the paths of values files start from. */
  readonly folder: string;
  /** What a values function is called with. */
  readonly context: ValuesContext;
}

/** Whether a release's values are known before anything has run. */
export function areStatic(node: ReleaseNode): boolean {
  return typeof node.values !== "function";
}

/**
 * A release's values: its `values`, later ones over earlier ones, and its `set` over all.
 *
 * @throws {CapstanError} When a file cannot be read or the function throws or returns no object.
 */
export async function releaseValues(node: ReleaseNode, source: ValuesSource): Promise<GoMap> {
  const { signal } = source.context;
  const given = await evaluate(node, source.context);
  let values = newMap();
  for (const part of Array.isArray(given) ? given : [given]) {
    const layer = typeof part === "string"
      ? await readValues({ files: [absolute(part, source.folder)] }, { signal })
      : plain(part, node, "");
    values = mergeMaps(values, layer as GoMap);
  }
  for (const expression of node.set ?? []) parseSet(expression, values, "typed");
  return values;
}

/** A copy of what the user's code gave, as the engine has values: numbers stay floats, as in a file. */
function plain(value: unknown, node: ReleaseNode, path: string): unknown {
  if (value === null || ["string", "boolean", "number"].includes(typeof value)) return value;
  if (typeof value === "bigint") return int64(value);
  if (Array.isArray(value)) return value.map((item, i) => plain(item, node, `${path}[${i}]`));
  if (typeof value !== "object" || !isMap(value)) {
    const what = typeof value === "object" ? value!.constructor.name : typeof value;
    throw new CapstanError(
      `values of release ${node.name}: ${path || "they"} cannot be written as YAML: ${what}`,
      {
        code: "stack/values",
        hint: "use objects, lists, strings, numbers, booleans and null",
        position: node.declaredAt,
      },
    );
  }
  const copy = newMap();
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) copy[key] = plain(item, node, path === "" ? key : `${path}.${key}`);
  }
  return copy;
}

async function evaluate(
  node: ReleaseNode,
  context: ValuesContext,
): Promise<Exclude<ValuesInput, (...args: never[]) => unknown>> {
  if (typeof node.values !== "function") return node.values ?? {};
  const given: Values = await call(node, node.values, context);
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given;
  throw new CapstanError(
    `values of release ${node.name}: the function returned ${
      Array.isArray(given) ? "a list" : String(given)
    }, not an object`,
    {
      code: "stack/values",
      position: node.declaredAt,
    },
  );
}

async function call(
  node: ReleaseNode,
  values: (context: ValuesContext) => Values | Promise<Values>,
  context: ValuesContext,
) {
  try {
    return await orAborted(values(context), context.signal);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new CapstanError(`values of release ${node.name}: ${messageOf(error)}`, {
      code: "stack/values",
      hint: error instanceof CapstanError ? error.hint : undefined,
      position: node.declaredAt,
      cause: error,
    });
  }
}

function absolute(path: string, folder: string): string {
  return /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${folder}/${path}`;
}
