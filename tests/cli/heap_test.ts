import assert from "node:assert/strict";
import { HeapWatch } from "../../lib/cli/heap.ts";

const ROWS: readonly [string, readonly number[], readonly number[]][] = [
  ["a small heap is left alone", [10, 35, 20, 39], []],
  ["a heap that has grown is collected, once until it has grown again", [20, 45, 48, 50, 64], [
    45,
    64,
  ]],
  ["and sooner where little was alive", [45, 30, 38, 43, 31, 44], [45, 43, 44]],
  ["what is alive is not looked for again and again", [60, 60, 70, 80, 85], [60, 85]],
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
