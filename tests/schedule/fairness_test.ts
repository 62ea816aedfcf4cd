/** Who waits for places of several limits gets them in bounded time, whatever streams past. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { PATIENCE } from "../../lib/schedule/pool.ts";
import { runSteps } from "../../lib/schedule/scheduler.ts";
import { onVirtualClock } from "../../lib/schedule/simulate.ts";
import type { Step } from "../../lib/schedule/step.ts";

/** Streams of steps for one pool each, and one step of higher priority that needs places of all. */
const scene = fc.record({
  limits: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 4 }),
  /** Steps that are there from the start, for each pool. */
  crowd: fc.integer({ min: 20, max: 60 }),
  durations: fc.infiniteStream(fc.integer({ min: 1, max: 30 })),
  slots: fc.infiniteStream(fc.nat()),
  grouped: fc.boolean(),
  /** Steps of lower priority that also need places of all. */
  rivals: fc.nat(3),
});

Deno.test(`who needs several limits starts within ${PATIENCE + 2} times the longest holding`, async () => {
  await fc.assert(
    fc.asyncProperty(scene, async ({ limits, crowd, grouped, rivals, ...streams }) => {
      const durations = streams.durations[Symbol.iterator]();
      const slots = streams.slots[Symbol.iterator]();
      const names = limits.map((_, i) => `p${i}`);
      await onVirtualClock(async (clock) => {
        let started = NaN, longest = 0;
        const step = (id: string, pools: readonly number[], estimate: number): Step => {
          const duration = durations.next().value!;
          longest = Math.max(longest, duration);
          const claims = pools.map((i) => ({
            pool: names[i]!,
            slots: 1 + slots.next().value! % limits[i]!,
          }));
          return {
            ...(grouped ? { group: { key: id, claims } } : { claims }),
            id,
            needs: id === "first" ? [] : ["first"],
            estimate,
            run: () => {
              if (id === "waiter") started = clock.now;
              return clock.sleep(duration);
            },
          };
        };
        const all = limits.map((_, i) => i);
        const stream = limits.flatMap((_, i) =>
          Array.from({ length: crowd }, (_, n) => step(`${i}-${n}`, [i], 2))
        );
        const others = Array.from({ length: rivals }, (_, n) => step(`rival ${n}`, all, 3));
        const first: Step = {
          id: "first",
          needs: [],
          // All others have begun to queue when it joins.
          run: ({ add }) => {
            setTimer(add);
            return clock.sleep(1);
          },
        };
        let joined = NaN;
        const setTimer = (add: (steps: readonly Step[]) => void) =>
          void clock.sleep(40).then(() => {
            joined = clock.now;
            add([{ ...step("waiter", all, 9), needs: [] }]);
          });
        await runSteps([first, ...stream, ...others], {
          pools: Object.fromEntries(names.map((name, i) => [name, limits[i]!])),
          now: () => clock.now,
        });
        const waited = started - joined;
        assert(waited <= (PATIENCE + 2) * longest, `${waited} ms of at most ${longest} each`);
      });
    }),
    { numRuns: 300 },
  );
});
