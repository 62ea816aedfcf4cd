/**
 * `capstan test`: runs a release's tests.
 *
 * @module
 */
import { TestError } from "../../action/errors.ts";
import { getRelease } from "../../action/read.ts";
import { planTest } from "../../action/release_testing.ts";
import type { HelmVersion } from "../../chart/chart.ts";
import { CapstanError } from "../../errors.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Release } from "../../release/release.ts";
import { type Target, withTarget } from "../connect.ts";
import type { CliContext } from "../context.ts";
import type { TestFlags } from "../helm_commands.ts";
import { loadFor, runCommand } from "../stack_run.ts";
import { runShown } from "../operation.ts";
import { describeRelease } from "../describe.ts";

/** Runs the test hooks and prints how each went. */
export async function test(this: CliContext, flags: TestFlags, name?: string): Promise<void> {
  if (name === undefined || STACK_FILE.test(name)) return await testStack(this, flags, name);
  for (const flag of OF_STACKS) {
    if (flags[flag] !== undefined) throw misplaced(flag, "the tests of one release");
  }
  const { filter, helmVersion = "v4", hideNotes = helmVersion === "v4", ...options } = flags;
  const names = namesOf(filter ?? []);
  const print = this.print;
  const tell = async (target: Target, release: Release) => {
    print(describeRelease(release, { helmVersion, hideNotes, contents: this.debug }));
    if (!flags.logs) return;
    print("\n");
    await printLogs(target, release, { ...names, helmVersion, print, signal: this.abort });
  };
  await withTarget(this, flags, async (target) => {
    const place = { name, namespace: target.namespace };
    const began = this.now();
    try {
      const { release } = await runShown(
        this,
        { target, helmVersion },
        (action) => planTest({ ...options, ...names, ...place }, action),
      );
      if (release !== undefined) await tell(target, release);
    } catch (error) {
      const tested = error instanceof TestError
        ? await testedSince(began, place, target)
        : undefined;
      if (tested !== undefined) await tell(target, tested);
      throw error;
    }
  });
}

/** The release as it is recorded, if its tests have run since then: it is told of as when they go well. */
async function testedSince(
  began: number,
  place: { readonly name: string; readonly namespace: string },
  { storage }: Target,
): Promise<Release | undefined> {
  const release = await getRelease(place, { storage }).catch(() => undefined);
  const ran = release?.hooks.some(({ lastRun: { startedAt } }) =>
    // A record keeps whole seconds of some clocks.
    startedAt !== undefined && Date.parse(startedAt) >= began - 1_000
  );
  return ran ? release : undefined;
}

interface LogsOptions extends Names {
  readonly helmVersion: HelmVersion;
  readonly print: (text: string) => void;
  readonly signal: AbortSignal;
}

/** What Helm prints of the pods that are still there. */
async function printLogs(
  { api }: Target,
  { namespace, hooks }: Release,
  { only, except, helmVersion, print, signal }: LogsOptions,
): Promise<void> {
  const tests = hooks
    .filter(({ kind, events, name }) =>
      kind === "Pod" && events.includes("test") && !except?.includes(name) &&
      (only === undefined || only.includes(name))
    )
    .sort((a, b) => a.weight - b.weight);
  for (const { name } of tests) {
    const pod = await api.get({ apiVersion: "v1", kind: "Pod", name, namespace }, { signal });
    if (pod === undefined) continue;
    const of = { namespace, pod: name };
    if (helmVersion === "v3") {
      print(`POD LOGS: ${name}\n${await api.logs(of, { signal })}\n`);
      continue;
    }
    for (const container of containersOf(pod)) {
      print(
        `POD LOGS: ${name} (${container})\n${await api.logs({ ...of, container }, { signal })}\n`,
      );
    }
  }
}

/** Names of a pod's containers, those that prepare it first. */
function containersOf({ spec }: KubeObject): string[] {
  const { initContainers = [], containers = [] } = spec as {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly containers?: readonly { readonly name: string }[];
  };
  return [...initContainers, ...containers].map(({ name }) => name);
}

/** A release's name may have dots, but none ends like a program. */
const STACK_FILE = /\.[cm]?[jt]s$/;
const OF_RELEASES = ["namespace", "filter", "timeout", "recover", "imagePullErrors"] as const;
const OF_STACKS = ["only", "skip", "selector", "from", "withNeeds", "env", "parallelism"] as const;

/** Runs the tests of every release of a stack. */
async function testStack(
  context: CliContext,
  flags: TestFlags,
  path: string | undefined,
): Promise<void> {
  for (const flag of OF_RELEASES) {
    if (flags[flag] !== undefined) throw misplaced(flag, "the tests of a stack");
  }
  const { logs, namespace: _, filter: __, timeout: ___, ...rest } = flags;
  const loaded = await loadFor(context, rest, path);
  await runCommand(context, { verb: "test", flags: rest, loaded, logs });
}

function misplaced(flag: string, what: string): CapstanError {
  const name = flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return new CapstanError(`--${name} means nothing for ${what}`, {
    code: "cli/flags",
    hint: "`capstan test NAME` tests one release, `capstan test stack.ts` a stack's",
  });
}

interface Names {
  readonly only?: readonly string[];
  readonly except?: readonly string[];
}

/** Helm's filters, `name=a,!name=b`, as two lists. */
function namesOf(filters: readonly string[]): Names {
  const only: string[] = [], except: string[] = [];
  for (const filter of filters.flatMap((text) => text.split(","))) {
    const match = filter.match(/^(!?)name=(.+)$/);
    if (match === null) {
      throw new CapstanError(`bad --filter ${JSON.stringify(filter)}`, {
        code: "cli/flags",
        hint: "write name=NAME or !name=NAME",
      });
    }
    (match[1] === "" ? only : except).push(match[2]!);
  }
  return { ...(only.length > 0 ? { only } : {}), ...(except.length > 0 ? { except } : {}) };
}
