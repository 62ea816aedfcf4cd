/**
 * `capstan plan`: what `up` would do.
 *
 * @module
 */
import { MAX_HOOK_PARALLELISM } from "../../action/hook_plan.ts";
import { createApiServer } from "../../apiserver/server.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import { createKubeClient } from "../../kube/client.ts";
import { loadConnection } from "../../kube/config.ts";
import { ApiError } from "../../kube/errors.ts";
import { secretStorage } from "../../release/kube_storage.ts";
import { explanationText } from "../../report/plan/explain.ts";
import { planMarkdown } from "../../report/plan/markdown.ts";
import { hasChanges, problemsOf } from "../../report/plan/plan.ts";
import type { ShownPlan } from "../../report/plan/plan.ts";
import { planText } from "../../report/plan/text.ts";
import type { ChartSettings } from "../../stack/charts.ts";
import type { LoadedStack } from "../../stack/load.ts";
import { explainPlan } from "../../stack/explain.ts";
import { freezePlan } from "../../stack/frozen/freeze.ts";
import type { Frozen } from "../../stack/frozen/freeze.ts";
import { RunClusters } from "../../stack/clusters.ts";
import { stateNamespace } from "../../stack/lock.ts";
import type { Stack } from "../../stack/types.ts";
import { planStack } from "../../stack/plan.ts";
import { lastDurations } from "../last_durations.ts";
import { withheld } from "../connect.ts";
import type { CliContext } from "../context.ts";
import { EXIT } from "../errors.ts";
import { selectionOf } from "../flags.ts";
import { plainData } from "../output.ts";
import { isPlanFile, planKey, writePlan } from "../plan_file.ts";
import type { PlanFlags } from "../stack_commands.ts";
import { withCharts } from "../stack_charts.ts";
import { clusterOf, loadFor, typeChecks } from "../stack_run.ts";

/** Renders every release, compares it with what is deployed, and prints the difference. */
export async function plan(this: CliContext, flags: PlanFlags, path?: string): Promise<void> {
  if (flags.explain && isPlanFile(flags.output)) throw notBoth(flags.output);
  const loaded = await loadFor(this, flags, path);
  const shown = await withCharts(
    this,
    flags,
    (charts) => planFor(this, flags, { loaded, charts }),
  );
  if (flags.explain) return await explain(this, flags, { loaded, shown });
  await keep(this, flags, shown);
  const { stdout } = this.process;
  const { output } = flags;
  if (output === "json" || output === "yaml") stdout.write(plainData(shown.nodes, output));
  else if (output === "markdown") stdout.write(planMarkdown(shown));
  else this.print(planText(shown, { color: this.stdoutColor }));
  if (shown.frozen?.refused !== undefined) throw shown.frozen.refused;
  if (problemsOf(shown.nodes).length > 0) this.exitWith(EXIT.failed);
  else if (flags.detailedExitcode && hasChanges(shown.nodes)) this.exitWith(EXIT.changes);
}

/** Writes the plan down, where that was asked for and can be done. */
async function keep(context: CliContext, { output }: PlanFlags, shown: Planned): Promise<void> {
  const plan = shown.frozen?.plan;
  if (!isPlanFile(output) || plan === undefined) return;
  await writePlan(output, plan);
  for (const { id, release } of plan.nodes) {
    if (release?.varies === undefined) continue;
    context.process.stderr.write(
      `note: ${id} comes out otherwise each time it is rendered (${release.varies.join(", ")}); ` +
        "what came out now is kept in the plan, sealed\n",
    );
  }
  context.process.stderr.write(
    `wrote ${output}; \`capstan up --plan ${output}\` does exactly this\n`,
  );
}

function notBoth(path: string): CapstanError {
  return new CapstanError(`cannot freeze the plan into ${path} together with --explain`, {
    code: "usage",
    hint: "run `capstan plan` twice",
  });
}

/** A plan, and what it comes to when it is frozen. */
interface Planned extends ShownPlan {
  readonly frozen?: Frozen | undefined;
}

