/**
 * Helm's template functions for TOML.
 *
 * @module
 */

import { func, type FuncMap, type GoMap, newMap } from "../template/value.ts";
import type { SprigEnv } from "./env.ts";
import { readToml } from "./toml_read.ts";
import { TomlError, writeToml } from "./toml_write.ts";
import { ZoneTable } from "./zone.ts";

/**
 * toToml and fromToml; in Helm 4 also mustToToml. The first two put their complaint in the result.
 */
export function tomlFuncs(env: SprigEnv): FuncMap {
  const spend = (amount: number) => env.budget.take(amount);
  const zones = new ZoneTable(() => env.timeZone);

  function fromToml(text: string): GoMap {
    spend(text.length);
    try {
      return readToml(text, { zone: zones.local, now: env.now() });
    } catch (error) {
      if (error instanceof TomlError) return Object.assign(newMap(), { Error: error.message });
      throw error;
    }
  }

  return {
    toToml: func(["any"], (value) => {
      try {
        return writeToml(value, spend);
      } catch (error) {
        if (error instanceof TomlError) return error.message;
        throw error;
      }
    }),
    fromToml: func(["string"], fromToml),
    ...(env.helmVersion === "v4"
      ? { mustToToml: func(["any"], (value) => writeToml(value, spend)) }
      : {}),
  };
}
