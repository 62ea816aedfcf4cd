import assert from "node:assert/strict";
import { HeapWatch } from "../../lib/cli/heap.ts";

/** Sixteen times as much: by then V8 has collected what there was. */
const ALIVE = Array.from({ length: 16 }, () => 100);

const ROWS: readonly [string, readonly number[], readonly number[]][] = [
  ["a small heap is left alone", [10, 31, 20, 33], []],
  ["a heap that has grown is collected, until there is room again", [20, 45, 46, 30, 45, 20], [
    45,
    46,
    45,
  ]],
  ["what is alive is not looked for again and again", [...ALIVE, 120, 179, 181], [...ALIVE, 181]],
  ["but once there is less of it", [...ALIVE, 60, 107, 109], [...ALIVE, 109]],
];

for (const [what, heap, expected] of ROWS) {
  Deno.test(`a run's heap: ${what}`, () => {
    const collected: number[] = [];
    let used = 0;
    const watch = new HeapWatch({
      used: () => used * 1e6,
      collect: () => collected.push(used),
    });
    for (used of heap) watch.look();
    assert.deepEqual(collected, expected);
  });
}
