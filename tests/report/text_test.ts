import assert from "node:assert/strict";
import { cut, cutMiddle, printable, width } from "../../lib/report/text.ts";

Deno.test("width() counts columns as terminals do, or more where they disagree", () => {
  const table: readonly (readonly [text: string, columns: number])[] = [
    ["plain", 5],
    ["数据", 4],
    ["𠀀𠀁", 4],
    ["é", 1],
    ["🚀", 2],
    ["🇩🇪", 2],
    ["👍🏽", 4],
    ["\x1b[31mred\x1b[0m", 3],
    ["ｆ", 2],
    ["ｶ", 1],
  ];
  for (const [text, columns] of table) assert.equal(width(text), columns, JSON.stringify(text));
});

Deno.test("printable() leaves nothing that would move a cursor or change a terminal", () => {
  const table: readonly (readonly [text: string, plain: string, colored?: string])[] = [
    ["as it is", "as it is"],
    ["\x1b[2J\x1b[10Aup", "up"],
    ["\x1b[?25lhidden\x1b[?1049h", "hidden"],
    ["\x1b[31mred\x1b[0m", "red", "\x1b[31mred\x1b[0m\x1b[0m"],
    ["\x1b]0;title\x07after", "after"],
    ["\x1b]8;;https://example.com\x1b\\link\x1b]8;;\x1b\\", "link"],
    ["\x1bPstring\x1b\\\x1b_g\x9cafter", "after"],
    ["\x1b]0;without an end\nnext", "\nnext"],
    ["\x9b2Jeight bits\x9d0;t\x9c", "eight bits"],
    ["\x1bcreset\x1b(0lines\x1b", "resetlines"],
    ["10%\r20%\r\n30%", "10% 20%\n30%"],
    ["bell\x07\b\b\x00 nul\x7f", "bell  nul "],
    ["a\tb\nc", "a\tb\nc"],
    ["\u202edesrever\u2066", "desrever"],
    ["one\u2028two", "one two"],
    ["进捗 🚀 é", "进捗 🚀 é"],
  ];
  for (const [text, plain, colored = plain] of table) {
    assert.equal(printable(text, { color: false }), plain, JSON.stringify(text));
    assert.equal(printable(text, { color: true }), colored, JSON.stringify(text));
  }
});

Deno.test("cutMiddle() keeps both ends", () => {
  const table: readonly (readonly [text: string, columns: number, cut: string])[] = [
    ["a-release-12", 12, "a-release-12"],
    ["a-release-12", 9, "a-re…e-12"],
    ["a-release-12", 4, "a-…2"],
    ["a-release-12", 2, "a…"],
    ["a-release-12", 0, ""],
    ["数据库迁移作业", 9, "数据…作业"],
  ];
  for (const [text, columns, expected] of table) {
    assert.equal(cutMiddle(text, columns), expected);
    assert(width(cutMiddle(text, columns)) <= columns);
    assert(width(cut(text, columns)) <= columns);
  }
});
