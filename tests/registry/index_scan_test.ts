/** Whatever is read from the lines of an index is what the YAML parser reads from it. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { packIndex, readIndex } from "../../lib/registry/index_file.ts";
import { scanIndex } from "../../lib/registry/index_scan.ts";
import { parseYaml } from "../../lib/yaml/parse.ts";

const DIGEST = "705ebc5d3d9d9d5a3a0d2e9d4a8d1c5e2b0b8c1ef3a9c7e64e6d0a1c2b3a4f5e";
const PLAIN = `apiVersion: v1
entries:
  alpine:
  - apiVersion: v2
    appVersion: 3.3.1
    created: "2016-10-06T16:23:20.499814565-06:00"
    dependencies:
    - name: common
      repository: oci://registry.example.com/charts
      version: 2.x.x
    deprecated: true
    description: Deploy a basic Alpine Linux pod, of "any" kind
    digest: ${DIGEST}
    home: https://helm.sh/helm
    keywords:
    - linux
    - small
    maintainers:
    - email: me@example.com
      name: Me
    name: alpine
    urls:
    - https://charts.example.com/alpine-0.2.0.tgz
    - alpine-0.2.0.tgz
    version: 0.2.0
  - annotations:
      changes: |
        - "one thing
        - another: {
      licenses: Apache-2.0
    appVersion: "1.10"
    description: A text that goes on, as long lines do, in the line below, where it is
      indented
    urls:
    - alpine-0.1.0.tgz
    version: 0.1.0
  empty: []
  nginx:
  - urls: []
    version: 1.0.0-rc.1+b.2
generated: "2016-10-06T16:23:20.499029981-06:00"
serverInfo: {}
`;

/** What is put in the place of what; whether lines still tell, and whether YAML still does. */
const ODD: [string, string, string, boolean, boolean?][] = [
  ["as Helm writes it", "", "", true],
  ["everything is indented", "apiVersion", " apiVersion", false],
  ["a document begins", "apiVersion: v1", "---\napiVersion: v1", true],
  ["a second document", "generated:", "---\ngenerated:", false],
  ["a comment", "  alpine:", "  # the small one\n  alpine:", true],
  ["a comment behind a name", "  alpine:", "  alpine: # the small one", false],
  ["a comment behind a value", "version: 0.2.0", "version: 0.2.0 # new", true],
  ["a comment that is none", "version: 0.2.0", "version: 0.2.0#new", true],
  ["blank lines", "\n  -", "\n\n   \n  -", true],
  ["CRLF", "\n", "\r\n", false],
  ["a tab", "version: 0.2.0", "version: 0.2.0\t# x", true],
  ["quoted names", "  alpine:", '  "alpine":', true],
  ["a quoted name with an escape", "  alpine:", '  "alp\\x69ne":', true],
  ["a name that is a number", "  alpine:", "  1e3:", true],
  ["a name that is a word", "  alpine:", "  yes:", true],
  ["a name that stands twice", "  nginx:", "  alpine:", true],
  ["a quoted key", "    version:", '    "version":', false],
  ["a key that stands twice", "    version: 0.2.0", "    version: 0.2.0\n    version: 0.3.0", true],
  ["a quoted value", "version: 0.2.0", "version: '0.2.0'", true],
  ["an escape", "version: 0.2.0", 'version: "0.\\x32.0"', true],
  ["a version that is a number", "version: 0.2.0", "version: 1.10", true],
  ["an old kind of version", "version: 0.2.0", "version: v1", true],
  ["a version that is a time", "version: 0.2.0", "version: 2016-10-06", true],
  ["no version", "version: 0.2.0", "version:", true],
  ["a null", "description: Deploy", "description: ~ #", true],
  ["a word", "description: Deploy a basic", "description: no\n    icon: ", true],
  [
    "a literal text",
    "description: Deploy",
    "description: |\n      one\n        two\n\n     ",
    true,
  ],
  ["a folded text", "description: Deploy", "description: >-\n\n      one\n      two\n     ", true],
  [
    "a text in quotes that goes on",
    "description: Deploy a",
    'description: "a\n      b"\n    icon:',
    true,
  ],
  [
    "a text in quotes that goes on badly",
    "description: Deploy a",
    'description: "a\n b"\n    icon:',
    false,
  ],
  [
    "a text of no use that goes on",
    "home: https",
    'home: "x\n      version: 9.9.9"\n    icon: https',
    true,
  ],
  [
    "a text of no use that goes on badly",
    "home: https",
    'home: "x\n    version: 9.9.9"\n    icon: https',
    false,
  ],
  ["brackets of no use", "home: https", "home: [x,\n      version]\n    icon: https", true],
  [
    "brackets of no use that go on badly",
    "home: https",
    "home: {x: a,\n    version: 9.9.9}\n    icon: https",
    false,
  ],
  ["a list in brackets", "urls: []", "urls: [a.tgz,\n      b.tgz]", true],
  ["a list that is indented", "    - linux\n    - small", "      - linux\n      - small", true],
  ["a list of other things", "- linux", "- 1\n    - [a]\n    - {a: b}", true],
  ["an item that goes on", "- small", "- small\n      and nice", true],
  ["an item with a colon", "- small", "- 'small': nice", true],
  [
    "an entry in brackets",
    "  - urls: []\n    version:",
    "  - {urls: [], version: 1.2.3}\n  - version:",
    false,
  ],
  ["an entry that is no map", "  - urls: []", "  - text\n  - urls: []", false],
  ["an entry whose dash stands alone", "  - urls: []", "  -\n    urls: []", false],
  ["an entry behind two spaces", "  - urls: []\n    version", "  -  urls: []\n     version", false],
  ["a list in a list", "  - urls: []", "  - - urls\n  - urls: []", false],
  ["an anchor", "version: 0.2.0", "version: &new 0.2.0", true],
  ["an alias", "home: https://helm.sh/helm", "home: &home 'x'\n    description: *home", false],
  ["a merged map", "  - urls: []", "  - <<: {version: 3.0.0}\n    urls: []", false],
  ["a tag", "version: 0.2.0", "version: !!str 0.2.0", true],
  ["entries in brackets", "generated:", "entries: {}\ngenerated:", false],
  ["quoted entries", "entries:", '"entries":', false],
  ["entries that stand twice", "generated:", "entries:\n  other: []\ngenerated:", false],
  ["a chart that is nothing", "  empty: []", "  empty:", true],
  ["a chart that is a text", "  empty: []", "  empty: text", false],
  ["a chart that is a map", "  empty: []", "  empty:\n    a: b", false],
  ["entries after the rest", "entries:", "generated: x\nentries:", true],
  ["another letter", "a basic", "a b\u00e4sic \u{1f600}", true],
  ["another break", "a basic", "a\u2028      basic", false],
  ["nothing at the end", "serverInfo: {}\n", "serverInfo: {}", true],
  ["no API version", "apiVersion: v1", "", true, false],
  ["an API version that is none", "apiVersion: v1", "apiVersion: 1", true, false],
  ["no entries", "entries:", "other:", false],
  ["not YAML", "apiVersion: v1", "apiVersion: [", false, false],
  ["not YAML in a version", "version: 0.2.0", "version: [", false, false],
  ["a dash too many", "  nginx:", " - nginx:", false, false],
];

