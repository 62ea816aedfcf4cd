/**
 * Flags that several commands share, each described once. Names and meanings are Helm's.
 *
 * @module
 */
import { isHookParallelism } from "../action/hook_plan.ts";
import { CapstanError } from "../errors.ts";
import { parseDuration } from "../stack/duration.ts";

/** Which cluster. */
export interface ClusterFlags {
  readonly kubeconfig?: string;
  readonly kubeContext?: string;
}

/** Which cluster and namespace, and how to be let in. */
export interface NamespaceFlags extends ClusterFlags {
  readonly namespace?: string;
  readonly kubeApiserver?: string;
  readonly kubeAsGroup?: readonly string[];
  readonly kubeAsUser?: string;
  readonly kubeCaFile?: string;
  readonly kubeInsecureSkipTlsVerify?: boolean;
  readonly kubeTlsServerName?: string;
  readonly kubeToken?: string;
}

/** Whether to wait for objects, and by whose rules. */
export type WaitChoice = "watcher" | "hookOnly" | "legacy" | "true" | "false";

/** How hooks of one weight may overlap. */
export interface HookFlags {
  readonly hookParallelism?: number;
  readonly hookSelection?: "all" | "annotated";
}

/** Which part of a stack. */
export interface SelectFlags {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly selector?: readonly string[];
  readonly from?: readonly string[];
  readonly withNeeds?: boolean;
}

/** What to do about others that work on the release. */
export interface LockFlags {
  readonly lockWait?: number;
  readonly recover?: boolean;
}

/** What to do about images that cannot be pulled. */
export interface ImageFlags {
  readonly imagePullErrors?: "wait" | "fail";
}

/** How objects are put in place. */
export interface ApplyFlags {
  readonly serverSide?: "true" | "false" | "auto";
  readonly forceReplace?: boolean;
  readonly force?: boolean;
  readonly forceConflicts?: boolean;
}

/** What these flags ask of an operation on a release that is there: as the last revision, as in Helm 4. */
export function applyOptions({ serverSide, forceReplace, force, forceConflicts }: ApplyFlags) {
  const replace = forceReplace || force;
  return {
    serverSide: serverSide === undefined
      // Replacing is the client's work.
      ? (replace ? undefined : "auto")
      : serverSide === "auto"
      ? serverSide
      : serverSide === "true",
    forceReplace: replace,
    forceConflicts,
  } as const;
}

/** Values given on the command line. */
export interface ValueFlags {
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly setString?: readonly string[];
  readonly setJson?: readonly string[];
  readonly setFile?: readonly string[];
  readonly setLiteral?: readonly string[];
}

/** A flag that takes text. */
export function text(brief: string, placeholder?: string) {
  return {
    kind: "parsed",
    parse: String,
    brief,
    optional: true,
    ...(placeholder === undefined ? {} : { placeholder }),
  } as const;
}

/** A flag that takes text and may be given several times. */
export function texts(brief: string, placeholder?: string) {
  return { ...text(brief, placeholder), variadic: true } as const;
}

/** A flag that is on or off. */
export function flag(brief: string) {
  return { kind: "boolean", brief, optional: true, withNegated: false } as const;
}

/** A flag that `--help` does not list. */
export function hidden<T extends object>(parameter: T) {
  return { ...parameter, hidden: true } as const;
}

/** Switches of Helm's that change nothing here. */
export function withoutEffect<const K extends string>(...names: readonly K[]) {
  const entries = names.map((name) => [name, hidden(flag("accepted, without effect"))]);
  return Object.fromEntries(entries) as Readonly<Record<K, HiddenSwitch>>;
}

interface HiddenSwitch {
  readonly kind: "boolean";
  readonly brief: string;
  readonly optional: true;
  readonly hidden: true;
}

/** A flag that takes one of a few words. */
export function choice<const T extends string>(brief: string, values: readonly T[]) {
  return { kind: "enum", values, brief, optional: true } as const;
}

/** What reads an argument that is one of a few words. */
export function oneOf<const T extends string>(values: readonly T[]): (input: string) => T {
  return (input) => {
    const found = values.find((each) => each === input);
    if (found !== undefined) return found;
    throw new CapstanError(`must be one of ${values.join(", ")}`, { code: "usage" });
  };
}

/** A flag that takes one of a few words, or the path of a file: what has a dot or a slash in it. */
export function choiceOrFile<const T extends string>(brief: string, values: readonly T[]) {
  return {
    kind: "parsed",
    parse: (input: string) => parseChoiceOrFile(input, values),
    brief,
    optional: true,
    placeholder: `${values.join("|")}|path`,
  } as const;
}

/** A flag that takes a whole number. */
export function integer(brief: string, least = 0) {
  return {
    kind: "parsed",
    parse: (input: string) => parseInteger(input, least),
    brief,
    optional: true,
    placeholder: "int",
  } as const;
}

/** A flag that takes a duration such as 90s or 5m; it arrives in milliseconds. */
export function duration(brief: string) {
  return {
    kind: "parsed",
    parse: parseDurationFlag,
    brief,
    optional: true,
    placeholder: "duration",
  } as const;
}

/** Which cluster. */
export const CLUSTER = {
  kubeconfig: text("path to the kubeconfig file", "path"),
  kubeContext: text("name of the kubeconfig context to use", "name"),
} as const;

/** Flags of Helm's that change nothing here, so that scripts go on to work. */
const WITHOUT_EFFECT = {
  burstLimit: hidden(integer("accepted, without effect")),
  color: hidden(text("accepted, without effect")),
  colour: hidden(text("accepted, without effect")),
  contentCache: hidden(text("accepted, without effect")),
  qps: hidden(text("accepted, without effect")),
} as const;

