/**
 * The error of a YAML text that cannot be read, or of a value that cannot be written as YAML.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";
import type { CapstanErrorOptions } from "../errors.ts";

/** What a {@linkcode YamlError} knows besides its message. */
export interface YamlErrorOptions extends CapstanErrorOptions {
  /** The line of the problem, counted from 1; it can differ from the one in Go's own words. */
  readonly line?: number | undefined;
  /** The column of the problem, counted from 1. */
  readonly column?: number | undefined;
}

/**
 * A YAML text or value with which nothing can be done. The message is Go's, word for word.
 *
 * @example Usage
 * ```ts
 * import { parseYaml, YamlError } from "@capstan/capstan";
 *
 * let line: number | undefined;
 * try {
 *   parseYaml("a: [1\nb: 2\n");
 * } catch (error) {
 *   if (error instanceof YamlError) line = error.line;
 * }
 * if (line !== 2) throw new Error(`line ${line}`);
 * ```
 */
export class YamlError extends CapstanError {
  /** Tells it from other Capstan errors. */
  override readonly name = "YamlError";
  /** Counted from 1. */
  readonly line: number | undefined;
  /** Counted from 1. */
  readonly column: number | undefined;

  /** The code is `yaml` unless the options say otherwise. */
  constructor(message: string, options: YamlErrorOptions = {}) {
    super(message, { code: "yaml", ...options });
    this.line = options.line;
    this.column = options.column;
  }
}
