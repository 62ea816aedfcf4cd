/**
 * The stack file's vocabulary: `defineStack`, `release`, `hook`, `repository`, `kubeContext`.
 *
 * Each makes frozen plain data. A mistake is not thrown where it is made: it is kept with its
 * position, so that {@linkcode defineStack} can show all of them at once.
 *
 * @module
 */
import { CapstanErrors } from "../errors.ts";
import type { CapstanError, Position } from "../errors.ts";
import { checkStack } from "./check.ts";
import { callSite } from "./position.ts";
import type { ObjectRef } from "../kube/types.ts";
import type { ObjectOf } from "./cluster.ts";
import type {
  Condition,
  Duration,
  Environment,
  HookNode,
  HookOptions,
  KubeContext,
  ReleaseNode,
  ReleaseOptions,
  ReleasePart,
  RemoteChart,
  Repository,
  RepositoryOptions,
  Stack,
  StackDefinition,
  StackFactory,
} from "./types.ts";

/**
 * Declares a release: one chart, installed under one name in one namespace.
 *
 * Nothing is loaded or sent here. The result is also what other nodes name in `needs` and `after`.
 *
 * @example Usage
 * ```ts
 * import { defineStack, release } from "@capstan/capstan";
 *
 * const db = release("db", { chart: "./charts/db", namespace: "data", wait: true });
 * const web = release("web", { chart: "./charts/web", needs: [db], values: { replicas: 2 } });
 * export default defineStack({ name: "shop", releases: [db, web] });
 * ```
 */
export function release(name: string, options: ReleaseOptions): ReleaseNode {
  const node = {
    ...options,
    type: "release" as const,
    name,
    namespace: options?.namespace ?? "default",
    needs: options?.needs ?? [],
    declaredAt: callSite(),
  };
  // Not enumerable: they are no options, and no part of what a release is compared by.
  const part = (more: Pick<ReleasePart, "part" | "hook">) =>
    freeze({ type: "release-part" as const, release: node as ReleaseNode, ...more });
  Object.defineProperties(node, {
    ready: { get: () => part({ part: "ready" }) },
    hook: { value: (hook: string) => part({ part: "hook", hook }) },
  });
  return freeze(node as ReleaseNode);
}

/**
 * For `needs` and `after` of others: the CRDs of a release are established, those in crds/ of its
 * chart and those among its objects. What uses the new kinds need not wait until the operator runs.
 *
 * @example Usage
 * ```ts
 * import { crds, defineStack, release } from "@capstan/capstan";
 *
 * const operator = release("operator", { chart: "./charts/operator", wait: true });
 * const db = release("db", { chart: "./charts/db", needs: [crds(operator)] });
 * export default defineStack({ name: "shop", releases: [operator, db] });
 * ```
 */
export function crds(release: ReleaseNode | string): ReleasePart {
  return freeze({ type: "release-part" as const, release, part: "crds" as const });
}

/** Options of {@linkcode until}. */
export interface UntilOptions {
  /** Time from when all else that is needed has finished. @default {"5m"} */
  readonly timeout?: Duration | undefined;
}

/**
 * For `needs` and `after`: a live object is as `predicate` wants it. It is asked when all else that is
 * needed has finished, of the object as it is and then of each change (`undefined` while there is no
 * such object), by a watch. `true` is the end of the wait; `false`, or a text that says what is
 * missing, goes on with it. What it throws fails the release or hook that waits. In a namespaced
 * `ref` without `namespace` that of the cluster's connection is meant; `cluster` is the run's when
 * `undefined`.
 *
 * @example Usage
 * ```ts
 * import { defineStack, release, until } from "@capstan/capstan";
 *
 * const db = release("db", { chart: "./charts/db" });
 * const primary = until(
 *   undefined,
 *   { apiVersion: "v1", kind: "Service", namespace: "data", name: "db-primary" },
 *   (service) => service?.status?.loadBalancer?.ingress !== undefined || "it has no address yet",
 *   { timeout: "10m" },
 * );
 * const web = release("web", { chart: "./charts/web", needs: [db, primary] });
 * export default defineStack({ name: "shop", releases: [db, web] });
 * ```
 */
export function until<K extends string>(
  cluster: KubeContext | undefined,
  ref: ObjectRef & { readonly kind: K },
  predicate: (object: ObjectOf<K> | undefined) => boolean | string,
  options: UntilOptions = {},
): Condition {
  return freeze({
    ...options,
    type: "condition" as const,
    cluster,
    ref,
    predicate: predicate as Condition["predicate"],
    declaredAt: callSite(),
  });
}

