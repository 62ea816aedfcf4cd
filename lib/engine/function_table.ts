/**
 * Every function that templates can call, for one rendering.
 *
 * @module
 */

import type { HelmVersion } from "../chart/chart.ts";
import type { SprigEnv } from "../sprig/env.ts";
import { jsonFuncs } from "../sprig/json.ts";
import { sprigFuncs } from "../sprig/table.ts";
import { tomlFuncs } from "../sprig/toml.ts";
import { yamlFuncs } from "../sprig/yaml_funcs.ts";
import { func } from "../template/value.ts";
import type { Budget, FuncMap } from "../template/value.ts";
import { helmFuncs } from "./funcs.ts";
import type { LookupAnswers } from "./funcs.ts";

/** What the functions work with. */
export interface FunctionOptions {
  readonly helmVersion: HelmVersion;
  readonly budget: Budget;
  readonly lookups: LookupAnswers | undefined;
  /** `include` and `tpl`; without them these are only names. */
  readonly bound?: FuncMap | undefined;
  readonly lint?: boolean | undefined;
  readonly yaml?: SprigEnv["yaml"];
  readonly functions?: FuncMap | undefined;
  readonly resolveHost?: ((name: string) => string) | undefined;
  readonly now?: (() => number) | undefined;
  readonly randomBytes?: ((n: number) => Uint8Array) | undefined;
  readonly timeZone?: string | undefined;
  readonly warn?: ((message: string) => void) | undefined;
}

/** The functions by name. */
export function templateFunctions(options: FunctionOptions): FuncMap {
  const { lookups, lint = false, warn = () => {} } = options;
  const env = new Environment(options);
  const unbound = func(["string", "any"], () => "not implemented");
  return Object.assign(
    sprigFuncs(env),
    jsonFuncs(env),
    yamlFuncs(env),
    tomlFuncs(env),
    options.bound ?? { include: unbound, tpl: unbound },
    helmFuncs({ lint, lookups, warn }),
    options.functions,
  );
}

/** The outside world of a rendering. */
class Environment implements SprigEnv {
  readonly now: () => number;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly resolveHost: (name: string) => string;
  readonly budget: Budget;
  readonly helmVersion: HelmVersion;
  readonly yaml: SprigEnv["yaml"];
  readonly #timeZone: string | undefined;

  constructor(options: FunctionOptions) {
    this.now = options.now ?? Date.now;
    this.randomBytes = options.randomBytes ?? randomBytes;
    this.resolveHost = options.resolveHost ?? (() => "");
    this.budget = options.budget;
    this.helmVersion = options.helmVersion;
    this.yaml = options.yaml;
    this.#timeZone = options.timeZone;
  }

  /** Most charts never ask, and the answer takes longer than making all functions. */
  get timeZone(): string {
    return this.#timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }
}

/** The names of functions, and a text that is the same for the same names of one Helm version. */
export interface FunctionNames {
  has(name: string): boolean;
  readonly key: string;
}

/** The names that parsing needs to know; `added` are those of {@linkcode FunctionOptions.functions}. */
export function functionNames(functions: FuncMap, added: FuncMap = {}): FunctionNames {
  return { has: (name) => name in functions, key: Object.keys(added).sort().join() };
}

function randomBytes(n: number): Uint8Array {
  const bytes = new Uint8Array(n);
  // The platform fills at most 64 KiB at once.
  for (let at = 0; at < n; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
  return bytes;
}
