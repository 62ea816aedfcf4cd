/**
 * How full each limit was over the time of a run.
 *
 * @module
 */
import type { TimelineStep } from "./timeline.ts";

/** The places of a limit that were taken, over time. */
export interface Occupancy {
  readonly pool: string;
  /** Places that there are; absent where no event says. */
  readonly limit?: number;
  /** From each moment on so many places were taken: a staircase. */
  readonly taken: readonly (readonly [at: number, places: number])[];
  /** Most that were taken at once. */
  readonly most: number;
  /** Milliseconds during which every place was taken. */
  readonly full: number;
}

interface Share {
  readonly pool: string;
  readonly slots: number;
  from: number;
  to: number;
}

/** The occupancy of every limit that a step has claimed, those that were shared by most first. */
export function occupancyOf(
  steps: readonly TimelineStep[],
  limits: Readonly<Record<string, number>>,
  end: number,
): Occupancy[] {
  const shares = new Map<string, Share>();
  const known = new Map(Object.entries(limits));
  for (const step of steps) {
    for (const { pool, slots = 1, limit, group } of step.claims) {
      if (limit !== undefined && !known.has(pool)) known.set(pool, limit);
      if (step.started === undefined) continue;
      const key = group === undefined ? `${pool}\n\n${step.id}` : `${pool}\n${group}`;
      const to = step.finished ?? end;
      const share = shares.get(key);
      if (share === undefined) shares.set(key, { pool, slots, from: step.started, to });
      else {
        share.from = Math.min(share.from, step.started);
        share.to = Math.max(share.to, to);
      }
    }
  }
  const byPool = Map.groupBy(shares.values(), ({ pool }) => pool);
  return [...byPool].toSorted(([, a], [, b]) => b.length - a.length).map(([pool, of]) =>
    staircase(pool, of, known.get(pool))
  );
}

function staircase(pool: string, shares: readonly Share[], limit: number | undefined): Occupancy {
  const changes = new Map<number, number>();
  for (const { from, to, slots } of shares) {
    changes.set(from, (changes.get(from) ?? 0) + slots);
    changes.set(to, (changes.get(to) ?? 0) - slots);
  }
  const taken: [number, number][] = [];
  let places = 0, most = 0, full = 0, last = 0;
  for (const [at, change] of [...changes].sort(([a], [b]) => a - b)) {
    if (limit !== undefined && places >= limit) full += at - last;
    last = at;
    places += change;
    most = Math.max(most, places);
    if (change !== 0) taken.push([at, places]);
  }
  return { pool, ...(limit === undefined ? {} : { limit }), taken, most, full };
}
