/**
 * Writing down which variables of the environment are asked for.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import type { PermissionSet } from "./set.ts";

/** The same context; variables that are set are added when they are asked for. */
export function heard(
  need: PermissionSet,
  context: CliContext,
  { reason, optional }: { readonly reason: string; readonly optional: boolean },
): CliContext {
  return {
    ...context,
    env(name) {
      const value = context.env(name);
      if (value) need.add("env", name, reason, { optional });
      return value;
    },
  };
}
