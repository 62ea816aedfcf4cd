/**
 * What a stack is made of, as plain data.
 *
 * @module
 */
import type { HookSelection } from "../action/hook_plan.ts";
import type { Position } from "../errors.ts";
import type { ReadyPredicate } from "../kube/ready.ts";
import type { KubeObject, ObjectRef } from "../kube/types.ts";
import type { Access } from "../registry/http.ts";
import type { StackCluster } from "./cluster.ts";

export type { HookSelection };

/** A duration: milliseconds, or Go's form such as `"90s"`, `"10m"`, `"1h30m"`. */
export type Duration = number | string;

/** Values as a chart's values.yaml has them. */
export type Values = { readonly [key: string]: unknown };

/** What a values function is given. It runs when all that the release needs has finished. */
export interface ValuesContext {
  /** The cluster the release goes to. */
  readonly cluster: StackCluster;
  /** Aborted when the run must end now. */
  readonly signal: AbortSignal;
}

/** Values, the path of a YAML file (relative to the stack file), a list of both (later wins), or a function. */
export type ValuesInput =
  | Values
  | string
  | readonly (Values | string)[]
  | ((context: ValuesContext) => Values | Promise<Values>);

/**
 * What a failure means for the run: `stop` starts nothing new and finishes what runs; `continue`
 * skips what needs it and goes on with the rest; `rollback` stops, and then undoes every release
 * that the run has changed, in reverse order.
 */
export type FailurePolicy = "stop" | "continue" | "rollback";

/** An error by its class, its `code` (or the code's part before the slash), or as a function says. */
export type ErrorMatch =
  | (abstract new (...args: never[]) => Error)
  | string
  | ((error: unknown) => boolean | Promise<boolean>);

/** How often and how patiently to try again. */
export interface StackRetry {
  /** Tries in all. */
  readonly attempts: number;
  /** Before the second try; it doubles with each further one, and up to half is left off at random. @default {"1s"} */
  readonly delay?: Duration | undefined;
  /** The pause does not grow beyond this. @default {"1m"} */
  readonly maxDelay?: Duration | undefined;
  /** Only errors of one of these; an error's causes count too. @default every error */
  readonly on?: ErrorMatch | readonly ErrorMatch[] | undefined;
}

/** Credentials and trust for a chart repository or a registry. Files are PEM. */
export interface RepositoryOptions extends Omit<Access, "insecureSkipTlsVerify"> {}

/** A chart repository; see {@linkcode repository}. */
export interface Repository {
  /** Base address, without `index.yaml`; of a registry `oci://host/path`. */
  readonly url: string;
  /** Names a chart; `version` may be a range, the newest that satisfies it is taken. */
  chart(name: string, version?: string): RemoteChart;
}

/** A chart in a repository. */
export interface RemoteChart {
  /** Tells it from a path. */
  readonly type: "remote-chart";
  /** Where it is, and who asks. */
  readonly repository: { readonly url: string } & RepositoryOptions;
  /** The chart's name in the repository. */
  readonly name: string;
  /** A version or a range; `undefined` is the newest. */
  readonly version: string | undefined;
}

/** A context of the user's kubeconfig. */
export interface KubeContext {
  /** Tells it from other references. */
  readonly type: "kube-context";
  /** The context's name. */
  readonly name: string;
}

/**
 * A part of a release that others can wait for instead of its end; made by
 * {@linkcode ReleaseNode.ready}, {@linkcode ReleaseNode.hook} and `crds`.
 */
export interface ReleasePart {
  /** Tells it from other references. */
  readonly type: "release-part";
  /** The release, or its name. */
  readonly release: ReleaseNode | string;
  /** Its objects are ready; its CRDs are established; one of its chart's hooks has succeeded. */
  readonly part: "ready" | "crds" | "hook";
  /** Of `hook`: see {@linkcode ReleaseNode.hook}. */
  readonly hook?: string | undefined;
}

/** A state of a live object that is waited for; made by `until`. */
export interface Condition {
  /** Tells it from other references. */
  readonly type: "condition";
  /** The object's cluster. @default the run's `--kube-context` */
  readonly cluster?: KubeContext | undefined;
  /** The object. */
  readonly ref: ObjectRef;
  /** See `until`. */
  readonly predicate: (object: KubeObject | undefined) => boolean | string;
  /** Time from when all else that is needed has finished. @default {"5m"} */
  readonly timeout?: Duration | undefined;
  /** Where the stack file declares it. */
  readonly declaredAt: Position | undefined;
}

/** What a node may hang on: another node, or its name (for stacks built from data); a part of a release; a live object. */
export type Reference = ReleaseNode | HookNode | ReleasePart | Condition | string;

