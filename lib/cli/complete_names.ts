/**
 * Names that only the user's own files and cluster know (releases, namespaces, contexts, charts, runs), and words that
 * stand where an argument does.
 *
 * @module
 */
import { listReleases } from "../action/read.ts";
import { JournalFolder } from "../journal/folder.ts";
import { contextNames } from "../kube/config.ts";
import { readRepositories } from "../registry/repositories_file.ts";
import { commandOf } from "./command_groups.ts";
import { withTarget } from "./connect.ts";
import type { CliContext } from "./context.ts";
import { pathsFor, withLocator } from "./locator.ts";
import { PARTS } from "./read_commands.ts";
import { SHELLS } from "./shell_commands.ts";
import { knownState } from "./state_folder.ts";

/** Which arguments of a command are names, in their order. */
const ARGUMENTS: Readonly<Record<string, readonly Kind[]>> = {
  "completions": [SHELLS],
  "get": [PARTS],
  "get all": ["release"],
  "get hooks": ["release"],
  "get manifest": ["release"],
  "get metadata": ["release"],
  "get notes": ["release"],
  "get values": ["release"],
  "history": ["release"],
  "install": ["none", "chart"],
  "lint": ["chart"],
  "pull": ["chart"],
  "repo remove": ["repository"],
  "repo update": ["repository"],
  "rollback": ["release", "revision"],
  "runs": [["show"]],
  "runs show": ["run"],
  "show all": ["chart"],
  "show chart": ["chart"],
  "show crds": ["chart"],
  "show readme": ["chart"],
  "show values": ["chart"],
  "status": ["release"],
  "template": ["none", "chart"],
  "test": ["release"],
  "types": ["chart"],
  "uninstall": ["release"],
  "upgrade": ["release", "chart"],
};

const FLAGS: Readonly<Record<string, Kind>> = {
  "--from": "node",
  "--kube-context": "context",
  "--namespace": "namespace",
  "--only": "node",
  "--skip": "node",
  "-n": "namespace",
};

type Kind =
  | (
    | "release"
    | "chart"
    | "context"
    | "namespace"
    | "node"
    | "none"
    | "repository"
    | "revision"
    | "run"
  )
  | readonly string[];

/** Flags that stand alone; any other takes the next word. */
const ALONE =
  /^(--[\w-]+=.*|-[aAhqlrcW]|--(all|all-namespaces|atomic|create-namespace|debug|devel|dry-run|force|install|no-hooks|quiet|short|untar|verify|wait|wait-for-jobs))$/;

/** Names for the last word, all of them; `undefined` where no name is wanted. */
export async function proposeNames(
  context: CliContext,
  words: readonly string[],
): Promise<readonly string[] | undefined> {
  const partial = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const kind = FLAGS[before.at(-1) ?? ""] ??
    (partial.startsWith("-") ? undefined : argumentKind(before));
  if (typeof kind === "object") return kind;
  switch (kind) {
    case "context":
      return await contexts(context, before);
    case "namespace":
      return await namespaces(context, before);
    case "node":
      return await nodes(before);
    case "release":
      return await releases(context, before);
    case "revision":
      return await revisions(context, before);
    case "run":
      return await runs(context);
    case "repository":
      return (await repositories(context)).map(({ name }) => name);
    case "chart":
      return await charts(context, partial);
    default:
      return undefined;
  }
}

/** What the argument after these words is. */
function argumentKind(before: readonly string[]): Kind | undefined {
  const plain = plainWords(before);
  if (plain === undefined) return undefined;
  const [command = "", ...rest] = plain;
  const words = [commandOf(command).name, ...rest];
  for (const parts of [2, 1]) {
    const kinds = ARGUMENTS[words.slice(0, parts).join(" ")];
    if (kinds !== undefined && words.length >= parts) return kinds[words.length - parts];
  }
  return undefined;
}

