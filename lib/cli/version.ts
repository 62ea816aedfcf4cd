/**
 * The version of this program.
 *
 * @module
 */

/** The same as in deno.json, which a test holds it to. */
export const VERSION = "0.1.0";
