/**
 * Going on with a run whose process has died: what must be the same, and what is left to do.
 *
 * @module
 */
import type { DeployProgress } from "../action/deploy_request.ts";
import { CapstanError, messageOf } from "../errors.ts";
import type { Journaled, NodeDigest } from "../journal/entries.ts";
import { isComplete } from "../journal/progress.ts";
import type { RunProgress } from "../journal/progress.ts";
import { declaredDigests, differences, partsChanged } from "./fingerprint.ts";
import type { GraphNode } from "./graph.ts";
import { deployRequest } from "./steps.ts";
import type { StepSources } from "./steps.ts";
import { areStatic } from "./values.ts";

/**
 * Throws when the stack is not what it was when the run began.
 *
 * @throws {CapstanError} That names everything that has changed.
 */
export async function checkUnchanged(
  sources: StepSources,
  { header }: Journaled,
  { inputs, run, verb }: RunProgress,
  signal: AbortSignal | undefined,
): Promise<void> {
  // To take a release down it does not matter what it is made of.
  const counts = verb === "up" ? (digests: Digests) => digests : edgesOnly;
  const changes = differences(counts(header.nodes), counts(declaredDigests(sources.nodes)));
  const rendered = await Promise.all(
    sources.nodes.map(async (node) => {
      const before = inputs.get(node.id);
      return before === undefined ? [] : await inputsChanged(node, before, sources, signal);
    }),
  );
  // Values that the stack file changed have changed the chart's input as well: said once.
  const said = new Set(changes.map((line) => line.split(":")[0]));
  const all = [...changes, ...rendered.flat().filter((line) => !said.has(line.split(":")[0]))];
  if (all.length === 0) return;
  throw new CapstanError(
    `cannot resume run ${run} of stack ${sources.stack.name}, which has changed since: ${
      all.join("; ")
    }`,
    {
      code: "resume/changed",
      hint: verb === "up"
        ? "put that back, or run `capstan up` without --resume: it deploys what has changed and " +
          "runs hooks again"
        : "put that back, or run `capstan down` without --resume: it runs hooks again",
    },
  );
}

type Digests = Readonly<Record<string, NodeDigest>>;

/** Digests of what waits for what alone. */
function edgesOnly(digests: Digests): Digests {
  return Object.fromEntries(
    Object.entries(digests).map(([id, { needs, after }]) => [id, { edges: needs ?? after ?? "" }]),
  );
}

async function inputsChanged(
  { id, node }: GraphNode,
  before: NodeDigest,
  sources: StepSources,
  signal: AbortSignal = new AbortController().signal,
): Promise<string[]> {
  if (node.type !== "release" || !areStatic(node)) return [];
  let now: NodeDigest | undefined;
  const onInputs = (_: string, digest: NodeDigest) => void (now = digest);
  const request = deployRequest({ id, node, after: [] }, { ...sources, onInputs });
  try {
    await (request.values as (signal: AbortSignal) => Promise<unknown>)(signal);
  } catch (error) {
    signal.throwIfAborted();
    return [`${id}: ${messageOf(error)}`];
  }
  return partsChanged(id, before, now ?? {});
}

/** Whether nothing is left to do for a release or hook. */
export function isFinished(progress: RunProgress | undefined, { id, node }: GraphNode): boolean {
  if (progress === undefined) return false;
  return node.type === "release" ? isComplete(progress, id) : progress.done.has(`${id}/run`);
}

/** What the run has done of a release. */
export function releaseProgress(progress: RunProgress | undefined): DeployProgress | undefined {
  if (progress === undefined) return undefined;
  const { run, done, inFlight } = progress;
  return { run, done, inFlight };
}
