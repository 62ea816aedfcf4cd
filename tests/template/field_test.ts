import { deepStrictEqual } from "node:assert/strict";
import type { MissingKey } from "../../lib/template/execution.ts";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("walkFields() finds keys, fields and methods, and says what it cannot find", () => {
  const rows: Row[] = [
    [
      "{{ .Values.a.b.c }}{{ .Values.nope }}{{ .nope }}|{{ .meta.Name }}{{ .meta.M.k }}{{ .meta.M.zz }}|{{ .meta.Any }}",
      "deep<no value><no value>|chartv|<no value>",
    ],
    ["{{ .Values.nope.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.nope.x>: nil pointer evaluating interface {}.x',
    }],
    ["{{ .Values.nul.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.nul.x>: nil pointer evaluating interface {}.x',
    }],
    ["{{ ((.Values.nope).x).y }}|{{ (.Values.nul).x }}", "<no value>|<no value>"],
    ["{{ (.Values.s).x }}", {
      error:
        'template: a.yaml:1:11: executing "a.yaml" at <.Values.s>: can\'t evaluate field x in type string',
    }],
    ["{{ .Values.s.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.s.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ .n.x }}", {
      error:
        'template: a.yaml:1:5: executing "a.yaml" at <.n.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ .l.x }}", {
      error:
        'template: a.yaml:1:5: executing "a.yaml" at <.l.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ .meta.Nope }}", {
      error:
        'template: a.yaml:1:8: executing "a.yaml" at <.meta.Nope>: can\'t evaluate field Nope in type interface {}',
    }],
    ["{{ .meta.name.x }}", {
      error:
        'template: a.yaml:1:8: executing "a.yaml" at <.meta.name.x>: can\'t evaluate field name in type interface {}',
    }],
    ["{{ $.Values.a.b.c.d }}", {
      error:
        'template: a.yaml:1:4: executing "a.yaml" at <$.Values.a.b.c.d>: can\'t evaluate field d in type interface {}',
    }],
    ['{{ .Values.a "x" }}', {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.a>: a is not a method but has arguments',
    }],
    ['{{ "x" | .Values.a.b }}', {
      error:
        'template: a.yaml:1:16: executing "a.yaml" at <.Values.a.b>: b is not a method but has arguments',
    }],
    ['{{ .meta.Name "x" }}', {
      error:
        'template: a.yaml:1:8: executing "a.yaml" at <.meta.Name>: Name has arguments but cannot be invoked as function',
    }],
    ["{{ .s.x 1 }}", {
      error:
        'template: a.yaml:1:5: executing "a.yaml" at <.s.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ .nope.x 1 }}", {
      error:
        'template: a.yaml:1:8: executing "a.yaml" at <.nope.x>: nil pointer evaluating interface {}.x',
    }],
    [
      '{{ .Values.AsMap.n }} {{ (.Values.AsMap).n }} {{ .Values.Has "n" }} {{ "zz" | .Values.Has }} {{ .Values.Sum 1 2 }} {{ .Values.Join "-" "a" "b" }} {{ .Values.Join "-" }}',
      "3 3 true false 3 a-b ",
    ],
    ["{{ .Values.Has }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.Has>: wrong number of args for Has: want 1 got 0',
    }],
    ["{{ .Values.Has 1 }}", {
      error: 'template: a.yaml:1:15: executing "a.yaml" at <1>: expected string; found 1',
    }],
    ['{{ .Values.Has "a" "b" }}', {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.Has>: wrong number of args for Has: want 1 got 2',
    }],
    ["{{ .Values.Sum 1 }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.Sum>: wrong number of args for Sum: want 2 got 1',
    }],
    ["{{ .Values.Join }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.Join>: wrong number of args for Join: want at least 1 got 0',
    }],
    ["{{ .Values.Err }}", {
      error: 'template: a.yaml:1:10: executing "a.yaml" at <.Values.Err>: error calling Err: boom',
    }],
    ["{{ .Values.Err.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.Err.x>: error calling Err: boom',
    }],
    ["{{ ($.Values.Err) }}", {
      error: 'template: a.yaml:1:5: executing "a.yaml" at <$.Values.Err>: error calling Err: boom',
    }],
    ['{{ (vers "a").Has "a" }} {{ (month 2).String }}', "true February"],
    ['{{ none.x }}|{{ (none).x }}|{{ (dict "a" nil).a }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <none>: nil pointer evaluating interface {}.x',
    }],
    ["{{ . | .Values.Has }}", {
      error:
        'template: a.yaml:1:14: executing "a.yaml" at <.Values.Has>: wrong type for value; expected string; got map[string]interface {}',
    }],
    ["{{ .x.constructor }}", {
      error:
        'template: a.yaml:1:5: executing "a.yaml" at <.x.constructor>: nil pointer evaluating interface {}.constructor',
    }],
    [
      "{{ .constructor }}{{ .__proto__ }}{{ .Values.a.toString }}{{ .Values.hasOwnProperty }}",
      "<no value><no value><no value><no value>",
    ],
    ["{{ (nil).x }}", {
      error: 'template: a.yaml:1:4: executing "a.yaml" at <nil>: nil is not a command',
    }],
    ["{{ nil.x }}", { error: 'template: a.yaml:1: unexpected . after term "nil"' }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

Deno.test("walkFields() treats a missing key as the execution asks", () => {
  const rows: [MissingKey, ...Row][] = [
    ["error", "{{ .nope }}", {
      error: 'template: a.yaml:1:3: executing "a.yaml" at <.nope>: map has no entry for key "nope"',
    }],
    ["error", "{{ .Values.a.nope.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.a.nope.x>: map has no entry for key "nope"',
    }],
    ["error", "{{ (.Values.nul).x }}", {
      error:
        'template: a.yaml:1:11: executing "a.yaml" at <.Values.nul>: nil data; no entry for key "x"',
    }],
    ["error", "{{ .meta.M.zz }}", {
      error:
        'template: a.yaml:1:8: executing "a.yaml" at <.meta.M.zz>: map has no entry for key "zz"',
    }],
    ["default", "{{ .nope }}{{ .nope.x.y }}", "<no value><no value>"],
    ["default", "{{ .Values.nul.x }}", {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.Values.nul.x>: nil pointer evaluating interface {}.x',
    }],
    ["default", "{{ str .nope }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <.nope>: invalid value; expected string',
    }],
    ["default", "{{ .meta.M.zz }}", "<no value>"],
  ];
  for (const [missingKey, text, expected] of rows) {
    deepStrictEqual(outcome(text, { missingKey }), expected, text);
  }
});
