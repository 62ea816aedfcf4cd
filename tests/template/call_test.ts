import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("compileCall() evaluates no more of and and or than it needs", () => {
  const rows: Row[] = [
    ['{{ and 1 0 2 }} {{ and 1 2 }} {{ or 0 "" "x" "y" }} {{ or 0 "" }}| {{ and }}', {
      error:
        'template: a.yaml:1:70: executing "a.yaml" at <and>: wrong number of args for and: want at least 1 got 0',
    }],
    ['{{ or 1 (fail "no") }} {{ and 0 (fail "no") }}', "1 0"],
    ['{{ and 1 (fail "no") }}', {
      error: 'template: a.yaml:1:10: executing "a.yaml" at <fail "no">: error calling fail: no',
    }],
    [
      "{{ 5 | and 1 }} {{ 5 | or 1 }} {{ 0 | or 0 }} {{ .nope | or 0 }}|{{ and .nope 1 }}|{{ or .nope .Values.nul }}",
      "5 1 0 <no value>|<no value>|<no value>",
    ],
    ["{{ or .Values.a.b.c (index .l 9) }} {{ and true .l | len }}", "deep 3"],
    ["{{ and .Values.nope.x 1 }}", {
      error:
        'template: a.yaml:1:14: executing "a.yaml" at <.Values.nope.x>: nil pointer evaluating interface {}.x',
    }],
    ["{{ not }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <not>: wrong number of args for not: want 1 got 0',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
