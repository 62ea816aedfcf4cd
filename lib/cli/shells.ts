/**
 * The shells whose command lines can be completed.
 *
 * @module
 */

/** Shells that there is a script for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
