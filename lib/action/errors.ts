/**
 * What goes wrong with a release. Messages are Helm's.
 *
 * @module
 */
import { CapstanError, type CapstanErrorOptions, HelmError, messageOf } from "../errors.ts";

/**
 * An operation on a release that did not succeed.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, memoryStorage, ReleaseError, rollback } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const web = { name: "web", namespace: "default" };
 * const error = await rollback(web, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof ReleaseError) || error.release !== "web") throw error;
 * ```
 */
export class ReleaseError extends HelmError {
  /** `"ReleaseError"`, or that of the operation's own class. */
  override readonly name: string = "ReleaseError";

  /** The code is that of the cause, if it has one, else `release/failed`. */
  constructor(
    message: string,
    /** The release's name; empty where many were asked for. */
    readonly release: string,
    options: CapstanErrorOptions = {},
  ) {
    super(message, { code: "release/failed", ...inherited(options.cause), ...options });
  }
}

/**
 * A first revision that could not be installed.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, install, InstallError, memoryStorage } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * await install(web, context);
 * const error = await install(web, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof InstallError)) throw error;
 * ```
 */
export class InstallError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "InstallError";
}

/**
 * A next revision that could not be put in place.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, memoryStorage, upgrade, UpgradeError } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const chart = chartFromFiles({ "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" });
 * const web = { name: "web", namespace: "default", chart };
 * const error = await upgrade(web, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof UpgradeError)) throw error;
 * ```
 */
export class UpgradeError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "UpgradeError";
}

/**
 * A release that could not be removed, or not as a whole.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, memoryStorage, uninstall, UninstallError } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const bad = { name: "Not_A_Name", namespace: "default" };
 * const error = await uninstall(bad, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof UninstallError)) throw error;
 * ```
 */
export class UninstallError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "UninstallError";
}

/**
 * An earlier revision that could not be brought back.
 *
 * @example Usage
 * ```ts
 * import { createApiServer, createKubeClient, memoryStorage, rollback, RollbackError } from "@capstan/capstan";
 *
 * const cluster = createApiServer().serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const web = { name: "web", namespace: "default", revision: -1 };
 * const error = await rollback(web, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof RollbackError)) throw error;
 * ```
 */
export class RollbackError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "RollbackError";
}

/**
 * Tests of a release that failed.
 *
 * @example Usage
 * ```ts
 * import { chartFromFiles, createApiServer, createKubeClient, deploy, memoryStorage, test, TestError } from "@capstan/capstan";
 *
 * const cluster = createApiServer({ faults: [{ method: "POST", path: "/pods", status: 403 }] }).serve();
 * const api = createKubeClient({ server: cluster.url, namespace: "default" });
 * const context = { api, storage: memoryStorage() };
 * const chart = chartFromFiles({
 *   "Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
 *   "templates/test.yaml": `
 * apiVersion: v1
 * kind: Pod
 * metadata:
 *   name: web-test
 *   annotations: { "helm.sh/hook": test }
 * spec:
 *   containers: [{ name: test, image: busybox }]
 *   restartPolicy: Never
 * `,
 * });
 * const web = { name: "web", namespace: "default" };
 * await deploy({ ...web, chart }, context);
 * const error = await test(web, context).catch((thrown: unknown) => thrown);
 * api.close();
 * await cluster.close();
 * if (!(error instanceof TestError)) throw error;
 * ```
 */
export class TestError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "TestError";
}

/**
 * There is no such release, or no such revision of it.
 *
 * @example Usage
 * ```ts
 * import { getRelease, memoryStorage, ReleaseNotFoundError } from "@capstan/capstan";
 *
 * const context = { storage: memoryStorage() };
 * const error = await getRelease({ name: "web", namespace: "default" }, context)
 *   .catch((thrown: unknown) => thrown);
 * if (!(error instanceof ReleaseNotFoundError)) throw error;
 * ```
 */
export class ReleaseNotFoundError extends ReleaseError {
  /** Tells it from other release errors. */
  override readonly name = "ReleaseNotFoundError";

  /** The code is `release/not-found` unless the options say otherwise. */
  constructor(message: string, release: string, options: CapstanErrorOptions = {}) {
    super(message, release, { code: "release/not-found", ...options });
  }
}

/** What to do about a release that is not in a namespace. */
export function elsewhere(namespace: string): { readonly hint: string } {
  return { hint: `is it in another namespace than ${namespace}? \`capstan list -A\` shows all` };
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

/** What the error of an operation takes over from the error that caused it, however far below. */
function inherited(cause: unknown): CapstanErrorOptions {
  if (!(cause instanceof CapstanError)) {
    return cause instanceof Error ? inherited(cause.cause) : {};
  }
  const { code, hint, position, excerpt } = cause;
  return { ...(code === "error" ? {} : { code }), hint, position, excerpt };
}
