import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("readNumber() reads every literal that Go reads", () => {
  const rows: Row[] = [
    [
      "{{ 0x1F }} {{ 0X_1f }} {{ 0b101 }} {{ 0o17 }} {{ 017 }} {{ 1_000 }} {{ -0x10 }} {{ +5 }} {{ -0 }}",
      "31 31 5 15 15 1000 -16 5 0",
    ],
    [
      "{{ 1.0 }} {{ 1e3 }} {{ 1.5e-7 }} {{ .5 }} {{ 0x1p4 }} {{ 0x1.8p1 }} {{ 1_0.5 }} {{ 5. }} {{ -0x1e }}",
      "1 1000 1.5e-07 0.5 16 3 10.5 5 -30",
    ],
    [
      "{{ 1000000.0 }} {{ 123456789.0 }} {{ 1e20 }} {{ 100000.0 }} {{ 0.0001 }} {{ 0.00001 }}",
      "1e+06 1.23456789e+08 1e+20 100000 0.0001 1e-05",
    ],
    [
      "{{ 9223372036854775807 }} {{ -9223372036854775808 }}",
      "9223372036854775807 -9223372036854775808",
    ],
    ["{{ 9223372036854775808 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <9223372036854775808>: 9223372036854775808 overflows int',
    }],
    ['{{ 1+2i }} {{ 2i }} {{ printf "%T" 2i }} {{ 1e2-3i }}', "(1+2i) (0+2i) complex128 (100-3i)"],
    ["{{ printf \"%T %T %T %T\" 1 1.0 'a' 0x1p4 }}", "int float64 int float64"],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
