import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("compileTree() knows what is true", () => {
  const rows: Row[] = [
    [
      '{{ if "" }}T{{ else }}F{{ end }}{{ if "0" }}T{{ else }}F{{ end }}{{ if 0 }}T{{ else }}F{{ end }}{{ if 0.0 }}T{{ else }}F{{ end }}{{ if .Values.e }}T{{ else }}F{{ end }}{{ if .Values.em }}T{{ else }}F{{ end }}{{ if .Values.nul }}T{{ else }}F{{ end }}{{ if .meta }}T{{ else }}F{{ end }}{{ if .Values }}T{{ else }}F{{ end }}{{ if (vers) }}T{{ else }}F{{ end }}{{ if (tou8 0.0) }}T{{ else }}F{{ end }}{{ if 2i }}T{{ else }}F{{ end }}{{ if nilmap }}T{{ else }}F{{ end }}',
      "FTFFFFFTTFFTF",
    ],
    ['{{ not .nope }} {{ not "x" }} {{ not 0 }}', "true false true"],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

Deno.test("compileTree() keeps variables to their scope", () => {
  const rows: Row[] = [
    ["{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}", "2"],
    ["{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}", "21"],
    ["{{ $x = 1 }}", {
      error: 'template: a.yaml:1:8: executing "a.yaml" at <1>: undefined variable: $x',
    }],
    [
      "{{ if $x := 5 }}{{ $x }}{{ end }}{{ with $y := .nope }}{{ else }}[{{ $y }}]{{ end }}",
      "5[<no value>]",
    ],
    ["{{ if true }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}ok", "ok"],
    ["{{ if false }}{{ $x := 1 }}{{ else }}{{ $x }}{{ end }}", {
      error: 'template: a.yaml:1:40: executing "a.yaml" at <$x>: undefined variable: $x',
    }],
    ["{{ ($x := 1) }}{{ $x }}", "11"],
    ["{{ $é := 1 }}{{ $é }}{{ $.s }}", "1hello"],
    ["[{{ $x := 1 }}][{{ $x = 3 }}][{{ $x }}]", "[][][3]"],
    ["{{ $x := .Values.nul }}{{ $x.foo }}{{ $x := .Values.s }}{{ $x.foo }}", {
      error:
        'template: a.yaml:1:61: executing "a.yaml" at <$x.foo>: can\'t evaluate field foo in type string',
    }],
    ['{{ range $i := .l }}{{ $i = "z" }}{{ $i }}{{ end }}', "zzz"],
    ["{{ $i := 9 }}{{ $e := 8 }}{{ range $i, $e = .l }}{{ end }}{{ $i }}{{ $e }}", "2c"],
    ["{{ $e := 8 }}{{ range $e = .m }}{{ $e }}{{ end }}{{ $e }}", "1zz"],
    ["{{ range $x, $y = .l }}{{ end }}", {
      error: 'template: a.yaml:1:18: executing "a.yaml" at <.l>: undefined variable: $x',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

Deno.test("compileTree() takes the branch that is true", () => {
  const rows: Row[] = [
    [
      "{{ range .Values.l }}{{ if eq . 1.0 }}one{{ else if . }}some{{ else }}none{{ end }} {{ end }}",
      {
        error:
          'template: a.yaml:1:27: executing "a.yaml" at <eq . 1.0>: error calling eq: incompatible types for comparison: string and float64',
      },
    ],
    ["{{ with .nope }}A{{ else with .Values.s }}B{{ . }}{{ else }}C{{ end }}", "Bstr"],
    ["{{ with .m }}{{ .x }}/{{ $.m.y }}{{ end }}{{ with 0 }}no{{ end }}", "1/z"],
    ["{{ if .l }}{{ with index .l 1 }}{{ . }}{{ end }}{{ end }}", "b"],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});

Deno.test("compileTree() invokes templates, and nests their errors", () => {
  const rows: Row[] = [
    [
      '{{ define "d" }}<{{ . }}>{{ end }}{{ template "d" 5 }}{{ template "d" }}{{ template "d" .nope }}',
      "<5><<no value>><<no value>>",
    ],
    ['{{ template "nope" . }}', {
      error:
        'template: a.yaml:1:12: executing "a.yaml" at <{{template "nope" .}}>: template "nope" not defined',
    }],
    ['{{ template "nope" }}', {
      error:
        'template: a.yaml:1:12: executing "a.yaml" at <{{template "nope"}}>: template "nope" not defined',
    }],
    ['{{ block "b" .s }}[{{ . }}]{{ end }}{{ template "b" 1 }}', "[hello][1]"],
    ['{{ define "d" }}{{ $.x }}{{ end }}{{ template "d" .m }}', "1"],
    ['{{ define "d" }}{{ .Values.x.y }}{{ end }}a{{ template "d" . }}', {
      error:
        'template: a.yaml:1:26: executing "d" at <.Values.x.y>: nil pointer evaluating interface {}.y',
    }],
    ['{{ define "d" }}{{ fail "in" }}{{ end }}{{ include "d" . }}', {
      error:
        'template: a.yaml:1:43: executing "a.yaml" at <include "d" .>: error calling include: template: a.yaml:1:19: executing "d" at <fail "in">: error calling fail: in',
    }],
    [
      '{{ define "d" }}\n  {{ include "e" .x }}{{ end }}{{ define "e" }}{{ .y }}{{ end }}{{ include "d" .Values }}',
      "\n  <no value>",
    ],
    ['{{ include "nope" . }}', {
      error:
        'template: a.yaml:1:3: executing "a.yaml" at <include "nope" .>: error calling include: template: no template "nope" associated with template "gotpl"',
    }],
    [
      '{{ define "d" }}{{ range . }}{{ . }},{{ end }}{{ end }}{{ include "d" .l }}{{ include "d" nil }}{{ include "d" .nope }}',
      "a,b,c,",
    ],
    ['{{ define "d" }}{{ .x }}{{ end }}{{ include "d" nil }}|', "<no value>|"],
    ['{{ define "d" }}x{{ end }}{{ define "d" }}  {{/* c */}} {{ end }}{{ template "d" }}', "x"],
    ['{{ define "d" }}x{{ end }}{{ define "d" }}y{{ end }}', {
      error: 'template: a.yaml:1: template: multiple definition of template "d"',
    }],
    ['{{ define "a.yaml" }}x{{ end }}  \n', "x"],
    ["{{ nil }}", {
      error: 'template: a.yaml:1:3: executing "a.yaml" at <nil>: nil is not a command',
    }],
    ["{{ nil | str }}", {
      error: 'template: a.yaml:1:3: executing "a.yaml" at <nil>: nil is not a command',
    }],
    ["é{{ .s.x }}", {
      error:
        'template: a.yaml:1:7: executing "a.yaml" at <.s.x>: can\'t evaluate field x in type interface {}',
    }],
    ["a\nb\n é é {{ .s.x }}", {
      error:
        'template: a.yaml:3:12: executing "a.yaml" at <.s.x>: can\'t evaluate field x in type interface {}',
    }],
    ['{{ include\n "d" (\n .s.x) }}{{ define "d" }}{{ end }}', {
      error:
        'template: a.yaml:3:3: executing "a.yaml" at <.s.x>: can\'t evaluate field x in type interface {}',
    }],
    [
      '{{ if and (eq .s "hello") (or .nope (not .Values.e)) }}{{ .l.q }}{{ else }}{{ range .l }}x{{ end }}{{ end }}',
      {
        error:
          'template: a.yaml:1:60: executing "a.yaml" at <.l.q>: can\'t evaluate field q in type interface {}',
      },
    ],
    ['{{ with $x := (printf "%s" (str `r`)).y.z }}{{ end }}', {
      error:
        'template: a.yaml:1:32: executing "a.yaml" at <`r`>: can\'t evaluate field y in type string',
    }],
    ['{{ printf "%d" 1 | str | num }}', {
      error:
        'template: a.yaml:1:25: executing "a.yaml" at <num>: wrong type for value; expected int; got string',
    }],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
