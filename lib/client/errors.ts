/**
 * The errors that the library's classes throw, whatever went wrong below them.
 *
 * @module
 */
import {
  InstallError,
  ReleaseError,
  ReleaseNotFoundError,
  UpgradeError,
} from "../action/errors.ts";
import { ChartError } from "../chart/chart.ts";
import { CapstanError, type CapstanErrorOptions, HelmError } from "../errors.ts";

/**
 * A repository or registry that could not be read or written.
 *
 * @example Usage
 * ```ts
 * import { Chart, RegistryError } from "@capstan/capstan";
 *
 * const chart = new Chart({ name: "web", repo: "http://127.0.0.1:1/charts", chart: "web" });
 * const error = await chart.template().catch((thrown: unknown) => thrown);
 * if (!(error instanceof RegistryError)) throw error;
 * ```
 */
export class RegistryError extends HelmError {
  /** Tells it from other errors. */
  override readonly name = "RegistryError";
}

/**
 * An option that cannot be right, found before anything was done.
 *
 * @example Usage
 * ```ts
 * import { Chart, ValidationError } from "@capstan/capstan";
 *
 * const chart = new Chart({ name: "web", chart: "./charts/web" });
 * const error = await chart.install({ deadline: "ten minutes" }).catch((thrown: unknown) => thrown);
 * if (!(error instanceof ValidationError)) throw error;
 * ```
 */
export class ValidationError extends HelmError {
  /** Tells it from other errors. */
  override readonly name = "ValidationError";
}

/**
 * A cluster that could not be found or reached with what is configured.
 *
 * @example Usage
 * ```ts
 * import { Chart, Configuration, ConfigurationError } from "@capstan/capstan";
 *
 * await using config = new Configuration({ kubeconfig: "./no-such-file" });
 * const error = await new Chart({ name: "web", config }).status().catch((thrown: unknown) => thrown);
 * if (!(error instanceof ConfigurationError)) throw error;
 * ```
 */
export class ConfigurationError extends HelmError {
  /** Tells it from other errors. */
  override readonly name = "ConfigurationError";
}

/**
 * An operation that took longer than its `deadline`.
 *
 * @example Usage
 * ```ts
 * import { DeadlineError, HelmError } from "@capstan/capstan";
 *
 * const error = new DeadlineError("install of web did not end within 2m", { hint: "allow more" });
 * if (!(error instanceof HelmError) || error.code !== "operation/deadline") throw error;
 * ```
 */
export class DeadlineError extends HelmError {
  /** Tells it from other errors. */
  override readonly name = "DeadlineError";

  /** The code is `operation/deadline` unless the options say otherwise. */
  constructor(message: string, options: CapstanErrorOptions = {}) {
    super(message, { code: "operation/deadline", ...options });
  }
}

/** Whatever was thrown, as the family has it: what is no error of Capstan's is left as it is. */
export function helmError(error: unknown): unknown {
  if (error instanceof UpgradeError && error.code === "release/not-found") {
    return new ReleaseNotFoundError(error.message, error.release, detailsOf(error));
  }
  if (error instanceof HelmError || !(error instanceof CapstanError)) return error;
  const Kind = kindOf(error.code);
  return new Kind(error.message, detailsOf(error));
}

/** The error of an operation where it failed before the engine knew what it would come to. */
export function asOperation(error: unknown, verb: "install" | "upgrade" | "deploy"): unknown {
  if (!(error instanceof ReleaseError) || error.name !== "ReleaseError" || verb === "deploy") {
    return error;
  }
  const Kind = verb === "install" ? InstallError : UpgradeError;
  return new Kind(error.message, error.release, { ...detailsOf(error), cause: error.cause });
}

/** What an error takes over from the one that caused it. */
export function detailsOf(error: unknown): CapstanErrorOptions {
  if (!(error instanceof CapstanError)) return { cause: error };
  const { code, hint, position, excerpt } = error;
  return { code, hint, position, excerpt, cause: error };
}

/** What keeps a cluster from being asked at all. */
const OUT_OF_REACH = /^kube\/(unreachable|connection-lost|untrusted-certificate|unauthorized)$/;

function kindOf(code: string): new (message: string, options: CapstanErrorOptions) => HelmError {
  if (OUT_OF_REACH.test(code)) return ConfigurationError;
  const [area] = code.split("/", 1);
  switch (area) {
    case "registry":
    case "repo":
    case "oci":
      return RegistryError;
    case "chart":
      return ChartError;
    case "kubeconfig":
    case "credentials":
      return ConfigurationError;
    default:
      return HelmError;
  }
}

/** The result of `work`, or its error as {@linkcode helmError} has it. */
export async function inFamily<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw helmError(error);
  }
}

/** {@linkcode inFamily} for what is done to a release, or to many: what has no class of its own is one of releases. */
export async function ofRelease<T>(release: string, work: Promise<T>): Promise<T> {
  try {
    return await inFamily(work);
  } catch (error) {
    if (!(error instanceof HelmError) || error.name !== "HelmError") throw error;
    throw new ReleaseError(error.message, release, { ...detailsOf(error), cause: error.cause });
  }
}
