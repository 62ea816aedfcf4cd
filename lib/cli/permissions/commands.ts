/**
 * What each command needs, by its flags and arguments.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { folderOf } from "../../files.ts";
import type { LoadedStack } from "../../stack/load.ts";
import type { CliContext } from "../context.ts";
import type { DownloadFlags } from "../download_flags.ts";
import type { NamespaceFlags, ValueFlags } from "../flags.ts";
import { pathsFor } from "../locator.ts";
import { loadFor } from "../stack_run.ts";
import type { Call } from "./capture.ts";
import { needChart, needStackCharts } from "./charts.ts";
import { absolute, hostOf, needCluster, needNamespace } from "./cluster.ts";
import { heard } from "./heard.ts";
import { PermissionSet } from "./set.ts";
import { needCache, needJournal, needStackFile } from "./stack.ts";

/** Flags as any command may have them. */
type AnyFlags = NamespaceFlags & DownloadFlags & ValueFlags & {
  readonly env?: string;
  readonly offline?: boolean;
  readonly watch?: boolean;
  readonly evidence?: string;
  readonly output?: string;
  readonly outputDir?: string;
  readonly destination?: string;
  readonly untardir?: string;
  readonly merge?: string;
  readonly postRenderer?: string;
  readonly dependencyUpdate?: boolean;
  readonly dryRun?: string | boolean;
  readonly prune?: boolean;
  readonly sign?: boolean;
  readonly generateName?: boolean;
  readonly nameTemplate?: string;
  readonly passphraseFile?: string;
};

/** What a rule works with. */
interface Asking {
  readonly need: PermissionSet;
  readonly context: CliContext;
  readonly flags: AnyFlags;
  readonly args: readonly string[];
}

type Rule = (asking: Asking) => Promise<void> | void;

/** The permissions of a command line. @throws {CapstanError} When it cannot be told. */
export async function permissionsOf(context: CliContext, call: Call): Promise<PermissionSet> {
  const need = new PermissionSet();
  const rule = RULES[call.command];
  if (rule === undefined) {
    throw new CapstanError(`cannot tell what \`capstan ${call.command}\` needs`, {
      code: "permissions/unknown",
      hint: "run it without permissions: each error names the flag that is missing",
    });
  }
  await rule({ need, context, flags: call.flags as AnyFlags, args: call.args });
  return need;
}

const RULES: Readonly<Record<string, Rule>> = {
  up: render,
  down: async (asking) => void await change(asking),
  plan: render,
  drift: async (asking) => void await onCluster(asking),
  rehearse,
  graph: async (asking) => void await stack(asking, false),
  lock: fetchAll,
  vendor: fetchAll,
  test: testing,
  install: deploy,
  upgrade: deploy,
  uninstall: cluster,
  rollback: cluster,
  get: cluster,
  list: cluster,
  status: cluster,
  history: cluster,
  template,
  lint,
  runs: ({ need, context }) => needJournal(need, context, true),
  adopt: async (asking) => {
    await cluster(asking);
    await folder(asking, asking.args[0] ?? ".");
  },
  init: (asking) => folder(asking, asking.args[0] ?? "."),
  import: importFile,
  types: async (asking) => {
    await chart(asking, asking.args[0]!);
    if (asking.flags.output) await written(asking, asking.flags.output);
  },
  pull,
  push,
  "show all": shown,
  "show chart": shown,
  "show crds": shown,
  "show readme": shown,
  "show values": shown,
  verify: async (asking) => {
    await file(asking, asking.args[0]!, "the chart and its signature");
    await file(asking, `${asking.args[0]}.prov`, "the chart and its signature");
    await keyring(asking);
  },
  package: packaged,
  "dependency list": (asking) => file(asking, asking.args[0] ?? ".", "the chart"),
  "repo list": (asking) => helmFiles(asking, "repositoryConfig"),
  "search repo": (asking) => helmFiles(asking, "repositoryConfig", "repositoryCache"),
  "registry logout": (asking) => loginFile(asking),
  cache: ({ need, context, flags }) => needCache(need, context, { prune: flags.prune ?? false }),
  completions: () => {},
  version: () => {},
  env: () => {},
};

async function stack(
  { need, context, flags, args }: Asking,
  values: boolean,
): Promise<LoadedStack> {
  const loaded = await loadFor(context, flags, args[0]);
  await needStackFile(need, loaded, { values });
  return loaded;
}

/** Commands that take a stack to its clusters. */
async function onCluster(asking: Asking, values = false): Promise<LoadedStack> {
  const { need, context, flags } = asking;
  const loaded = await stack(asking, values);
  const nodes = [...loaded.stack.releases, ...loaded.stack.hooks];
  const contexts = new Set(nodes.map(({ cluster }) => cluster?.name));
  for (const name of contexts) {
    await needCluster(need, context, name === undefined ? flags : { ...flags, kubeContext: name });
  }
  return loaded;
}

/** Commands that render what they take there. */
async function render(asking: Asking): Promise<void> {
  const { need, context, flags } = asking;
  const loaded = await change(asking, true);
  if (!flags.offline) await needStackCharts(need, context, { loaded, read: true });
  const evidence = flags.evidence ?? `${loaded.folder}/.capstan/evidence`;
  need.add("write", await absolute(evidence), "keeps what failed", { optional: true });
}

async function change(asking: Asking, values = false): Promise<LoadedStack> {
  const loaded = await onCluster(asking, values);
  needJournal(asking.need, asking.context);
  if (asking.flags.watch) asking.need.add("net", "127.0.0.1", "the page of the run");
  return loaded;
}

