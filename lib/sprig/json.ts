/**
 * Template functions for JSON: sprig's, and Helm's where it has its own.
 *
 * @module
 */

import {
  func,
  type FuncMap,
  type GoFunc,
  type GoMap,
  isMap,
  newMap,
  nilMap,
  nilSlice,
} from "../template/value.ts";
import type { SprigEnv } from "./env.ts";
import { jsonTypeOf, readJson } from "./json_read.ts";
import { JsonError, writeJson } from "./json_write.ts";
import type { WriteJsonOptions } from "./json_write.ts";

/**
 * toJson, toPrettyJson, toRawJson, fromJson, fromJsonArray, and those of them with `must` in front.
 *
 * toJson and toPrettyJson answer a value that has no JSON with nothing; the others fail. fromJson
 * and fromJsonArray put their complaint in the result.
 */
export function jsonFuncs({ budget }: Pick<SprigEnv, "budget">): FuncMap {
  const spend = (amount: number) => budget.take(amount);
  function writer(options: WriteJsonOptions = {}): (value: unknown) => string {
    return (value) => writeJson(value, { ...options, spend });
  }
  const compact = writer();
  const pretty = writer({ indent: "  " });
  const raw = func(["any"], writer({ escapeHtml: false }));
  function reader(read: (text: string) => unknown): GoFunc {
    return func(["string"], (text) => {
      spend(text.length);
      return read(text);
    });
  }
  return {
    toJson: func(["any"], (value) => orNothing(() => compact(value))),
    mustToJson: func(["any"], compact),
    toPrettyJson: func(["any"], (value) => orNothing(() => pretty(value))),
    mustToPrettyJson: func(["any"], pretty),
    toRawJson: raw,
    mustToRawJson: raw,
    fromJson: reader(fromJson),
    fromJsonArray: reader(fromJsonArray),
    mustFromJson: reader(readJson),
  };
}

function orNothing(write: () => string): string {
  try {
    return write();
  } catch (error) {
    if (error instanceof JsonError) return "";
    throw error;
  }
}

function fromJson(text: string): GoMap {
  try {
    const value = readJson(text) ?? nilMap();
    if (isMap(value)) return value;
    throw wrongType(value, "map[string]interface {}");
  } catch (error) {
    if (error instanceof JsonError) return Object.assign(newMap(), { Error: error.message });
    throw error;
  }
}

function fromJsonArray(text: string): unknown[] {
  try {
    const value = readJson(text) ?? nilSlice();
    if (Array.isArray(value)) return value;
    throw wrongType(value, "[]interface {}");
  } catch (error) {
    if (error instanceof JsonError) return [error.message];
    throw error;
  }
}

function wrongType(value: unknown, wanted: string): JsonError {
  return new JsonError(
    `json: cannot unmarshal ${jsonTypeOf(value)} into Go value of type ${wanted}`,
  );
}
