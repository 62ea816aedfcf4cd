/**
 * Runs of any size as events, for tests and measurements of what is shown of them.
 */
import type { RunEvent, StepInfo, StepKind } from "../../lib/events.ts";

/** Options of {@linkcode runEvents}. */
export interface RunShape {
  readonly releases: number;
  /** Hooks of each release. @default {2} */
  readonly hooks?: number;
  /** Releases at once. @default {16} */
  readonly parallelism?: number;
  /** Each release needs the one this many before it; 0 is none. @default {0} */
  readonly chain?: number;
  /** Every this many releases one fails. @default none */
  readonly fails?: number;
}

const SECOND = 1000;

/** The events of a run: all is rendered, then releases go up as places become free. */
export function runEvents(shape: RunShape): RunEvent[] {
  const { releases, hooks = 2, parallelism = 16, chain = 0, fails = 0 } = shape;
  const events: RunEvent[] = [{
    at: 0,
    type: "run-started",
    version: 1,
    run: "r",
    stack: "big",
    verb: "up",
    releases,
    pools: { releases: parallelism },
  }];
  const timed: RunEvent[] = [];
  const free = new Array<number>(parallelism).fill(SECOND);
  const ends: number[] = [];
  for (let i = 0; i < releases; i++) {
    const owner = `release-${i}`;
    const needed = chain > 0 && i >= chain ? i - chain : undefined;
    const steps = stepsOf(owner, hooks, needed === undefined ? [] : [`release-${needed}/record`]);
    for (const step of steps) events.push({ at: 0, type: "step-planned", step });
    const place = free.indexOf(Math.min(...free));
    let at = Math.max(free[place]!, needed === undefined ? 0 : ends[needed]!);
    for (const [n, { id, kind }] of steps.entries()) {
      const start = kind === "render" ? n + i : at;
      const end = start + (kind === "render" ? 30 : 200 + (i * 37 + n * 91) % 800);
      timed.push({ at: start, type: "step-started", id });
      if (kind === "ready") {
        timed.push({
          at: start + 50,
          type: "step-progress",
          id,
          message:
            `Deployment ${owner}: 1 of 3 pods ready: ${owner}-7c9d8b6f5-x2x4z: ImagePullBackOff`,
        });
      }
      if (kind === "hook") {
        timed.push({
          at: start + 20,
          type: "step-log",
          id,
          line: `migrating table ${n} of ${owner}`,
        });
      }
      const failed = fails > 0 && i % fails === fails - 1 && kind === "apply";
      timed.push({
        at: end,
        type: "step-finished",
        id,
        status: failed ? "failed" : "succeeded",
        ...(failed
          ? {
            reason: `Deployment ${owner} is invalid`,
            details: `event: Deployment ${owner}: FailedCreate: quota <full>`,
          }
          : {}),
      });
      if (kind !== "render") at = end;
    }
    free[place] = at;
    ends.push(at);
    const bad = fails > 0 && i % fails === fails - 1;
    timed.push({
      at,
      type: "release-finished",
      owner,
      release: owner,
      namespace: "default",
      outcome: bad ? "failed" : "installed",
      revision: 1,
      status: bad ? "failed" : "deployed",
      hooks,
      ...(bad ? { reason: `Deployment ${owner} is invalid` } : {}),
    });
  }
  events.push(...timed.sort((a, b) => a.at - b.at));
  events.push({ at: events.at(-1)!.at, type: "run-finished", ok: fails === 0 });
  return events;
}

function stepsOf(owner: string, hooks: number, after: readonly string[]): StepInfo[] {
  const kinds: [name: string, kind: StepKind, title: string][] = [
    ["render", "render", "render"],
    ["begin", "record", "begin"],
    ...Array.from({ length: hooks }, (_, i): [string, StepKind, string] => [
      `hook pre-install Job/h${i}`,
      "hook",
      `hook pre-install h${i}`,
    ]),
    ["apply", "apply", "apply"],
    ["ready", "ready", "wait"],
    ["record", "record", "record"],
  ];
  return kinds.map(([name, kind, title], i) => ({
    id: `${owner}/${name}`,
    kind,
    owner,
    title,
    needs: kind === "render" ? [] : [...(i === 1 ? after : []), `${owner}/${kinds[i - 1]![0]}`],
    ...(kind === "render" ? {} : { claims: [{ pool: "releases", group: owner }] }),
    estimate: kind === "ready" ? 10_000 : 500,
  }));
}
