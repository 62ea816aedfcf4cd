/**
 * Kubeconfig files: their shape, and what several of them say together.
 *
 * @module
 */

import { CapstanError } from "../errors.ts";

/** A kubeconfig file, as far as Capstan reads it. */
export interface Kubeconfig {
  readonly currentContext: string;
  readonly contexts: ReadonlyMap<string, ContextEntry>;
  readonly clusters: ReadonlyMap<string, ClusterEntry>;
  readonly users: ReadonlyMap<string, UserEntry>;
}

/** A cluster, a user of it and a namespace in it. */
export interface ContextEntry {
  readonly cluster?: string;
  readonly user?: string;
  readonly namespace?: string;
}

/** Fields as in the file. Paths are made absolute by {@linkcode readKubeconfig}. */
export interface ClusterEntry {
  readonly server?: string;
  readonly "certificate-authority"?: string;
  readonly "certificate-authority-data"?: string;
  readonly "insecure-skip-tls-verify"?: boolean;
  readonly "tls-server-name"?: string;
  readonly "proxy-url"?: string;
  /** What tools keep beside it. */
  readonly extensions?: readonly { readonly name: string; readonly extension?: unknown }[];
}

/** Fields as in the file. Paths are made absolute by {@linkcode readKubeconfig}. */
export interface UserEntry {
  readonly "client-certificate"?: string;
  readonly "client-certificate-data"?: string;
  readonly "client-key"?: string;
  readonly "client-key-data"?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly "as-uid"?: string;
  readonly "as-groups"?: readonly string[];
  readonly "as-user-extra"?: Readonly<Record<string, readonly string[]>>;
  /** A command that prints credentials. */
  readonly exec?: ExecEntry;
  /** What came before `exec`: oidc, gcp, azure. */
  readonly "auth-provider"?: {
    readonly name: string;
    readonly config?: Readonly<Record<string, string>>;
  };
  /** The file that has the `auth-provider`; not a field of it. */
  readonly origin?: string;
}

/** A command that prints credentials, and how it wants to be run. */
export interface ExecEntry {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  /** What to tell people who do not have the command. */
  readonly installHint?: string;
  readonly provideClusterInfo?: boolean;
  readonly interactiveMode?: string;
}

/**
 * The parsed YAML of one file. Paths in it are relative to the file's own folder.
 *
 * @throws {CapstanError} When it is not a kubeconfig.
 */
export function readKubeconfig(value: unknown, file: string): Kubeconfig {
  if (value === null || value === undefined) return EMPTY; // an empty file says nothing
  if (!isRecord(value)) {
    throw new CapstanError(`cannot read kubeconfig ${file}: it is not a mapping`, {
      code: "kubeconfig/invalid",
    });
  }
  const folder = file.replace(/[^/\\]*$/, "");
  const current = value["current-context"];
  return {
    currentContext: String(scalar(current) ?? ""),
    contexts: named(value["contexts"], "context"),
    clusters: named<ClusterEntry>(value["clusters"], "cluster", (entry) => ({
      ...entry,
      ...absolute(entry, "certificate-authority", folder),
    })),
    users: named<UserEntry>(value["users"], "user", (entry) => ({
      ...entry,
      ...absolute(entry, "client-certificate", folder),
      ...absolute(entry, "client-key", folder),
      ...absolute(entry, "tokenFile", folder),
      ...(entry.exec === undefined ? {} : { exec: withFolder(entry.exec, folder) }),
      ...(entry["auth-provider"] === undefined ? {} : { origin: file }),
    })),
  };
}

/** Several files as one: for each name, and for the current context, the first file that has it wins. */
export function mergeKubeconfigs(files: readonly Kubeconfig[]): Kubeconfig {
  return {
    currentContext: files.find((file) => file.currentContext !== "")?.currentContext ?? "",
    contexts: firstOf(files.map((file) => file.contexts)),
    clusters: firstOf(files.map((file) => file.clusters)),
    users: firstOf(files.map((file) => file.users)),
  };
}

/** One context of a kubeconfig, with what it names. */
export interface SelectedContext {
  readonly context: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
  readonly namespace: string;
}

/**
 * The context of that name, or the current one.
 *
 * @throws {CapstanError} When it, its cluster or its user does not exist.
 */
export function selectContext(config: Kubeconfig, name: string | undefined): SelectedContext {
  const context = name || config.currentContext;
  const entry = config.contexts.get(context);
  if (entry === undefined) {
    const names = [...config.contexts.keys()];
    const problem = context === ""
      ? "the kubeconfig has no current context"
      : `context "${context}" does not exist`;
    throw new CapstanError(problem, {
      code: "kubeconfig/context",
      hint: names.length === 0
        ? "the kubeconfig has no contexts at all"
        : `its contexts are ${names.join(", ")}; pick one with --kube-context`,
    });
  }
  return {
    context,
    cluster: required(config.clusters, { kind: "cluster", name: entry.cluster, context }),
    user: entry.user ? required(config.users, { kind: "user", name: entry.user, context }) : {},
    namespace: entry.namespace || "default",
  };
}

const EMPTY: Kubeconfig = {
  currentContext: "",
  contexts: new Map(),
  clusters: new Map(),
  users: new Map(),
};

function required<T>(
  entries: ReadonlyMap<string, T>,
  wanted: {
    readonly kind: string;
    readonly name: string | undefined;
    readonly context: string;
  },
): T {
  const entry = entries.get(wanted.name ?? "");
  if (entry !== undefined) return entry;
  const { kind, name = "", context } = wanted;
  throw new CapstanError(
    `context "${context}" names the ${kind} "${name}", which the kubeconfig does not have`,
    { code: `kubeconfig/${kind}` },
  );
}

/** `[{name, <key>: entry}]` as a map; the first of a name wins. */
function named<T>(
  list: unknown,
  key: string,
  complete: (entry: T) => T = (entry) => entry,
): ReadonlyMap<string, T> {
  const entries = new Map<string, T>();
  for (const item of Array.isArray(list) ? list : []) {
    const name = isRecord(item) ? scalar(item["name"]) : undefined;
    if (!isRecord(item) || typeof name !== "string" || entries.has(name)) continue;
    entries.set(name, complete(texts(item[key]) as T));
  }
  return entries;
}

/** The fields of an entry. What must be text is text, also where YAML reads a number or a truth. */
function texts(entry: unknown): Record<string, unknown> {
  if (!isRecord(entry)) return {};
  const fields = Object.entries(entry).map(([name, value]) =>
    [name, name === "insecure-skip-tls-verify" ? value : scalar(value)] as const
  );
  return Object.fromEntries(fields);
}

function scalar(value: unknown): unknown {
  return ["number", "bigint", "boolean"].includes(typeof value) ? String(value) : value;
}

function firstOf<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}

function absolute<T extends object>(entry: T, field: keyof T & string, folder: string): Partial<T> {
  const path = entry[field];
  if (typeof path !== "string" || path === "" || /^(?:[/\\]|[A-Za-z]:)/.test(path)) return {};
  return { [field]: folder + path } as Partial<T>;
}

/** A command with a slash is in the kubeconfig's folder; one without is looked for in the PATH. */
function withFolder(exec: ExecEntry, folder: string): ExecEntry {
  return /[/\\]/.test(exec.command ?? "")
    ? { ...exec, ...absolute(exec, "command", folder) }
    : exec;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
