/**
 * What each command needs, by its flags and arguments.
 *
 * @module
 */
import { CapstanError } from "../../errors.ts";
import { exists, folderOf } from "../../files.ts";
import { sandboxSources } from "../../stack/sandbox.ts";
import type { LoadedStack } from "../../stack/load.ts";
import { SHOWN_VARIABLES } from "../commands/env.ts";
import { starterPath } from "../commands/create.ts";
import { isPlanFile } from "../plan_file.ts";
import { stateFolder } from "../state_folder.ts";
import { REPORT_NAMES } from "../report_commands.ts";
import type { PermissionsFlags } from "../shell_commands.ts";
import type { CliContext } from "../context.ts";
import { loadFor } from "../stack_run.ts";
import type { Asking, Rule } from "./asking.ts";
import { chart, file, folder, keyring, values, written } from "./asking.ts";
import { captureCall, commandLine } from "./capture.ts";
import type { Call } from "./capture.ts";
import { needFolder, needStackCharts } from "./charts.ts";
import { absolute, hostOf, needCluster, needNamespace } from "./cluster.ts";
import { chartToRender, REGISTRY_RULES } from "./registry.ts";
import { heard } from "./heard.ts";
import { PermissionSet } from "./set.ts";
import { needCache, needJournal, needStackFile } from "./stack.ts";

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
  await rule({ need, context, flags: call.flags as Asking["flags"], args: call.args });
  return need;
}

const RULES: Readonly<Record<string, Rule>> = {
  ...REGISTRY_RULES,
  up: async (asking) => {
    await render(asking);
    if (asking.flags.plan) {
      file(asking, asking.flags.plan, "the frozen plan");
      await planKey(asking);
    }
  },
  down: async (asking) => void await change(asking),
  plan: async (asking) => {
    await render(asking);
    if (!isPlanFile(asking.flags.output)) return;
    written(asking, asking.flags.output, "file");
    await planKey(asking, "make");
  },
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
  runs: async (asking) => {
    needJournal(asking.need, asking.context, true);
    if (asking.flags.namespace !== undefined) await cluster(asking);
  },
  report,
  watch: (asking) => {
    const [path = "-"] = asking.args;
    const { port } = asking.flags;
    if (path !== "-") file(asking, path, "the events");
    asking.need.add("net", `127.0.0.1${port ? `:${port}` : ""}`, "the page of the run");
  },
  adopt: async (asking) => {
    await cluster(asking);
    folder(asking, asking.args[0] ?? ".");
  },
  create: (asking) => {
    folder(asking, asking.args[0]!);
    const { need, context, flags } = asking;
    if (!flags.starter) return;
    const names = heard(need, context, { reason: "leads to the starter", optional: false });
    file(asking, starterPath(names, flags.starter), "the starter");
  },
  init: (asking) => folder(asking, asking.args[0] ?? "."),
  import: importFile,
  types: async (asking) => {
    await chart(asking, asking.args[0]!);
    const { output } = asking.flags;
    if (output && output !== "-") writtenOnce(asking, output);
  },
  "show all": shown,
  "show chart": shown,
  "show crds": shown,
  "show readme": shown,
  "show values": shown,
  verify: (asking) => {
    file(asking, asking.args[0]!, "the chart and its signature");
    file(asking, `${asking.args[0]}.prov`, "the chart and its signature");
    keyring(asking);
  },
  cache: ({ need, context, flags }) => needCache(need, context, { prune: flags.prune ?? false }),
  completions: () => {},
  version: () => {},
  env: async ({ need, context, flags }) => {
    for (const name of SHOWN_VARIABLES) need.add("env", name, "is shown, or leads to what is");
    await needNamespace(need, context, flags);
  },
  permissions,
  __complete: completing,
};

/** What it takes to find out what another command needs: what that one reads, and whom it asks for charts. */
async function permissions({ need, context, flags, args }: Asking): Promise<void> {
  const call = await captureCall(commandLine(flags as PermissionsFlags, args));
  const inner = await permissionsOf(context, call);
  need.merge(inner, {
    wanted: ({ kind, reason }) =>
      kind === "read" || kind === "env" ||
      (kind === "net" && /charts|repository|registry/.test(reason)),
  });
}