/** The words that are no flags and no values of flags; `undefined` where the last flag waits for its value. */
function plainWords(before: readonly string[]): string[] | undefined {
  const plain: string[] = [];
  for (let i = 0; i < before.length; i++) {
    const word = before[i]!;
    if (!word.startsWith("-")) plain.push(word);
    // The last one waits for its value, which is no argument.
    else if (!ALONE.test(word) && ++i === before.length) return undefined;
  }
  return plain;
}

function flagValue(words: readonly string[], ...names: readonly string[]): string | undefined {
  for (const [i, word] of words.entries()) {
    if (names.includes(word)) return words[i + 1];
    const joined = names.find((name) => word.startsWith(`${name}=`));
    if (joined !== undefined) return word.slice(joined.length + 1);
  }
  return undefined;
}

function clusterFlags(words: readonly string[]) {
  const kubeconfig = flagValue(words, "--kubeconfig");
  const kubeContext = flagValue(words, "--kube-context");
  const namespace = flagValue(words, "--namespace", "-n");
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(kubeContext === undefined ? {} : { kubeContext }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}

async function contexts(context: CliContext, words: readonly string[]): Promise<string[]> {
  return await contextNames({
    kubeconfig: flagValue(words, "--kubeconfig"),
    env: (name) => context.env(name),
  });
}

async function namespaces(context: CliContext, words: readonly string[]): Promise<string[]> {
  const { namespace: _, ...flags } = clusterFlags(words);
  return await withTarget(context, flags, async ({ api }) => {
    const { items } = await api.list({ apiVersion: "v1", kind: "Namespace" }, {
      signal: context.abort,
    });
    return items.map(({ metadata }) => metadata.name);
  });
}

async function releases(context: CliContext, words: readonly string[]): Promise<string[]> {
  return await withTarget(context, clusterFlags(words), async ({ storage, namespace }) => {
    const found = await listReleases({ namespace, signal: context.abort }, { storage });
    return found.map(({ name }) => name);
  });
}

/** Revisions of the release that is named, the latest first. */
async function revisions(context: CliContext, words: readonly string[]): Promise<string[]> {
  const name = plainWords(words)?.at(-1) ?? "";
  return await withTarget(context, clusterFlags(words), async ({ storage, namespace }) => {
    const entries = await storage.history({ name, namespace }, { signal: context.abort });
    return entries.map(({ revision }) => String(revision)).reverse();
  });
}

/** What a stack file declares by a literal name. */
const DECLARED = /\b(?:release|hook)\(\s*(["'`])([\w.-]+)\1/g;

/**
 * Releases and hooks of the stack file. It is read and not run: that would take its time, and do
 * whatever it does, at the press of a key. Names that it makes up are not proposed.
 */
async function nodes(words: readonly string[]): Promise<string[]> {
  const path = words.slice(1).find((word) => /\.[cm]?[jt]s$/.test(word)) ?? "stack.ts";
  const text = await Deno.readTextFile(path);
  return [...new Set([...text.matchAll(DECLARED)].map(([, , name]) => name!))];
}

/** Runs whose journals are on this machine, the latest first. */
async function runs(context: CliContext): Promise<string[]> {
  const path = knownState(context);
  if (path === undefined) return [];
  const folder = new JournalFolder(path);
  const found = await Promise.all((await folder.stacks()).map((stack) => folder.runs(stack)));
  return found.flat().sort().reverse();
}

async function repositories(context: CliContext) {
  return await readRepositories(pathsFor(context, {}).repositoryConfig);
}

/** Repositories, then their charts; the shell itself proposes files where there is nothing. */
async function charts(context: CliContext, partial: string): Promise<string[] | undefined> {
  if (/^[./]/.test(partial) || partial.includes("://")) return undefined;
  const all = await repositories(context);
  const [alias] = partial.split("/");
  if (!partial.includes("/")) return all.map(({ name }) => `${name}/`);
  return await withLocator(context, {}, async ({ indexes }) => {
    const index = all.some(({ name }) => name === alias) ? await indexes.known(alias!) : undefined;
    return [...index?.keys() ?? []].map((name) => `${alias}/${name}`);
  });
}
