import assert from "node:assert/strict";
import { HeapWatch } from "../../lib/cli/heap.ts";

const ROWS: readonly [string, readonly number[], readonly number[]][] = [
  ["a small heap is left alone", [10, 60, 20, 63], []],
  ["a heap that has grown is collected, once until it has grown again", [30, 65, 70, 75, 104], [
    65,
    104,
  ]],
  ["and sooner where little was alive", [65, 40, 60, 66, 41, 65], [65, 66]],
  ["what is alive is not looked for again and again", [100, 100, 120, 150, 161], [100, 161]],
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
