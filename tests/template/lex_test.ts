import { deepStrictEqual } from "node:assert/strict";
import { outcome } from "./fixtures.ts";
import type { Row } from "./fixtures.ts";

Deno.test("Lexer reads text, trims and comments as Go does", () => {
  const rows: Row[] = [
    ['plain é {{"{{"}} }}', "plain é {{ }}"],
    ["a  {{- 1 }}  b {{ 2 -}}  \n c", "a1  b 2c"],
    ["a {{- 1 -}} b", "a 1 b"],
    ["a {{- /* c */ -}} b {{/* d\ne */}}!", "ab !"],
    ["{{-3}}{{- 3}}", "-33"],
    [
      '{{ "\\t|\\x41|\\u00e9|\\U0001F600|\\101|\\"" }} {{ `r\\n\\"w` }} {{ "\\xc3\\xa9" }}',
      '\t|A|é|😀|A|" r\\n\\"w é',
    ],
    ["{{ 'a' }} {{ '\\n' }} {{ 'é' }} {{ '\\'' }} {{ '\\x41' }}", "97 10 233 39 65"],
    ['{{ "a" }}{{/* only */}}{{ "b" }}', "ab"],
  ];
  for (const [text, expected] of rows) deepStrictEqual(outcome(text), expected, text);
});