/** Which cluster and namespace, and how to be let in. */
export const NAMESPACE = {
  ...CLUSTER,
  namespace: text("namespace scope for this request", "name"),
  kubeApiserver: text("address of the API server, instead of the kubeconfig's", "address"),
  kubeAsGroup: texts("group to act as; with --kube-as-user", "group"),
  kubeAsUser: text("user to act as", "name"),
  kubeCaFile: text("trust the authority in this PEM file", "path"),
  kubeInsecureSkipTlsVerify: flag(
    "do not check the API server's certificate; Deno wants --unsafely-ignore-certificate-errors",
  ),
  kubeTlsServerName: text("name in the API server's certificate", "name"),
  kubeToken: text("bearer token to be let in with", "token"),
  ...WITHOUT_EFFECT,
} as const;

/** Whether to wait for objects: alone it is `watcher`. */
export const WAIT = choice(
  "wait until objects are ready: watcher (Helm 4's rules; --wait alone), legacy (Helm 3's), hookOnly",
  ["watcher", "hookOnly", "legacy", "true", "false"],
);

/** What `--wait` comes to. */
export function waitOptions(
  { wait = "hookOnly" }: { readonly wait?: WaitChoice },
): { readonly wait: boolean; readonly readyRules?: "legacy" } {
  if (wait === "legacy") return { wait: true, readyRules: wait };
  return { wait: wait === "watcher" || wait === "true" };
}

/** How hooks of one weight may overlap. */
export const HOOKS = {
  hookParallelism: {
    kind: "parsed",
    parse: parseHookParallelism,
    brief: "hooks of one weight that may run at once; 0 and 1 are serial, in Helm's order",
    optional: true,
    placeholder: "int",
  },
  hookSelection: choice("which hooks may overlap: all, or those annotated helm.sh/hook-parallel", [
    "all",
    "annotated",
  ]),
} as const;

/** Which part of a stack. */
export const SELECT = {
  only: texts(
    "only these releases and hooks: a name, namespace/name, with * and ? (can be repeated)",
    "pattern",
  ),
  skip: texts("not these releases and hooks (can be repeated)", "pattern"),
  selector: texts(
    "only releases with these labels: key=value, key!=value (can be repeated)",
    "labels",
  ),
  from: texts(
    "only these releases and hooks and all that comes after them (can be repeated)",
    "pattern",
  ),
  withNeeds: flag("with --only, --from, --selector: also all that the selected needs"),
} as const;

/** The part of a stack that flags select. */
export function selectionOf({ only, skip, selector: labels, from, withNeeds }: SelectFlags) {
  return { only, skip, labels, from, withNeeds };
}

/** What to do about others that work on the release. */
export const LOCK = {
  lockWait: duration("time to wait for another operation on the release to end (0s)"),
  recover: flag(
    "take over at once from an operation that has not ended; one of Capstan's that died is taken " +
      "over without this, half a minute later",
  ),
} as const;

/** What to do about images that cannot be pulled. */
export const IMAGES = {
  imagePullErrors: choice(
    "when an image cannot be pulled, for an object or a hook: wait on until --timeout, or fail at once",
    ["wait", "fail"],
  ),
} as const;

/** How objects are put in place. */
export const APPLY = {
  serverSide: choice("who works out changes: the server (true), the client, or as last time", [
    "true",
    "false",
    "auto",
  ]),
  forceReplace: flag("replace objects as a whole instead of patching them"),
  force: hidden(flag("the same as --force-replace")),
  forceConflicts: flag("take fields over from other managers"),
} as const;

/** Values given on the command line. */
export const VALUES = {
  values: texts("values in a YAML file or - for standard input (can be repeated)", "file"),
  set: texts("set values: key1=val1,key2=val2 (can be repeated)", "expression"),
  setString: texts("set STRING values: key1=val1,key2=val2 (can be repeated)", "expression"),
  setJson: texts("set JSON values: key1=jsonval1,key2=jsonval2 (can be repeated)", "expression"),
  setFile: texts("set values from files: key1=path1,key2=path2 (can be repeated)", "expression"),
  setLiteral: texts("set a literal STRING value: key=value (can be repeated)", "expression"),
} as const;

/** Which Helm. */
export const HELM_VERSION = choice("whose behaviour to follow where Helm 3 and 4 differ", [
  "v3",
  "v4",
]);

/** A release's name. */
export const RELEASE = {
  brief: "name of the release",
  parse: String,
  placeholder: "NAME",
} as const;

/** A release's name and nothing else. */
export const ONE_NAME = { kind: "tuple", parameters: [RELEASE] } as const;

/** How results are printed. */
export const OUTPUT = choice("format of what is printed", ["table", "json", "yaml"]);

/** Short forms, the same wherever the flag exists. */
export const ALIASES = { n: "namespace", f: "values", o: "output" } as const;

function parseChoiceOrFile(input: string, values: readonly string[]): string {
  if (values.includes(input) || /[./\\]/.test(input)) return input;
  throw new CapstanError(
    `must be one of ${values.join(", ")}, or a file such as plan.json`,
    { code: "usage" },
  );
}

function parseInteger(input: string, least: number): number {
  const value = Number(input);
  if (/^-?\d+$/.test(input) && Number.isSafeInteger(value) && value >= least) return value;
  throw new CapstanError(`must be an integer from ${least}`, {
    code: "usage",
  });
}

function parseHookParallelism(input: string): number {
  const value = Number(input);
  if (/^\d+$/.test(input) && isHookParallelism(value)) return value;
  throw new CapstanError("must be an integer from 0 to 1024", {
    code: "usage",
  });
}

function parseDurationFlag(input: string): number {
  const ms = parseDuration(input);
  if (ms !== undefined) return ms;
  throw new CapstanError("must be a duration such as 90s, 5m or 1h30m", {
    code: "usage",
  });
}