Deno.test("readIndex() reads from lines what the parser reads", async (t) => {
  for (const [what, from, to, scanned, good = true] of ODD) {
    await t.step(what, () => {
      const text = from === "" ? PLAIN : PLAIN.replaceAll(from, to);
      if (from !== "") assert.notEqual(text, PLAIN);
      assert.equal(scanIndex(text) !== undefined, scanned, text);
      if (good) assert.equal(read(text), whole(text));
      else assert.throws(() => readIndex(text));
    });
  }
});

Deno.test("readIndex() reads lists that are indented", () => {
  const deeper = PLAIN.replace(/^( {2}-| {4}).*/gm, (line) => `  ${line}`);
  assert(scanIndex(deeper) !== undefined);
  assert.equal(read(deeper), read(PLAIN));
});

Deno.test("readIndex() reads JSON, and a flow mapping that is none", () => {
  const json = JSON.stringify(parseYaml(PLAIN));
  assert.equal(read(json), read(PLAIN));
  assert.equal(read(json.replace('"apiVersion":', "apiVersion: ")), read(PLAIN));
});

Deno.test("readIndex() reads what the parser reads from an index that was damaged at random", () => {
  const lines = PLAIN.split("\n");
  const part = fc.constantFrom(
    ...[
      "",
      " ",
      "  ",
      "- ",
      '"',
      "'",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "#",
      " #",
      "|",
      ">",
      "&a ",
      "*a",
      "\n",
    ],
    ...["\n    ", "\n  - ", "? ", "! ", "1", "e", "x", ",", "\\", "version: 7.0.0", "\n\t"],
  );
  const damage = fc.record({
    line: fc.nat(lines.length - 1),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat(3),
    part,
  });
  let taken = 0;
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const damaged = [...lines];
      for (const { line, at, cut, part } of damages) {
        const old = damaged[line]!;
        const from = Math.round(at * old.length);
        damaged[line] = old.slice(0, from) + part + old.slice(from + cut);
      }
      const text = damaged.join("\n");
      const wanted = attempt(() => whole(text));
      // What is of no use is not checked: only what can be read at all is compared.
      if (wanted === undefined) return;
      assert.equal(read(text), wanted);
      if (scanIndex(text) !== undefined) taken++;
    }),
    { numRuns: 3000 },
  );
  assert(taken > 100, `only ${taken} were read from lines`);
});

function read(text: string): string {
  return packIndex(readIndex(text));
}

/** By the parser alone, which is what JSON of its values leads to. */
function whole(text: string): string {
  return read(JSON.stringify(parseYaml(text)));
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