/** Options of a {@linkcode release}. Those that Helm has mean what they mean in Helm. */
export interface ReleaseOptions {
  /**
   * A chart folder or archive, relative to the stack file; a chart of a repository; an address
   * (`https://…tgz`, `oci://…`); or `@repo/name` of a repository that was added with `repo add`.
   */
  readonly chart: string | RemoteChart;
  /** Version or range of a chart that is an address or `@repo/name`. @default the newest */
  readonly version?: string | undefined;
  /** Where its record is, and objects that name no namespace. @default {"default"} */
  readonly namespace?: string | undefined;
  /** Create the namespace when it is missing. @default {false} */
  readonly createNamespace?: boolean | undefined;
  /** What is laid over the chart's own values. @default {{}} */
  readonly values?: ValuesInput | undefined;
  /** `--set` expressions, applied after `values`. */
  readonly set?: readonly string[] | undefined;
  /** Nodes that must have finished, and what else must hold, before anything of this release changes. */
  readonly needs?: readonly Reference[] | undefined;
  /** The cluster it goes to. @default the run's `--kube-context` */
  readonly cluster?: KubeContext | undefined;
  /** Wait until every object is ready. @default {false} */
  readonly wait?: boolean | undefined;
  /** With `wait`: also until every Job has completed. @default {false} */
  readonly waitForJobs?: boolean | undefined;
  /**
   * With `wait`: your own word on whether an object is ready, asked of each state of each object.
   * `true`; `false`, or a text that says what is missing; `{ failed }` when it will not become so;
   * `undefined` leaves it to the rules. It may be a promise.
   */
  readonly isReady?: ReadyPredicate | undefined;
  /**
   * What a wait does, for objects or a hook, when an image cannot be pulled: give up at once, or wait on
   * until `timeout`, since it may yet come. @default {"wait"}
   */
  readonly imagePullErrors?: "wait" | "fail" | undefined;
  /** For each wait: readiness, and each hook. @default {"5m"} */
  readonly timeout?: Duration | undefined;
  /** On failure roll back (upgrade) or remove (install) this release; implies `wait`. @default {false} */
  readonly atomic?: boolean | undefined;
  /** Do not run the chart's hooks. @default {false} */
  readonly noHooks?: boolean | undefined;
  /** Do not install the chart's crds/. @default {false} */
  readonly skipCrds?: boolean | undefined;
  /** When an upgrade fails, delete the objects that it has added. @default {false} */
  readonly cleanupOnFail?: boolean | undefined;
  /** Do not check the values against the chart's schema. @default {false} */
  readonly skipSchemaValidation?: boolean | undefined;
  /** Let the server drop fields that a kind does not have where it would refuse them (a client that patches only warns). @default {false} */
  readonly skipFieldValidation?: boolean | undefined;
  /** Take over objects that belong to no release. @default {false} */
  readonly takeOwnership?: boolean | undefined;
  /** Take fields over from other managers. @default {false} */
  readonly forceConflicts?: boolean | undefined;
  /** Whether the server works out changes, or the client as Helm 3 does. @default {true} */
  readonly serverSide?: boolean | "auto" | undefined;
  /** Replace objects as a whole instead of patching them. @default {false} */
  readonly forceReplace?: boolean | undefined;
  /**
   * Changes the manifests after rendering and before anything else, as a post-renderer of Helm 4
   * does: it gets manifests and hooks as one YAML text and returns what takes its place. The
   * annotation `postrenderer.helm.sh/postrender-filename` says which template a document comes from;
   * it is taken away afterwards.
   */
  readonly postRender?: ((manifest: string, signal?: AbortSignal) => Promise<string>) | undefined;
  /** Revisions kept; 0 keeps all. @default {10} */
  readonly maxHistory?: number | undefined;
  /** Text kept with the revision. */
  readonly description?: string | undefined;
  /** Labels of the release record. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Overrides the stack's `hookParallelism`. */
  readonly hookParallelism?: number | undefined;
  /** Overrides the stack's `hookSelection`. */
  readonly hookSelection?: HookSelection | undefined;
  /** What its failure means for the run; overrides the stack's. */
  readonly onFailure?: FailurePolicy | undefined;
  /**
   * Its failure is told and recorded, but does not fail the run: what needs it goes on.
   * @default {false}
   */
  readonly allowFailure?: boolean | undefined;
  /** How often a deployment that failed is tried again. @default once */
  readonly retry?: StackRetry | undefined;
  /** How often each of the chart's hooks that failed is tried again. @default once */
  readonly hookRetry?: StackRetry | undefined;
  /** Places that it takes in `parallelism` and `limits`, for one that is heavier than others. @default {1} */
  readonly slots?: number | undefined;
  /** Names of which only one holder runs at a time (or as many as `limits.mutexes` says). @default none */
  readonly mutex?: string | readonly string[] | undefined;
  /** For the whole deployment, from its first change to its record, all tries together. @default none */
  readonly deadline?: Duration | undefined;
}

/** A declared release. */
export interface ReleaseNode extends ReleaseOptions {
  /** Tells it from a hook. */
  readonly type: "release";
  /** The release's name. */
  readonly name: string;
  /** The release's namespace. */
  readonly namespace: string;
  /** Nodes that must have finished first. */
  readonly needs: readonly Reference[];
  /** Where the stack file declares it. */
  readonly declaredAt: Position | undefined;
  /** For `needs` and `after` of others: its objects are ready. The release then waits, as with `wait`. */
  readonly ready: ReleasePart;
  /**
   * For `needs` and `after` of others: a hook of its chart has succeeded. `name` is that of the hook's
   * object, its `Kind/name`, or the end of the name after a dash: `migrate` for `db-migrate`.
   */
  hook(name: string): ReleasePart;
}

