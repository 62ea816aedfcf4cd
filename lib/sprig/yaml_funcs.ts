/**
 * Helm's template functions for YAML.
 *
 * @module
 */

import {
  func,
  type FuncMap,
  type GoFunc,
  type GoMap,
  GoNumber,
  GoObject,
  isNil,
  newMap,
} from "../template/value.ts";
import { emitYaml, emitYamlPretty, OrderedMap, PlainScalar } from "../yaml/emit.ts";
import { YamlError } from "../yaml/error.ts";
import { parseYamlList, parseYamlMap } from "../yaml/parse.ts";
import { GoDuration } from "./duration.ts";
import type { SprigEnv } from "./env.ts";
import { JsonError, plainValue } from "./json_write.ts";
import { exportedFields } from "./struct.ts";
import { GoTime, RFC3339_NANO } from "./time.ts";

/**
 * toYaml, toYamlPretty, fromYaml, fromYamlArray; in Helm 4 also mustToYaml.
 *
 * toYaml and toYamlPretty answer a value that has no YAML with nothing. fromYaml and fromYamlArray
 * put their complaint in the result.
 */
export function yamlFuncs(
  { budget, helmVersion, yaml }: Pick<SprigEnv, "budget" | "helmVersion" | "yaml">,
): FuncMap {
  const spend = (amount: number) => budget.take(amount);
  function toYaml(value: unknown): string {
    return trimLine(emitYaml(value, { plain: plainValue, isNull: isNil, spend }));
  }
  function toYamlPretty(value: unknown): string {
    return trimLine(emitYamlPretty(value, { plain: prettyValue, spend }));
  }
  function reader(read: (text: string) => unknown): GoFunc {
    return func(["string"], (text) => {
      spend(text.length);
      return read(text);
    });
  }
  return {
    toYaml: func(["any"], (value) => orNothing(() => toYaml(value))),
    toYamlPretty: func(["any"], (value) => orNothing(() => toYamlPretty(value))),
    fromYaml: reader((text) => yaml?.recall(text, () => fromYaml(text)) ?? fromYaml(text)),
    fromYamlArray: reader(fromYamlArray),
    ...(helmVersion === "v4" ? { mustToYaml: func(["any"], mustToYaml(toYaml)) } : {}),
  };
}

/** What goes wrong before YAML is made carries sigs.k8s.io/yaml's prefix. */
function mustToYaml(toYaml: (value: unknown) => string): (value: unknown) => string {
  return (value) => {
    try {
      return toYaml(value);
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      throw new JsonError(`error marshaling into JSON: ${error.message}`, { cause: error });
    }
  };
}

/**
 * goyaml v3 sees Go's values themselves: bytes are a list of numbers, a nil map is a map, a struct's
 * fields go by their names in lower case, times are no strings.
 */
function prettyValue(value: object): unknown {
  if (value instanceof GoTime) return new PlainScalar(value.layout(RFC3339_NANO));
  if (value instanceof GoDuration) return value.format();
  const fields = exportedFields(value);
  if (fields !== undefined) {
    return new OrderedMap(
      Object.fromEntries(fields.map((field) => [field.name.toLowerCase(), field.value])),
    );
  }
  if (value instanceof Uint8Array) return Array.from(value, BigInt);
  if (value instanceof GoObject && value.kind === "map") return value.entries() ?? newMap();
  if (value instanceof GoNumber && typeof value.value === "bigint") return value.value;
  return plainValue(value);
}

function trimLine(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function orNothing(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof YamlError || error instanceof JsonError) return "";
    throw error;
  }
}

function fromYaml(text: string): GoMap {
  try {
    return parseYamlMap(text);
  } catch (error) {
    if (error instanceof YamlError) return Object.assign(newMap(), { Error: error.message });
    throw error;
  }
}

function fromYamlArray(text: string): unknown[] {
  try {
    return parseYamlList(text);
  } catch (error) {
    if (error instanceof YamlError) return [error.message];
    throw error;
  }
}
