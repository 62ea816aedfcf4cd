/**
 * The version of this program.
 *
 * @module
 */

/**
 * The version of Capstan, without a `v`.
 *
 * @example Usage
 * ```ts
 * import { VERSION } from "@capstan/capstan";
 *
 * if (!/^\d+\.\d+\.\d+/.test(VERSION)) throw new Error(VERSION);
 * ```
 */
export const VERSION = "0.1.0";