/** Proposals are made of what may be read, and of nothing where nothing may. */
async function completing({ need, context, flags }: Asking): Promise<void> {
  const names = new PermissionSet();
  await needCluster(names, context, flags).catch(() => {});
  await REGISTRY_RULES["search repo"]!({ need: names, context, flags, args: [] });
  need.merge(names, { optional: true });
}

async function report(asking: Asking): Promise<void> {
  const { need, context, flags, args: [path] } = asking;
  if (path !== "-") {
    if (path !== undefined && await exists(path)) file(asking, path, "the events");
    else needJournal(need, context, true);
  }
  const output = flags.output ??
    REPORT_NAMES[(flags.format ?? "html") as keyof typeof REPORT_NAMES];
  if (output !== "-") need.add("write", absolute(output), "the report");
}

/** Whether it is known what a command needs. */
export function isRuled(command: string): boolean {
  return Object.hasOwn(RULES, command);
}

async function stack(
  { need, context, flags, args }: Asking,
  values: boolean,
): Promise<LoadedStack> {
  const loaded = await loadFor(context, flags, args[0]);
  if (flags.sandbox) {
    need.addFeature("--unstable-worker-options");
    for (const path of sandboxSources()) need.add("read", path, "what the sandbox is made of");
  }
  await needStackFile(need, loaded, { values, path: args[0] ?? "stack.ts" });
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
  need.add("write", absolute(evidence), "keeps what failed", { optional: true });
}

async function change(asking: Asking, values = false): Promise<LoadedStack> {
  const loaded = await onCluster(asking, values);
  needJournal(asking.need, asking.context);
  if (asking.flags.watch) asking.need.add("net", "127.0.0.1", "the page of the run");
  needCollector(asking);
  return loaded;
}

/** A collector that is away is a warning: the run is what counts. */
function needCollector({ need, context }: Asking): void {
  const names = [
    "OTEL_EXPORTER_OTLP_ENDPOINT",
    "OTEL_EXPORTER_OTLP_HEADERS",
    "OTEL_SERVICE_NAME",
    "TRACEPARENT",
  ] as const;
  const endpoint = context.env(names[0]);
  if (!endpoint) return;
  const options = { optional: true };
  for (const name of names.filter((each) => context.env(each))) {
    need.add("env", name, "tells of the collector of spans", options);
  }
  if (URL.canParse(endpoint)) need.add("net", hostOf(endpoint), "the collector of spans", options);
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
  if (flags.outputDir) written(asking, flags.outputDir, "folder");
}

async function lint(asking: Asking): Promise<void> {
  await needNamespace(asking.need, asking.context, asking.flags);
  for (const path of asking.args) await needFolder(asking.need, path, "the chart");
  values(asking);
}

/** A chart with its values: `[NAME] CHART`. */
async function rendered(asking: Asking): Promise<void> {
  const { need, args, flags } = asking;
  const ref = args.at(-1)!;
  await chartToRender(asking, ref);
  values(asking);
  if (flags.postRenderer) need.add("run", flags.postRenderer, "the post-renderer");
}

async function shown(asking: Asking): Promise<void> {
  await chart(asking, asking.args[0]!);
}

/** The key that digests of plans are made with. */
async function planKey({ need, context }: Asking, use?: "make"): Promise<void> {
  if (context.env("CAPSTAN_PLAN_KEY")) {
    return need.add("env", "CAPSTAN_PLAN_KEY", "the key of the plan");
  }
  needJournal(need, context, true);
  const folder = stateFolder(context);
  if (use === undefined || folder === undefined || await exists(`${folder}/plan.key`)) return;
  need.add("write", folder, "a new key for plans");
}

function importFile(asking: Asking): void {
  const { need, args: [given], flags: { output } } = asking;
  const source = absolute(given ?? "helmfile.yaml");
  need.add("read", folderOf(source), "the helmfile and what it names");
  need.note("a helmfile may name bases and values elsewhere: each error names the file");
  if (output !== "-") writtenOnce(asking, output ?? `${folderOf(source)}/stack.ts`);
}

/** A file that is written in place. */
function writtenOnce({ need }: Asking, path: string): void {
  need.add("write", absolute(path), "what is written");
}
