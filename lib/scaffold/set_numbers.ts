/**
 * Whole numbers that a release was given by `--set`. A record does not say how values were given,
 * but templates see an integer of `--set` and a float of a values file, and print large ones
 * differently: `12345678901` and `1.2345678901e+10`.
 *
 * @module
 */
import { formatValue } from "../template/format.ts";
import { isMap, newMap } from "../template/value.ts";
import type { GoMap } from "../template/value.ts";

/** Values in two parts. */
export interface SplitValues {
  readonly values: GoMap;
  /** `--set` expressions. */
  readonly set: readonly string[];
}

/** Takes numbers out of the values that `printed` shows as integers only. */
export function splitSetNumbers(values: GoMap, printed: string): SplitValues {
  const splitter = new Splitter(printed);
  return { values: splitter.map(values, ""), set: splitter.set };
}

class Splitter {
  readonly set: string[] = [];
  constructor(private readonly printed: string) {}

  map(values: GoMap, path: string): GoMap {
    const kept = newMap();
    for (const [key, value] of Object.entries(values)) {
      const at = `${path}${path === "" ? "" : "."}${escaped(key)}`;
      if (!this.#take(value, at)) kept[key] = this.#below(value, at);
    }
    return kept;
  }

  #below(value: unknown, path: string): unknown {
    if (isMap(value)) return this.map(value, path);
    if (!Array.isArray(value)) return value;
    return value.map((item, i) => {
      const at = `${path}[${i}]`;
      // It keeps its place in the list.
      return this.#take(item, at) ? item : this.#below(item, at);
    });
  }

  #take(value: unknown, path: string): boolean {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return false;
    const [whole, float] = [String(value), formatValue(value)];
    if (whole === float || !this.printed.includes(whole) || this.printed.includes(float)) {
      return false;
    }
    this.set.push(`${path}=${whole}`);
    return true;
  }
}

function escaped(key: string): string {
  return key.replace(/[\\.,=[\]{}]/g, "\\$&");
}
