import { strictEqual, throws } from "node:assert/strict";
import { emitYaml, emitYamlPretty } from "../../lib/yaml/emit.ts";
import { YamlError } from "../../lib/yaml/error.ts";
import { parseYaml } from "../../lib/yaml/parse.ts";

/** What Go makes of a value; the third column is goyaml v3's text where it is another one. */
const EMITTED: [value: unknown, yaml: string, pretty: string][] = [
  [null, "null", ""],
  [true, "true", ""],
  [1.5, "1.5", ""],
  ["a", "a", ""],
  ["", '""', ""],
  [[], "[]", ""],
  [{}, "{}", ""],
  ["a\nb", "|-\n  a\n  b", ""],
  ["it's", "it's", ""],
  [
    {
      "b": 1,
      "a": { "x": [1, 2, { "y": "z", "w": [1] }], "e": {}, "l": [] },
      "n": null,
      "t": true,
    },
    'a:\n  e: {}\n  l: []\n  x:\n  - 1\n  - 2\n  - w:\n    - 1\n    "y": z\nb: 1\n"n": null\nt: true',
    'a:\n  e: {}\n  l: []\n  x:\n    - 1\n    - 2\n    - w:\n        - 1\n      "y": z\nb: 1\n"n": null\nt: true',
  ],
  [
    [[1, [2, 3]], [], [{ "a": [1] }], { "b": { "c": [] } }],
    "- - 1\n  - - 2\n    - 3\n- []\n- - a:\n    - 1\n- b:\n    c: []",
    "- - 1\n  - - 2\n    - 3\n- []\n- - a:\n      - 1\n- b:\n    c: []",
  ],
  [
    [
      1000000,
      1000000000000000,
      10000000000000000000,
      100000000000000000000,
      1e+21,
      1e+22,
      -1000000000000000000,
      -10000000000000000000,
      0.00001,
      1e-7,
      0.1,
      1.5e+300,
      9007199254740992,
      1234567.5,
      12345678901234567000,
    ],
    "- 1000000\n- 1000000000000000\n- 10000000000000000000\n- 1e+20\n- 1e+21\n- 1e+22\n- -1000000000000000000\n- -1e+19\n- 1e-05\n- 1e-07\n- 0.1\n- 1.5e+300\n- 9007199254740992\n- 1.2345675e+06\n- 12345678901234567000",
    "- 1e+06\n- 1e+15\n- 1e+19\n- 1e+20\n- 1e+21\n- 1e+22\n- -1e+18\n- -1e+19\n- 1e-05\n- 1e-07\n- 0.1\n- 1.5e+300\n- 9.007199254740992e+15\n- 1.2345675e+06\n- 1.2345678901234567e+19",
  ],
  [
    ["true", "True", "tRUE", "yes", "Y", "n", "oN", "OFF", "null", "~", "yess", "yeah", "no"],
    '- "true"\n- "True"\n- tRUE\n- "yes"\n- "Y"\n- "n"\n- oN\n- "OFF"\n- "null"\n- "~"\n- yess\n- yeah\n- "no"',
    "",
  ],
  [
    [
      "1",
      "1.0",
      "0x1F",
      "0o17",
      "017",
      "08",
      "1_000",
      "-1",
      "+1",
      ".5",
      "5.",
      ".inf",
      "-.Inf",
      ".nan",
      "NaN",
      "inf",
      "1:30",
      "12:30:45",
      "190:20:30.15",
      "1.2.3",
      "0b101",
      "1e",
      "1e+3",
      "0x",
      "1,000",
      "00",
      "0b2",
      "_1",
      "1e400",
      "-",
      "v1",
    ],
    '- "1"\n- "1.0"\n- "0x1F"\n- "0o17"\n- "017"\n- "08"\n- "1_000"\n- "-1"\n- "+1"\n- ".5"\n- "5."\n- ".inf"\n- "-.Inf"\n- ".nan"\n- NaN\n- inf\n- "1:30"\n- "12:30:45"\n- "190:20:30.15"\n- 1.2.3\n- "0b101"\n- 1e\n- "1e+3"\n- 0x\n- 1,000\n- "00"\n- 0b2\n- _1\n- 1e400\n- \'-\'\n- v1',
    "",
  ],
  [
    [
      "2001-01-01",
      "2001-1-1",
      "2001-12-14T21:59:43.10Z",
      "2001-12-14t21:59:43,1-05:00",
      "2001-12-14 21:59:43.10",
      "2001-12-14 21:59",
      "2001-13-01",
      "2001-02-29",
      "2000-02-29",
      "01-01-2001",
      "2001-12-14 21:59:43Z",
    ],
    '- "2001-01-01"\n- "2001-1-1"\n- "2001-12-14T21:59:43.10Z"\n- "2001-12-14t21:59:43,1-05:00"\n- "2001-12-14 21:59:43.10"\n- 2001-12-14 21:59\n- 2001-13-01\n- 2001-02-29\n- "2000-02-29"\n- 01-01-2001\n- 2001-12-14 21:59:43Z',
    "",
  ],
  [
    [
      "# c",
      "a #b",
      "a#b",
      "a: b",
      "a:b",
      "a:",
      "- a",
      "-",
      "-a",
      "? a",
      "?a",
      "*a",
      "&a",
      "!a",
      "|",
      ">a",
      "@a",
      "`a",
      "%a",
      "{a}",
      "a]",
      "'a'",
      '"a"',
      'a"b',
      "=",
      "<<",
      "---",
      "--- a",
      "...",
      "a ...",
      "a, b",
      ",a",
      "\\",
      "a\\b",
      " lead",
      "trail ",
      " ",
      "~/x",
      "::",
      "a\tb",
      "\t",
    ],
    "- '# c'\n- 'a #b'\n- a#b\n- 'a: b'\n- a:b\n- 'a:'\n- '- a'\n- '-'\n- -a\n- '? a'\n- ?a\n- '*a'\n- '&a'\n- '!a'\n- '|'\n- '>a'\n- '@a'\n- '`a'\n- '%a'\n- '{a}'\n- a]\n- '''a'''\n- '\"a\"'\n- a\"b\n- =\n- <<\n- '---'\n- '--- a'\n- '...'\n- a ...\n- a, b\n- ',a'\n- \\\n- a\\b\n- ' lead'\n- 'trail '\n- ' '\n- ~/x\n- '::'\n- \"a\\tb\"\n- \"\\t\"",
    "",
  ],
  [
    {
      "a": "l1\nl2",
      "b": "l1\nl2\n",
      "c": "l1\nl2\n\n",
      "d": "\nl1",
      "e": " l1\nl2",
      "f": "l1 \nl2",
      "g": "\n",
      "h": "\n\n",
      "i": "l1\n  l2\n",
      "k": "a\r\nb",
      "l": "tab\there\nx",
      "m": "x\n ",
      "o": "bell\u0007\nx",
      "p": "a\nb\u2028c\n",
    },
    'a: |-\n  l1\n  l2\nb: |\n  l1\n  l2\nc: |+\n  l1\n  l2\n\nd: |2-\n\n  l1\ne: |2-\n   l1\n  l2\nf: "l1 \\nl2"\ng: |2+\n\nh: |2+\n\n\ni: |\n  l1\n    l2\nk: "a\\r\\nb"\nl: "tab\\there\\nx"\nm: "x\\n "\no: "bell\\a\\nx"\np: |\n  a\n  b\u2028  c',
    'a: |-\n  l1\n  l2\nb: |\n  l1\n  l2\nc: |+\n  l1\n  l2\n\nd: |2-\n\n  l1\ne: |2-\n   l1\n  l2\nf: "l1 \\nl2"\ng: |2+\n\nh: |2+\n\n\ni: |\n  l1\n    l2\nk: "a\\r\\nb"\nl: |-\n  tab\there\n  x\nm: "x\\n "\no: "bell\\a\\nx"\np: |\n  a\n  b\u2028  c',
  ],
  [
    [
      "é",
      "日本",
      "😀",
      "\u00a0",
      "\u200b",
      "a\u2028b",
      "\u2028",
      "\ufeffx",
      "x\ufeff",
      "\u0007",
      "\u001b[0m",
      "\ue000",
      "\ufffd",
      "a\u0085b",
      "a \u0085\u0085 b",
      "\u0000",
    ],
    '- é\n- 日本\n- "\\U0001F600"\n- \u00a0\n- \u200b\n- \'a\u2028  b\'\n- \'\u2028\'\n- "\\uFEFF\\x78"\n- "x\\uFEFF"\n- "\\a"\n- "\\e[0m"\n- \ue000\n- \ufffd\n- a b\n- |-\n  a\n  b\n- "\\0"',
    '- é\n- 日本\n- "\\U0001F600"\n- \u00a0\n- \u200b\n- \'a\u2028  b\'\n- \'\u2028\'\n- "\\uFEFF\\x78"\n- "x\\uFEFF"\n- "\\a"\n- "\\e[0m"\n- \ue000\n- \ufffd\n- "a\\Nb"\n- "a \\N\\N b"\n- "\\0"',
  ],
  [
    {
      "d":
        "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii",
      "e":
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y z",
      "f":
        "# aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii",
      "g":
        "it\u0007 aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg  hhhhhhhhhh iiii",
      "h":
        "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg  hhhhhhhhhh iiii",
      "i":
        "' aaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff ggggggg''' hhhhhhhhhh '",
    },
    "d: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh\n  iiii\ne: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n  y z\nf: '# aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh\n  iiii'\ng: \"it\\a aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg\n  \\ hhhhhhhhhh iiii\"\nh: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg  hhhhhhhhhh\n  iiii\ni: ''' aaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff ggggggg''''''\n  hhhhhhhhhh '''",
    "d: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii\ne: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y z\nf: '# aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii'\ng: \"it\\a aaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg  hhhhhhhhhh iiii\"\nh: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg  hhhhhhhhhh iiii\ni: ''' aaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff ggggggg'''''' hhhhhhhhhh '''",
  ],
  [
    "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii",
    "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh\n  iiii",
    "aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg hhhhhhhhhh iiii",
  ],
  [
    {
      "1": 7,
      "2": 9,
      "10": 8,
      "b": 1,
      "a10": 2,
      "a2": 3,
      "a1": 4,
      "A": 5,
      "_x": 6,
      "a-b": 10,
      "a_b": 11,
      "ab": 12,
      "a.b": 13,
      "é": 14,
      "a02": 15,
      "a": 17,
      "": 18,
      "~": 19,
      "Zz": 20,
      "v10": 21,
      "v9": 22,
      "1.10": 23,
      "1.9": 24,
      "a😀": 25,
      "a\uffee": 26,
    },
    '"": 18\n_x: 6\n"~": 19\n"1": 7\n"1.9": 24\n"1.10": 23\n"2": 9\n"10": 8\nA: 5\nZz: 20\na: 17\na-b: 10\na.b: 13\na_b: 11\na\uffee: 26\n"a\\U0001F600": 25\na1: 4\na2: 3\na02: 15\na10: 2\nab: 12\nb: 1\nv9: 22\nv10: 21\né: 14',
    "",
  ],
  [
    {
      "true": 1,
      "null": 2,
      "1.5": 4,
      "a: b": 5,
      "y": 6,
      "- x": 8,
      "2001-01-01": 10,
      "a\nb": [1],
      "c\u2028": { "x": 1 },
      "#k": 12,
    },
    '\'#k\': 12\n\'- x\': 8\n"1.5": 4\n"2001-01-01": 10\n? |-\n  a\n  b\n: - 1\n\'a: b\': 5\n? \'c\u2028\'\n: x: 1\n"null": 2\n"true": 1\n"y": 6',
    "",
  ],
  [
    {
      "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk":
        [1],
      "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj":
        2,
      "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé": 3,
    },
    "jjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjjj: 2\n? kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk\n: - 1\n? ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\n: 3",
    "",
  ],
  [
    [{ "a": "x\ny" }, ["p\nq"], "r\n", "s"],
    "- a: |-\n    x\n    y\n- - |-\n    p\n    q\n- |\n  r\n- s",
    "",
  ],
];

