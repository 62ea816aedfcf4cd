import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("builtinFuncs() measures, indexes and slices", () => {
  const rows: Row[] = [
    [
      '{{ len "é" }} {{ len .l }} {{ len .Values }} {{ len .m }} {{ len nilmap }} {{ len (vers "a") }} {{ len (bytes "ab") }}',
      "2 3 12 2 0 1 2",
    ],
    ["{{ len 3 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <len 3>: error calling len: len of type int',
    }],
    ["{{ len nil }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value',
    }],
    ["{{ len .Values.nul }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <len .Values.nul>: error calling len: len of nil pointer',
    }],
    ["{{ len .nope.x }}", {
      error:
        'template: a.yaml:1:12: executing "a.yaml" at <.nope.x>: nil pointer evaluating interface {}.x',
    }],
    ["{{ len .meta }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <len .meta>: error calling len: len of type main.Meta',
    }],
    [
      '{{ index .l 1 }} {{ index .m "x" }} {{ index .m "zz" }}| {{ index .Values "a" "b" "c" }} {{ index "é" 0 }} {{ index (smap "q") "_0" }} {{ index (smap "q") "zz" }}| {{ index .l (toi64 2.0) }} {{ index .l }} {{ index (bytes "A") 0 }}',
      "b 1 <no value>| deep 195 q | c [a b c] 65",
    ],
    ["{{ index .l 3 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l 3>: error calling index: reflect: slice index out of range',
    }],
    ["{{ index .l 5 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l 5>: error calling index: index out of range: 5',
    }],
    ["{{ index .l -1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l -1>: error calling index: index out of range: -1',
    }],
    ["{{ index .l .n }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l .n>: error calling index: cannot index slice/array with type float64',
    }],
    ['{{ index .l "a" }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l "a">: error calling index: cannot index slice/array with type string',
    }],
    ["{{ index .l nil }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .l nil>: error calling index: cannot index slice/array with nil',
    }],
    ["{{ index .m 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .m 1>: error calling index: value has type int; should be string',
    }],
    ["{{ index .m nil }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .m nil>: error calling index: value is nil; should be of type string',
    }],
    ["{{ index nil 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index nil 1>: error calling index: index of untyped nil',
    }],
    ['{{ index .Values.nul "a" }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .Values.nul "a">: error calling index: index of untyped nil',
    }],
    ['{{ index .m "zz" "a" }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .m "zz" "a">: error calling index: index of nil pointer',
    }],
    ["{{ index .s 9 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .s 9>: error calling index: index out of range: 9',
    }],
    ["{{ index .s 5 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .s 5>: error calling index: reflect: string index out of range',
    }],
    ["{{ index 3 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index 3 1>: error calling index: can\'t index item of type int',
    }],
    ["{{ index .meta 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <index .meta 1>: error calling index: can\'t index item of type main.Meta',
    }],
    [
      '{{ slice "hello" 1 3 }} {{ slice "hello" 2 }} {{ slice .l 1 }} {{ slice "é" 0 2 }} {{ slice .l 1 2 3 }}',
      "el llo [b c] é [b]",
    ],
    ['{{ slice "abc" 2 1 }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice "abc" 2 1>: error calling slice: invalid slice index: 2 > 1',
    }],
    ['{{ slice "abc" 4 }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice "abc" 4>: error calling slice: index out of range: 4',
    }],
    ['{{ slice "abc" 0 1 2 }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice "abc" 0 1 2>: error calling slice: cannot 3-index slice a string',
    }],
    ["{{ slice .l 0 1 2 3 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice .l 0 1 2 3>: error calling slice: too many slice indexes: 4',
    }],
    ["{{ slice .m 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice .m 1>: error calling slice: can\'t slice item of type map[string]interface {}',
    }],
    ["{{ slice nil }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice nil>: error calling slice: slice of untyped nil',
    }],
    ["{{ slice .l 0 2 1 }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <slice .l 0 2 1>: error calling slice: invalid slice index: 2 > 1',
    }],
    ["{{ call .n }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <call .n>: error calling call: non-function .n of type float64',
    }],
    ["{{ call nil }}", {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <call nil>: error calling call: call of nil',
    }],
    ["{{ 1 | call }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <call>: error calling call: non-function <int Value> of type int',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

Deno.test("builtinFuncs() prints and escapes", () => {
  const rows: Row[] = [
    [
      '{{ .Values.nul }}|{{ .l }}|{{ .m }}|{{ .Values.l }}|{{ .meta }}|{{ month 2 }}|{{ vers "a" }}|{{ smap "a" }}|{{ bytes "AB" }}|{{ nilmap }}{{ nillist }}',
      "<no value>|[a b c]|map[x:1 y:z]|[1 two <nil> map[x:1] [1 2]]|{chart 3 <nil> [x] map[k:v]}|February|[a]|map[_0:a]|[65 66]|map[][]",
    ],
    [
      '{{ print 1 2 "a" "b" 3 nil 4 }} {{ print }}|{{ print nil }} {{ println 1 "a" "b" }}|{{ println }}|{{ print .l "x" .m }}',
      "1 2ab3 <nil> 4 |<nil> 1 a b\n|\n|[a b c]xmap[x:1 y:z]",
    ],
    [
      "{{ .Values.big }} {{ .Values.f }} {{ tof32 0.1 }} {{ toi64 -7.0 }} {{ true }}",
      "1.234567e+06 1.5 0.1 -7 true",
    ],
    [
      '{{ html "<a href=\'x\'>&\\"" }} {{ html nil }} {{ html 1 2 "a" }} {{ "a&b" | html }} {{ html .meta }}',
      "&lt;a href=&#39;x&#39;&gt;&amp;&#34; &lt;no value&gt; 1 2a a&amp;b {chart 3 &lt;nil&gt; [x] map[k:v]}",
    ],
    [
      '{{ js "a\'b\\"<>&=\\\\\\n\\u00e9\\u200b" }} {{ js nil }}',
      "a\\'b\\\"\\u003C\\u003E\\u0026\\u003D\\\\\\u000Aé\\u200B \\u003Cno value\\u003E",
    ],
    [
      '{{ urlquery "a b&c=é/~-_." 1 2 }} {{ urlquery nil }}',
      "a+b%26c%3D%C3%A9%2F~-_.1+2 %3Cno+value%3E",
    ],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