async function explain(
  context: CliContext,
  flags: PlanFlags,
  { loaded: { stack }, shown }: { readonly loaded: LoadedStack; readonly shown: ShownPlan },
): Promise<void> {
  const durations = shown.against === "nothing"
    ? await lastDurations(context, stack.name)
    : await durationsOnClusters(context, flags, stack);
  const explanation = await explainPlan(shown.nodes, stack, {
    durations,
    parallelism: flags.parallelism ?? stack.parallelism,
    hookParallelism: flags.hookParallelism,
    signal: context.stop,
  });
  const { output } = flags;
  if (output === "json" || output === "yaml") {
    return context.process.stdout.write(plainData(explanation, output));
  }
  context.print(explanationText(explanation, { color: context.stdoutColor }));
}

/** Times also from the journals' copies, which are where `up` keeps them. */
async function durationsOnClusters(
  context: CliContext,
  flags: PlanFlags,
  stack: Stack,
): Promise<ReadonlyMap<string, number>> {
  const clusters = new RunClusters();
  try {
    await clusters.connect(
      [...stack.releases, ...stack.hooks],
      (name) => clusterOf(context, flags, name),
      { now: context.now },
    );
    const apis = clusters.servers();
    const namespace = stateNamespace(stack);
    return await lastDurations(context, stack.name, {
      servers: apis.map(({ server }) => server),
      place: apis[0] === undefined ? undefined : { api: apis[0], namespace },
    });
  } finally {
    clusters.close();
  }
}

async function planFor(
  context: CliContext,
  flags: PlanFlags,
  { loaded, charts }: { readonly loaded: LoadedStack; readonly charts: ChartSettings },
): Promise<Planned> {
  const { dryRun = "auto" } = flags;
  const reason = dryRun === "client"
    ? "--dry-run client"
    : await whyNoCluster(context, flags, loaded);
  const options = {
    charts,
    signal: context.stop,
    select: selectionOf(flags),
    prechecks: typeChecks(flags, loaded),
    now: context.now,
    // To try other limits it must be known which hooks could overlap at all.
    hookParallelism: flags.explain ? MAX_HOOK_PARALLELISM : flags.hookParallelism,
    hookSelection: flags.hookSelection,
    diff: "server",
  } as const;
  const stack = loaded.stack.name;
  if (reason === undefined) {
    const connect = (name: string | undefined) => clusterOf(context, flags, name);
    if (isPlanFile(flags.output)) {
      const key = await planKey(context, "make");
      const environment = flags.env;
      const frozen = await freezePlan(loaded, { ...options, connect, key, environment });
      return { stack, against: "cluster", nodes: frozen.nodes, frozen };
    }
    return { stack, against: "cluster", nodes: await planStack(loaded, { ...options, connect }) };
  }
  if (isPlanFile(flags.output)) {
    throw new CapstanError(`cannot freeze the plan into ${flags.output}: ${reason}`, {
      code: "plan/no-cluster",
      hint: "a plan that can be carried out is one that was compared with the cluster",
    });
  }
  const served = createApiServer().serve();
  try {
    const connect = () => {
      const api = createKubeClient({ server: served.url, namespace: "default" });
      return Promise.resolve({ api, storage: secretStorage(api) });
    };
    const nodes = await planStack(loaded, { ...options, connect });
    return { stack, against: "nothing", reason, nodes };
  } finally {
    await served.close();
  }
}

/**
 * Why there is no cluster to compare with. One that was asked for by name must answer, and so must
 * any when `--dry-run server` is given.
 */
async function whyNoCluster(
  context: CliContext,
  flags: PlanFlags,
  { stack }: LoadedStack,
): Promise<string | undefined> {
  const named = flags.kubeconfig ?? flags.kubeContext ?? context.env("HELM_KUBECONTEXT");
  const unnamed = [...stack.releases, ...stack.hooks].some(({ cluster }) => cluster === undefined);
  if (flags.dryRun === "server" || named !== undefined || !unnamed) return undefined;
  try {
    const connection = await loadConnection({ env: (name) => context.env(name) });
    // One try: a cluster that is only slow to come up is waited for by `up`.
    const api = createKubeClient(connection, { retry: { attempts: 1 } });
    try {
      await api.version({ signal: context.stop });
    } finally {
      api.close();
    }
  } catch (error) {
    if (isNoCluster(error) && withheld(error) === undefined) return messageOf(error);
    // What is wrong with a cluster that is there is said where it is used.
  }
  return undefined;
}

function isNoCluster(error: unknown): boolean {
  if (error instanceof ApiError) return error.reason === "Unreachable";
  return error instanceof CapstanError && error.code === "kubeconfig/missing";
}