Deno.test("emitYaml() writes as sigs.k8s.io/yaml does", () => {
  for (const [value, yaml] of EMITTED) strictEqual(emitYaml(value), endLine(yaml));
});

Deno.test("emitYamlPretty() writes as goyaml v3 does", () => {
  for (const [value, yaml, pretty] of EMITTED) {
    strictEqual(emitYamlPretty(value), endLine(pretty === "" ? yaml : pretty));
  }
});

function endLine(yaml: string): string {
  return `${yaml}\n`;
}

Deno.test("emitYaml() compares numbers in keys as int64, which wraps around", () => {
  const keys = { "=@": 1, "18446744073709551616": 2, "=] ": 3, "18446744073709551615": 4 };
  strictEqual(
    emitYaml(keys),
    '"18446744073709551615": 4\n=@: 1\n\'=] \': 3\n"18446744073709551616": 2\n',
  );
});

Deno.test("emitYaml() writes a bigint as the integer it is", () => {
  strictEqual(
    emitYaml([12345678901234567n, 2n ** 64n - 1n, -5n]),
    "- 12345678901234567\n- 18446744073709551615\n- -5\n",
  );
  strictEqual(emitYaml([2n ** 64n]), "- 1.8446744073709552e+19\n");
});

Deno.test("emitYaml() reads invalid bytes as the replacement character", () => {
  strictEqual(emitYaml("a\udcffb"), "a\ufffdb\n");
});