async function rehearse(asking: Asking): Promise<void> {
  const loaded = await stack(asking, true);
  if (!asking.flags.offline) {
    await needStackCharts(asking.need, asking.context, { loaded, read: true });
  }
  asking.need.add("net", "127.0.0.1", "the in-memory cluster");
}

async function fetchAll(asking: Asking): Promise<void> {
  const loaded = await stack(asking, false);
  await needStackCharts(asking.need, asking.context, { loaded, read: false });
  asking.need.add("write", loaded.folder, "capstan.lock and vendored charts");
}

async function testing(asking: Asking): Promise<void> {
  const [subject = "stack.ts"] = asking.args;
  if (/\.[cm]?[jt]s$/.test(subject)) await onCluster(asking);
  else await cluster(asking);
}

async function cluster({ need, context, flags }: Asking): Promise<void> {
  await needCluster(need, context, flags);
}

async function deploy(asking: Asking): Promise<void> {
  await cluster(asking);
  await rendered(asking);
}

async function template(asking: Asking): Promise<void> {
  const { flags, need, context } = asking;
  if (flags.dryRun === "server") await cluster(asking);
  else await needNamespace(need, context, flags);
  await rendered(asking);
  if (flags.outputDir) await written(asking, flags.outputDir, "folder");
}

async function lint(asking: Asking): Promise<void> {
  await needNamespace(asking.need, asking.context, asking.flags);
  for (const path of asking.args) await file(asking, path, "the chart");
  await values(asking);
}

/** A chart with its values: `[NAME] CHART`. */
async function rendered(asking: Asking): Promise<void> {
  const { need, args, flags } = asking;
  const ref = args.at(-1)!;
  await chart(asking, ref);
  await values(asking);
  if (flags.postRenderer) need.add("run", flags.postRenderer, "the post-renderer");
  if (flags.dependencyUpdate) need.add("write", await absolute(ref), "the chart's dependencies");
}

async function chart(asking: Asking, ref: string): Promise<void> {
  const { need, context, flags } = asking;
  await needChart(need, context, { ref, flags });
  if (flags.verify) await keyring(asking);
}

async function shown(asking: Asking): Promise<void> {
  await chart(asking, asking.args[0]!);
}

async function values(asking: Asking): Promise<void> {
  const { flags, need } = asking;
  const files = [
    ...(flags.values ?? []).flatMap((each) => each.split(",")),
    ...(flags.setFile ?? []).flatMap((each) => each.split(",")).map((each) =>
      each.slice(each.indexOf("=") + 1)
    ),
  ];
  for (const path of files) {
    if (path === "-") continue;
    if (/^https?:\/\//.test(path)) need.add("net", hostOf(path), "values");
    else await file(asking, path, "values");
  }
}

async function pull(asking: Asking): Promise<void> {
  for (const ref of asking.args) await chart(asking, ref);
  asking.need.add("write", await absolute(asking.flags.destination ?? "."), "the archive");
  if (asking.flags.untardir) await written(asking, asking.flags.untardir, "folder");
}

async function push(asking: Asking): Promise<void> {
  const [archive, registry] = asking.args;
  await file(asking, archive!, "the chart");
  await helmFiles(asking, "registryConfig");
  asking.need.add("net", hostOf(registry!.replace(/^oci:/, "https:")), "the registry");
  asking.need.note("a registry may send to a host of its own for tokens: add it to --allow-net");
}

async function packaged(asking: Asking): Promise<void> {
  for (const path of asking.args) await file(asking, path, "the chart");
  asking.need.add("write", await absolute(asking.flags.destination ?? "."), "the archive");
  if (asking.flags.sign) await keyring(asking);
  const passphrase = asking.flags.passphraseFile;
  if (passphrase && passphrase !== "-") await file(asking, passphrase, "the passphrase");
}

async function importFile(asking: Asking): Promise<void> {
  const source = await absolute(asking.args[0] ?? "helmfile.yaml");
  asking.need.add("read", folderOf(source), "the helmfile and what it names");
  if (asking.flags.output === "-") return;
  const target = asking.flags.output;
  if (target) await written(asking, target);
  else asking.need.add("write", folderOf(source), "the stack file");
  asking.need.note("a helmfile may name bases and values elsewhere: each error names the file");
}

async function keyring(asking: Asking): Promise<void> {
  const { flags, need, context } = asking;
  const home = context.env("HOME");
  if (flags.keyring) return await file(asking, flags.keyring, "the keyring");
  if (home) need.add("env", "HOME", "leads to the keyring");
  need.add("read", `${home ?? "."}/.gnupg/pubring.gpg`, "the keyring");
}

async function file({ need }: Asking, path: string, reason: string): Promise<void> {
  need.add("read", await absolute(path), reason);
}

/** A folder that a command makes or fills. */
async function folder({ need }: Asking, path: string): Promise<void> {
  const real = await absolute(path);
  need.add("read", real, "the folder");
  need.add("write", real, "the folder");
}

/** A file or folder that is written; a file is replaced whole, by way of another one beside it. */
async function written({ need }: Asking, path: string, kind: "file" | "folder" = "file") {
  const real = await absolute(path);
  const place = kind === "folder" ? real : folderOf(real);
  need.add("write", place, "what is written");
  need.add("read", place, "what is written");
}

function helmFiles(
  { need, context, flags }: Asking,
  ...which: readonly ("repositoryConfig" | "repositoryCache" | "registryConfig")[]
): void {
  const hearing = heard(need, context, { reason: "leads to Helm's files", optional: false });
  const paths = pathsFor(hearing, flags);
  for (const name of which) need.add("read", paths[name], "Helm's files");
}

function loginFile(asking: Asking): void {
  helmFiles(asking, "registryConfig");
  const { registryConfig } = pathsFor(asking.context, asking.flags);
  asking.need.add("write", folderOf(registryConfig), "logins");
}
