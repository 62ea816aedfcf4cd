import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("convert() takes what fits a parameter, and constants that can be made to", () => {
  const rows: Row[] = [
    [
      "{{ num 3.0 }} {{ num 'a' }} {{ num 0x10 }} {{ flt 3 }} {{ i64 3.0 }} {{ u32 7 }} {{ bl true }} {{ str \"s\" }}",
      "3 97 16 3 3 7 true s",
    ],
    ["{{ num 3.5 }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <3.5>: expected integer; found 3.5',
    }],
    ['{{ num "3" }}', {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <"3">: expected integer; found "3"',
    }],
    ["{{ num .Values.n }}", {
      error:
        'template: a.yaml:1:14: executing "a.yaml" at <.Values.n>: wrong type for value; expected int; got float64',
    }],
    ["{{ num .Values.nul }}", {
      error:
        'template: a.yaml:1:14: executing "a.yaml" at <.Values.nul>: wrong type for value; expected int; got interface {}',
    }],
    ["{{ num .nope.x }}", {
      error:
        'template: a.yaml:1:12: executing "a.yaml" at <.nope.x>: nil pointer evaluating interface {}.x',
    }],
    ["{{ .Values.n | num }}", {
      error:
        'template: a.yaml:1:15: executing "a.yaml" at <num>: wrong type for value; expected int; got float64',
    }],
    ["{{ .nope | num }}", {
      error: 'template: a.yaml:1:11: executing "a.yaml" at <num>: invalid value; expected int',
    }],
    ["{{ (.nope) | str }}", {
      error: 'template: a.yaml:1:13: executing "a.yaml" at <str>: invalid value; expected string',
    }],
    ["{{ str 5 }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <5>: expected string; found 5',
    }],
    ["{{ str .n }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <.n>: wrong type for value; expected string; got float64',
    }],
    ["{{ str true }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <true>: expected string; found true',
    }],
    ["{{ str nil }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <nil>: cannot assign nil to string',
    }],
    ["{{ str . }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <.>: wrong type for value; expected string; got map[string]interface {}',
    }],
    ["{{ bl 1 }}", {
      error: 'template: a.yaml:1:6: executing "a.yaml" at <1>: expected bool; found 1',
    }],
    ['{{ bl "x" }}', {
      error: 'template: a.yaml:1:6: executing "a.yaml" at <"x">: expected bool; found "x"',
    }],
    ['{{ flt "x" }}', {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <"x">: expected float; found "x"',
    }],
    ["{{ u32 -1 }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <-1>: expected unsigned integer; found -1',
    }],
    ["{{ u32 1.5 }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <1.5>: expected unsigned integer; found 1.5',
    }],
    ["{{ i64 5.5 }}", {
      error: 'template: a.yaml:1:7: executing "a.yaml" at <5.5>: expected integer; found 5.5',
    }],
    ["{{ i64 (num 3) }}", {
      error:
        'template: a.yaml:1:12: executing "a.yaml" at <3>: wrong type for value; expected int64; got int',
    }],
    ["{{ mp 1 }}", {
      error:
        'template: a.yaml:1:6: executing "a.yaml" at <1>: can\'t handle 1 for arg of type map[string]interface {}',
    }],
    ["{{ mp .s }}", {
      error:
        'template: a.yaml:1:6: executing "a.yaml" at <.s>: wrong type for value; expected map[string]interface {}; got string',
    }],
    ["{{ mp .nope }}", {
      error:
        'template: a.yaml:1:6: executing "a.yaml" at <.nope>: wrong type for value; expected map[string]interface {}; got interface {}',
    }],
    [
      "{{ mp (.nope) }}|{{ mp nil }}|{{ len (mp nil) }}|{{ lst nil }}|{{ lst (.nope) }}",
      "map[]|map[]|0|[]|[]",
    ],
    ['{{ mp .Values | len }} {{ mp (smap "a") }}', {
      error:
        'template: a.yaml:1:35: executing "a.yaml" at <"a">: wrong type for value; expected map[string]interface {}; got map[string]string',
    }],
    ['{{ lst (vs "a") }}', {
      error:
        'template: a.yaml:1:11: executing "a.yaml" at <"a">: wrong type for value; expected []interface {}; got []string',
    }],
    ['{{ sl (vs "a") }}{{ sl (vers "b") }}{{ lst .l }}', "[a][b][a b c]"],
    ["{{ sl .l }}", {
      error:
        'template: a.yaml:1:6: executing "a.yaml" at <.l>: wrong type for value; expected []string; got []interface {}',
    }],
    ['{{ bs (bytes "x") }} {{ bs "x" }}', {
      error:
        'template: a.yaml:1:27: executing "a.yaml" at <"x">: can\'t handle "x" for arg of type []uint8',
    }],
    ["{{ upper 1 }}", { error: 'template: a.yaml:1: function "upper" not defined' }],
    ["{{ str }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <str>: wrong number of args for str: want 1 got 0',
    }],
    ['{{ str "a" "b" }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <str>: wrong number of args for str: want 1 got 2',
    }],
    ['{{ "a" | str "b" }}', {
      error:
        'template: a.yaml:1:9: executing "a.yaml" at <str>: wrong number of args for str: want 1 got 2',
    }],
    ["{{ vr }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <vr>: wrong number of args for vr: want at least 1 got 0',
    }],
    ['{{ "x" | vr }} {{ vr "x" 1 2 }} {{ 3 | vr "x" 1 }}', "x[] x[1 2] x[1 3]"],
    ['{{ "y" | vr "x" 1 }}', {
      error:
        'template: a.yaml:1:16: executing "a.yaml" at <1>: wrong type for value; expected int; got string',
    }],
    ['{{ vr "x" 1 "y" }}', {
      error: 'template: a.yaml:1:12: executing "a.yaml" at <"y">: expected integer; found "y"',
    }],
    ['{{ vs "a" .n }}', {
      error:
        'template: a.yaml:1:10: executing "a.yaml" at <.n>: wrong type for value; expected string; got float64',
    }],
    ['{{ str "a" | num }}', {
      error:
        'template: a.yaml:1:13: executing "a.yaml" at <num>: wrong type for value; expected int; got string',
    }],
    ['{{ printf "%d" 2 | num }}', {
      error:
        'template: a.yaml:1:19: executing "a.yaml" at <num>: wrong type for value; expected int; got string',
    }],
    ['{{ 2.0 | vr "a" 2 }}', {
      error:
        'template: a.yaml:1:16: executing "a.yaml" at <2>: wrong type for value; expected int; got float64',
    }],
    ['{{ fail "boom" }}', {
      error: 'template: a.yaml:1:3: executing "a.yaml" at <fail "boom">: error calling fail: boom',
    }],
    ['{{ "a" | fail }}', {
      error: 'template: a.yaml:1:9: executing "a.yaml" at <fail>: error calling fail: a',
    }],
    ['{{ str (fail "boom") }}', {
      error: 'template: a.yaml:1:8: executing "a.yaml" at <fail "boom">: error calling fail: boom',
    }],
    ["{{ 1 2 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <1>: can\'t give argument to non-function 1',
    }],
    ['{{ "a" 2 }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <"a">: can\'t give argument to non-function "a"',
    }],
    ["{{ (1) 2 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <(1) 2>: can\'t give argument to non-function 1',
    }],
    ["{{ $.n 2 }}", {
      error:
        'template: a.yaml:1:4: executing "a.yaml" at <$.n>: n is not a method but has arguments',
    }],
    ["{{ $ 2 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <$>: can\'t give argument to non-function $',
    }],
    ["{{ . 2 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <.>: can\'t give argument to non-function .',
    }],
    ["{{ 1 | (str) }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <1>: can\'t give argument to non-function str',
    }],
    [
      "{{ anyf nil }}|{{ anyf .nope }}|{{ list nil .nope (none) }}",
      "<no value>|<no value>|[<nil> <nil> <nil>]",
    ],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
