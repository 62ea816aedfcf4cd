import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("compileRange() loops over lists, maps and integers, and over nothing else", () => {
  const rows: Row[] = [
    ["{{ range $i, $e := .l }}{{ $i }}={{ $e }};{{ end }}", "0=a;1=b;2=c;"],
    [
      "{{ range $k, $v := .Values.m }}{{ $k }}={{ $v }};{{ end }}{{ range $v := .m }}{{ $v }};{{ end }}",
      "k1=v1;k2=2;1;z;",
    ],
    [
      "{{ range 3 }}{{ . }}{{ end }}|{{ range $i := 2 }}{{ $i }}{{ end }}|{{ range 0 }}x{{ else }}none{{ end }}|{{ range -1 }}x{{ else }}none{{ end }}",
      "012|01|none|none",
    ],
    [
      '{{ range (toi64 2.0) }}{{ printf "%T" . }} {{ end }}{{ range (tou8 2.0) }}{{ printf "%T" . }} {{ end }}',
      "int64 int64 uint8 uint8 ",
    ],
    ["{{ range $i, $e := 3 }}x{{ end }}", {
      error:
        'template: a.yaml:1:19: executing "a.yaml" at <3>: can\'t use 3 to iterate over more than one variable',
    }],
    ["{{ range .Values.n }}x{{ end }}", {
      error:
        'template: a.yaml:1:16: executing "a.yaml" at <.Values.n>: range can\'t iterate over 3',
    }],
    ["{{ range .Values.s }}x{{ end }}", {
      error:
        'template: a.yaml:1:16: executing "a.yaml" at <.Values.s>: range can\'t iterate over str',
    }],
    ["{{ range true }}x{{ end }}", {
      error: 'template: a.yaml:1:9: executing "a.yaml" at <true>: range can\'t iterate over true',
    }],
    ["{{ range .meta }}x{{ end }}", {
      error:
        'template: a.yaml:1:9: executing "a.yaml" at <.meta>: range can\'t iterate over {chart 3 <nil> [x] map[k:v]}',
    }],
    [
      "{{ range .Values.nul }}x{{ else }}E{{ end }}{{ range .Values.e }}x{{ else }}E{{ end }}{{ range nilmap }}x{{ else }}E{{ end }}{{ range none }}x{{ else }}E{{ end }}",
      "EEEE",
    ],
    ['{{ range .l }}{{ if eq . "b" }}{{ break }}{{ end }}{{ . }}{{ end }}', "a"],
    ['{{ range .l }}{{ if eq . "b" }}{{ continue }}{{ end }}{{ . }}{{ end }}', "ac"],
    [
      "{{ range .l }}{{ range 3 }}{{ if eq . 1 }}{{ break }}{{ end }}{{ . }}{{ end }}{{ . }}{{ end }}",
      "0a0b0c",
    ],
    [
      "{{ range .l }}{{ with . }}{{ if true }}{{ continue }}{{ end }}{{ end }}x{{ else }}y{{ end }}!",
      "!",
    ],
    [
      '{{ range $k, $v := (smap "p" "q") }}{{ $k }}{{ $v }}{{ end }}{{ range (vers "a" "b") }}{{ . }}{{ end }}{{ range (bytes "AB") }}{{ . }} {{ end }}',
      "_0p_1qab65 66 ",
    ],
    [
      '{{ range .Values }}{{ printf "%T " . }}{{ end }}',
      "map[string]interface {} float64 []interface {} map[string]interface {} float64 []interface {} map[string]interface {} float64 <nil> string bool float64 ",
    ],
    ["{{ range .l }}{{ .x }}{{ end }}", {
      error:
        'template: a.yaml:1:17: executing "a.yaml" at <.x>: can\'t evaluate field x in type interface {}',
    }],
    ['{{ range (vs "a") }}{{ .x }}{{ end }}', {
      error:
        'template: a.yaml:1:23: executing "a.yaml" at <.x>: can\'t evaluate field x in type string',
    }],
    ["{{ range $e := .l }}{{ $e.x }}{{ end }}", {
      error:
        'template: a.yaml:1:25: executing "a.yaml" at <$e.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ range .Values.l }}{{ .x }}{{ end }}", {
      error:
        'template: a.yaml:1:24: executing "a.yaml" at <.x>: can\'t evaluate field x in type interface {}',
    }],
    ["{{ with .Values.s }}{{ .x }}{{ end }}", {
      error:
        'template: a.yaml:1:23: executing "a.yaml" at <.x>: can\'t evaluate field x in type string',
    }],
    ["{{ range .l }}{{ $.nope.x }}{{ end }}", {
      error:
        'template: a.yaml:1:18: executing "a.yaml" at <$.nope.x>: nil pointer evaluating interface {}.x',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