/** What a stack hook's function is given. */
export interface HookContext {
  /** The run's cluster, or that of the hook's `cluster`. */
  readonly cluster: StackCluster;
  /** Adds a line to the run's log. */
  log(line: string): void;
  /** Aborted when the run must end now, or the hook's time is up. */
  readonly signal: AbortSignal;
}

/** Options of a stack {@linkcode hook}. */
export interface HookOptions {
  /** The nodes it hangs on. */
  readonly after?: readonly Reference[] | undefined;
  /** Order among the hooks that hang on the same nodes; an integer. @default {0} */
  readonly weight?: number | undefined;
  /** The cluster its function is given. @default the run's `--kube-context` */
  readonly cluster?: KubeContext | undefined;
  /** Names of which only one holder runs at a time (or as many as `limits.mutexes` says). @default none */
  readonly mutex?: string | readonly string[] | undefined;
  /** Time for each call of the function. @default none */
  readonly timeout?: Duration | undefined;
  /** How often it is called again after it threw. @default once */
  readonly retry?: StackRetry | undefined;
  /** What its failure means for the run; overrides the stack's. */
  readonly onFailure?: FailurePolicy | undefined;
  /** The work; what it throws fails the hook. */
  readonly run: (context: HookContext) => void | Promise<void>;
}

/** A declared stack hook. */
export interface HookNode extends HookOptions {
  /** Tells it from a release. */
  readonly type: "hook";
  /** The hook's name. */
  readonly name: string;
  /** The nodes it hangs on. */
  readonly after: readonly Reference[];
  /** Order among the hooks that hang on the same nodes. */
  readonly weight: number;
  /** Where the stack file declares it. */
  readonly declaredAt: Position | undefined;
}

/** Limits beside a stack's `parallelism`. */
export interface StackLimits {
  /** Releases in flight at once on each cluster. @default no limit */
  readonly perCluster?: number | undefined;
  /** Releases in flight at once in each namespace. @default no limit */
  readonly perNamespace?: number | undefined;
  /** Hooks of charts in flight at once, all releases together, by event such as `pre-upgrade`. @default no limit */
  readonly hookEvents?: Readonly<Record<string, number>> | undefined;
  /** Holders at once of the names that `mutex` of releases and hooks gives. @default {1} for each */
  readonly mutexes?: Readonly<Record<string, number>> | undefined;
}

/** What {@linkcode defineStack} takes. */
export interface StackDefinition {
  /** Names the stack in messages and events. */
  readonly name: string;
  /** Its releases, in any order. */
  readonly releases: readonly ReleaseNode[];
  /** Its hooks, in any order. @default {[]} */
  readonly hooks?: readonly HookNode[] | undefined;
  /** Releases in flight at once. @default {16} */
  readonly parallelism?: number | undefined;
  /** Hooks of one weight in flight at once, per release operation; 0 and 1 are serial. @default {1} */
  readonly hookParallelism?: number | undefined;
  /** Which hooks of one weight may overlap. @default {"all"} */
  readonly hookSelection?: HookSelection | undefined;
  /** Namespace of the stack's lock and of the copies of its journals. @default {"default"} */
  readonly stateNamespace?: string | undefined;
  /** Further limits. @default none */
  readonly limits?: StackLimits | undefined;
  /** What a failure means for the run. @default {"stop"} */
  readonly onFailure?: FailurePolicy | undefined;
  /** Time for the `rollback` of {@linkcode StackDefinition.onFailure}, which the run's deadline does not touch. @default {"10m"} */
  readonly rollbackTimeout?: Duration | undefined;
  /** Time for the whole run; then requests are aborted and what was begun is recorded as failed. @default none */
  readonly deadline?: Duration | undefined;
}

/** What a stack function is given. */
export interface Environment {
  /** As in `--env NAME`. @default {"default"} */
  readonly name: string;
}

/** A checked stack. */
export interface Stack extends StackDefinition {
  /** Tells it from a stack function. */
  readonly type: "stack";
  /** Its hooks, in the order in which they were declared. */
  readonly hooks: readonly HookNode[];
  /** Releases in flight at once. */
  readonly parallelism: number;
  /** Hooks of one weight in flight at once, per release operation. */
  readonly hookParallelism: number;
  /** Which hooks of one weight may overlap. */
  readonly hookSelection: HookSelection;
  /** Where the stack file defines it. */
  readonly declaredAt: Position | undefined;
}

/** A stack that depends on its environment. */
export interface StackFactory {
  /** Tells it from a stack. */
  readonly type: "stack-factory";
  /**
   * Makes and checks the stack.
   *
   * @throws {CapstanErrors} With every mistake in it.
   */
  build(env: Environment): Stack;
}
