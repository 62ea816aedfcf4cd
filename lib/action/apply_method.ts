/**
 * Whether the server or the client works out how an object changes.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { Release } from "../release/release.ts";

/** Options about how objects are put in place. */
export interface ApplyOptionsOfRelease {
  /**
   * `true`: by server-side apply. `false`: the client compares the revision before, the new one and
   * what is live, and patches, as Helm 3 does. `"auto"`: as the last revision was, as in Helm 4.
   * @default {true, or false with `forceReplace`}
   */
  readonly serverSide?: boolean | "auto" | undefined;
  /** Replace objects as a whole (PUT) instead of patching them. @default {false} */
  readonly forceReplace?: boolean | undefined;
  /** Take fields over from other managers. @default {false} */
  readonly forceConflicts?: boolean | undefined;
}

/**
 * How the objects of a next revision are put in place.
 *
 * @throws {CapstanError} in Helm's words, where the options contradict each other.
 */
export function applyMethodFor(
  { serverSide, forceReplace = false, forceConflicts = false }: ApplyOptionsOfRelease,
  last: Pick<Release, "applyMethod"> | undefined,
): "ssa" | "csa" {
  const asBefore = last === undefined || last.applyMethod === "ssa";
  const server = serverSide === "auto" ? asBefore : serverSide ?? !forceReplace;
  if (server && forceReplace) {
    throw new CapstanError(
      "invalid operation: cannot use server-side apply and force replace together",
      {
        code: "apply/method",
        hint: "leave --force-replace out, or add --server-side=false",
      },
    );
  }
  if (!server && forceConflicts) {
    throw new CapstanError(
      "invalid client update option(s): forceConflicts enabled when serverSideApply disabled",
      {
        code: "apply/method",
        hint: "--force-conflicts is about fields that the server says others manage",
      },
    );
  }
  return server ? "ssa" : "csa";
}