/**
 * Declares a stack hook: a TypeScript function that runs when all of `after` has finished.
 *
 * Hooks that hang on the same nodes run by weight: all of a lower weight finish before any of a
 * higher one starts. Those of one weight run by name, one after another, or up to the stack's
 * `hookParallelism` at once. A hook that throws fails as a release does.
 *
 * @example Usage
 * ```ts
 * import { defineStack, hook, release } from "@capstan/capstan";
 *
 * const db = release("db", { chart: "./charts/db", wait: true });
 * const check = hook("check-db", {
 *   after: [db],
 *   run: async ({ cluster, log }) => {
 *     const service = await cluster.get("v1", "Service", "default/db");
 *     log(`db is at ${service.spec?.clusterIP}`);
 *   },
 * });
 * export default defineStack({ name: "shop", releases: [db], hooks: [check] });
 * ```
 */
export function hook(name: string, options: HookOptions): HookNode {
  return freeze({
    ...options,
    type: "hook" as const,
    name,
    after: options?.after ?? [],
    weight: options?.weight ?? 0,
    declaredAt: callSite(),
  });
}

/**
 * A chart repository served over HTTP(S), or a path in a registry (`oci://host/path`). `chart` names
 * one chart in it; a version may be a range.
 *
 * @example Usage
 * ```ts
 * import { release, repository } from "@capstan/capstan";
 *
 * const charts = repository("https://charts.example.com");
 * release("db", { chart: charts.chart("postgresql", "15.x") });
 * ```
 */
export function repository(url: string, options: RepositoryOptions = {}): Repository {
  const source = freeze({ url, ...options });
  return Object.freeze({
    url,
    chart(name: string, version?: string): RemoteChart {
      return freeze({ type: "remote-chart" as const, repository: source, name, version });
    },
  });
}

/**
 * The cluster behind a context of the user's kubeconfig, for a release's `cluster`.
 *
 * @example Usage
 * ```ts
 * import { defineStack, kubeContext, release } from "@capstan/capstan";
 *
 * const eu = kubeContext("eu-1");
 * const web = release("web", { chart: "./charts/web", cluster: eu });
 * export default defineStack({ name: "shop", releases: [web] });
 * ```
 */
export function kubeContext(name: string): KubeContext {
  return freeze({ type: "kube-context" as const, name });
}

/**
 * Puts a stack together and checks it: names, references, weights, limits, cycles.
 *
 * @throws {CapstanErrors} With every mistake found, each with file and line.
 *
 * @example Usage
 * ```ts
 * import { defineStack, release } from "@capstan/capstan";
 *
 * const web = release("web", { chart: "./charts/web", namespace: "shop" });
 * const stack = defineStack({ name: "shop", releases: [web], parallelism: 4 });
 * if (stack.hookParallelism !== 1) throw new Error("serial unless told otherwise");
 * ```
 */
export function defineStack(definition: StackDefinition): Stack;
/**
 * A stack that depends on the environment (`capstan up --env production`): the function is called,
 * and what it returns is checked, when the stack is loaded.
 *
 * @example Usage
 * ```ts
 * import { defineStack, release } from "@capstan/capstan";
 *
 * export default defineStack((env) => ({
 *   name: "shop",
 *   releases: [release("web", { chart: "./web", values: { replicas: env.name === "production" ? 3 : 1 } })],
 * }));
 * ```
 */
export function defineStack(definition: (env: Environment) => StackDefinition): StackFactory;
export function defineStack(
  definition: StackDefinition | ((env: Environment) => StackDefinition),
): Stack | StackFactory {
  const declaredAt = callSite();
  if (typeof definition !== "function") return buildStack(definition, declaredAt);
  return freeze({
    type: "stack-factory" as const,
    build: (env: Environment): Stack => buildStack(definition(env), declaredAt),
  });
}

function buildStack(definition: StackDefinition, declaredAt: Position | undefined): Stack {
  const errors = checkStack(definition, declaredAt);
  if (errors.length > 0) {
    const name = typeof definition?.name === "string" ? ` ${definition.name}` : "";
    throw new CapstanErrors(errors, `stack${name} has ${count(errors)}`);
  }
  return freeze({
    ...definition,
    type: "stack" as const,
    hooks: definition.hooks ?? [],
    parallelism: definition.parallelism ?? DEFAULT_PARALLELISM,
    hookParallelism: definition.hookParallelism ?? 1,
    hookSelection: definition.hookSelection ?? "all",
    declaredAt,
  });
}

/** Releases in flight at once when a stack does not say. */
export const DEFAULT_PARALLELISM = 16;

function count(errors: readonly CapstanError[]): string {
  return errors.length === 1 ? "1 mistake" : `${errors.length} mistakes`;
}

/** Freezes what was declared here, lists and plain options included; not the user's own objects. */
function freeze<T extends object>(node: T): Readonly<T> {
  for (const value of Object.values(node)) if (Array.isArray(value)) Object.freeze(value);
  return Object.freeze(node);
}