Deno.test("emitYamlPretty() writes what is not UTF-8 as binary", () => {
  strictEqual(emitYamlPretty({ a: "\udcc3b" }), "a: !!binary w2I=\n");
});

Deno.test("emitYaml() asks what other objects stand for", () => {
  const plain = (value: object) => value instanceof Date ? { date: value.getUTCFullYear() } : null;
  strictEqual(emitYaml([new Date(0), /x/], { plain }), "- date: 1970\n- null\n");
});

const REFUSED: [value: unknown, message: string][] = [
  [NaN, "error marshaling into JSON: json: unsupported value: NaN"],
  [[-Infinity], "error marshaling into JSON: json: unsupported value: -Inf"],
  ["a\x7f", "yaml: control characters are not allowed"],
  [{ "\uffff": 1 }, "yaml: control characters are not allowed"],
  [{ ["k".repeat(1023)]: 1 }, "yaml: did not find expected ',' or '}'"],
  [{ ["<".repeat(171)]: 1 }, "yaml: did not find expected ',' or '}'"],
  [{ "a\x85": 1 }, "yaml: line 1: did not find expected ',' or '}'"],
  ["\x85--- x", "yaml: line 2: found unexpected document indicator"],
];

Deno.test("emitYaml() refuses what does not survive JSON and YAML", () => {
  for (const [value, message] of REFUSED) {
    throws(() => emitYaml(value), { name: "YamlError", message });
  }
  strictEqual(emitYaml({ ["k".repeat(1022)]: 1 }), `? ${"k".repeat(1022)}\n: 1\n`);
});

Deno.test("emitYaml() refuses a map that holds itself", () => {
  const map: Record<string, unknown> = {};
  map["self"] = map;
  throws(() => emitYaml(map), YamlError);
});

Deno.test("emitYaml() writes what parseYaml() reads back", () => {
  for (const [value, yaml] of EMITTED) {
    strictEqual(emitYaml(parseYaml(emitYaml(value))), endLine(yaml));
  }
});
