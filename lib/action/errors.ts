/**
 * What goes wrong with a release. Messages are Helm's.
 *
 * @module
 */
import { CapstanError, type CapstanErrorOptions, messageOf } from "../errors.ts";

/** An operation on a release that did not succeed. */
export class ReleaseError extends CapstanError {
  /** `"ReleaseError"`, or that of the operation's own class. */
  override readonly name: string = "ReleaseError";

  /** The code is that of the cause, if it has one, else `release/failed`. */
  constructor(
    message: string,
    /** The release's name. */
    readonly release: string,
    options: CapstanErrorOptions = {},
  ) {
    super(message, { code: "release/failed", ...inherited(options.cause), ...options });
  }
}

/** A first revision that could not be installed. */
export class InstallError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "InstallError";
}

/** A next revision that could not be put in place. */
export class UpgradeError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "UpgradeError";
}

/** A release that could not be removed, or not as a whole. */
export class UninstallError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "UninstallError";
}

/** An earlier revision that could not be brought back. */
export class RollbackError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "RollbackError";
}

/** Tests of a release that failed. */
export class TestError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "TestError";
}

/** There is no such release, or no such revision of it. */
export class ReleaseNotFoundError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "ReleaseNotFoundError";

  /** The code is `release/not-found` unless the options say otherwise. */
  constructor(message: string, release: string, options: CapstanErrorOptions = {}) {
    super(message, release, { code: "release/not-found", ...options });
  }
}

/** The error of an operation, for whatever its steps have thrown. */
export function releaseError(
  error: unknown,
  { verb, name }: { readonly verb?: keyof typeof KINDS | undefined; readonly name: string },
): ReleaseError {
  if (error instanceof ReleaseError) return error;
  const Kind = verb === undefined ? ReleaseError : KINDS[verb];
  return new Kind(messageOf(error), name, { cause: error });
}

const KINDS = {
  install: InstallError,
  upgrade: UpgradeError,
  rollback: RollbackError,
  uninstall: UninstallError,
  test: TestError,
} as const;

/** What the error of an operation takes over from the error that caused it. */
function inherited(cause: unknown): CapstanErrorOptions {
  if (!(cause instanceof CapstanError)) return {};
  const { code, hint, position, excerpt } = cause;
  return { ...(code === "error" ? {} : { code }), hint, position, excerpt };
}
