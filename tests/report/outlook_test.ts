import assert from "node:assert/strict";
import type { RunEvent, StepInfo } from "../../lib/events.ts";
import { lookAhead } from "../../lib/report/outlook.ts";
import { RunFold } from "../../lib/report/state.ts";
import { runEvents } from "./frames.ts";

type Row = readonly [id: string, needs: string, precedes: string, estimate: number];

function leftOf(rows: readonly Row[], more: readonly RunEvent[] = [], now = 0): number | undefined {
  const fold = new RunFold();
  for (const [id, needs, precedes, estimate] of rows) {
    const list = (text: string) => text === "" ? [] : text.split(" ");
    const step: StepInfo = {
      id,
      kind: "apply",
      owner: id,
      title: id,
      needs: list(needs),
      precedes: list(precedes),
      estimate,
    };
    fold.add({ at: 0, type: "step-planned", step });
  }
  more.forEach((event) => fold.add(event));
  return lookAhead(fold.state, now).left;
}

Deno.test("a run ends with the longest path through what is open", () => {
  const table: readonly (readonly [rows: readonly Row[], left: number])[] = [
    [[["a", "", "", 10], ["b", "a", "", 20], ["c", "", "", 25]], 30],
    // Told of after the step that it precedes, as what a rendering adds.
    [[["record", "", "", 5], ["apply", "", "record", 50]], 55],
    [[["z", "y", "", 1], ["y", "x", "", 2], ["x", "", "", 4]], 7],
    // A need that no event told of is none.
    [[["a", "gone", "", 10]], 10],
  ];
  for (const [rows, left] of table) assert.equal(leftOf(rows), left, JSON.stringify(rows));
});

Deno.test("what has run as long as was expected is at its end", () => {
  const rows: Row[] = [["a", "", "", 10], ["b", "a", "", 20]];
  const started: RunEvent = { at: 0, type: "step-started", id: "a" };
  assert.deepEqual([4, 10, 50].map((now) => leftOf(rows, [started], now)), [26, 20, 20]);
  const ended: RunEvent = { at: 9, type: "step-finished", id: "a", status: "succeeded" };
  // One step of its kind took nine tenths of what was expected; so much was expected once as well.
  assert.equal(leftOf(rows, [started, ended], 9), 19);
});

Deno.test("the end is foretold within a third once three tenths have run, whatever was expected", () => {
  for (const releases of [100, 300]) {
    const events = runEvents({ releases });
    const end = events.at(-1)!.at;
    for (const part of [0.3, 0.5, 0.8]) {
      const fold = new RunFold();
      for (const event of events) if (event.at <= part * end) fold.add(event);
      const share = lookAhead(fold.state, part * end).left! / (end - part * end);
      assert(share > 0.66 && share < 1.5, `${releases} releases at ${part}: ${share}`);
    }
  }
});

Deno.test("a chain of any length is looked through, and a circle is no way on", () => {
  const chain = Array.from({ length: 50_000 }, (_, i): Row => [`${i}`, `${i + 1}`, "", 1]);
  assert.equal(leftOf(chain), 50_000);
  assert.equal(leftOf([["a", "b", "", 10], ["b", "a", "", 20], ["c", "b", "", 1]]), 30);
});
