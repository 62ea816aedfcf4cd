/** What values a chart takes: found in schema, defaults, comments and templates; misspelt keys found. */
import assert from "node:assert/strict";
import { chartFromFiles } from "../../lib/chart/from_files.ts";
import { shapeOfChart } from "../../lib/chart/shape_of_chart.ts";
import { readComments, SEPARATOR } from "../../lib/chart/value_comments.ts";
import { readsOf } from "../../lib/chart/template_reads.ts";
import type { Reads } from "../../lib/chart/value_reads.ts";
import { unknownKeys } from "../../lib/chart/value_shape.ts";

const META = "apiVersion: v2\nname: web\nversion: 1.0.0\n";

interface Row {
  readonly title: string;
  readonly files: Record<string, string>;
  readonly values: unknown;
  /** `path` or `path (suggestion)`. */
  readonly unknown: string[];
}

const READ = "{{ .Values.replicas }}{{ .Values.image.tag }}{{ .Values.image.repository }}";

const ROWS: Row[] = [
  {
    title: "a misspelt key at the top",
    files: { "values.yaml": "replicas: 1\n", "templates/a.yaml": READ },
    values: { replica: 2, image: { tag: "1" } },
    unknown: ["replica (replicas)"],
  },
  {
    title: "a misspelt key further down",
    files: { "values.yaml": "image:\n  tag: a\n", "templates/a.yaml": READ },
    values: { image: { tga: "1", repository: "x" } },
    unknown: ["image.tga (tag)"],
  },
  {
    title: "a key that no other is like",
    files: { "values.yaml": "image:\n  tag: a\n", "templates/a.yaml": READ },
    values: { image: { pullSecret: "1" } },
    unknown: ["image.pullSecret"],
  },
  {
    title: "what templates hand on as a whole takes any key",
    files: {
      "values.yaml": "env:\n  A: b\nimage:\n  tag: a\n",
      "templates/a.yaml": "{{ range $k, $v := .Values.env }}{{ end }}{{ toYaml .Values.image }}",
    },
    values: { env: { OTHER: "x" }, image: { any: 1 } },
    unknown: [],
  },
  {
    title: "a test alone hands nothing on",
    files: {
      "values.yaml": "ingress:\n  host: a\n",
      "templates/a.yaml":
        "{{ if and .Values.ingress .Values.on }}{{ .Values.ingress.host }}{{ end }}",
    },
    values: { ingress: { hots: "b" }, on: true },
    unknown: ["ingress.hots (host)"],
  },
  {
    title: "what is handed on as a whole takes any key further down, too",
    files: {
      "values.yaml": "resources:\n  limits:\n    cpu: 1\n",
      "templates/a.yaml": "{{ .Values.resources.limits.cpu }}{{ toYaml .Values.resources }}",
    },
    values: { resources: { limits: { gpu: 1 } } },
    unknown: [],
  },
  {
    title: "a map that a helper gets, and reads by its keys only",
    files: {
      "values.yaml": "server:\n  name: a\n  affinity: {}\n",
      "templates/_a.tpl":
        `{{ define "affinity" }}{{ with .component.affinity }}{{ toYaml . }}{{ end }}
{{ .component.nodes }}{{ .context.Values.top }}{{ end }}`,
      "templates/a.yaml":
        '{{ .Values.server.name }}{{ include "affinity" (dict "context" . "component" .Values.server) }}',
    },
    values: { server: { nmae: "b", affinity: { any: 1 }, nodes: 1 }, top: 1, other: 1 },
    unknown: ["server.nmae (name)", "other"],
  },
  {
    title: "a helper that is not known, or looks at all that it gets",
    files: {
      "values.yaml": "a:\n  x: 1\nb:\n  x: 1\nc:\n  x: 1\n",
      "templates/_a.tpl": '{{ define "all" }}{{ toYaml .given }}{{ end }}',
      "templates/a.yaml": `{{ .Values.a.x }}{{ .Values.b.x }}{{ .Values.c.x }}
{{ include (print "x" .Values.n) (dict "given" .Values.a) }}{{ template "all" dict "given" .Values.b }}`,
    },
    values: { a: { y: 1 }, b: { y: 1 }, c: { y: 1 } },
    unknown: ["c.y"],
  },
  {
    title: "a helper that calls itself ends",
    files: {
      "values.yaml": "tree:\n  left: {}\n  right: {}\n",
      "templates/_a.tpl": `{{ define "t" }}{{ with .left }}{{ include "t" . }}{{ end }}
{{ with .right }}{{ include "t" . }}{{ end }}{{ .name }}{{ end }}`,
      "templates/a.yaml": '{{ include "t" .Values.tree }}',
    },
    values: { tree: { left: { right: { name: 1, nmae: 1 } } } },
    unknown: ["tree.left.right.nmae (name)"],
  },
  {
    title: "through `with`, variables, defaults, and maps that are merged",
    files: {
      "values.yaml": "a: {x: 1}\nb: {x: 1}\nc: {x: 1}\nd: {x: 1}\n",
      "templates/a.yaml": `{{ with .Values.a }}{{ .x }}{{ $.Values.top }}{{ end }}
{{ $b := .Values.b }}{{ if .Values.on }}{{ $b = .Values.d }}{{ end }}{{ $b.y }}
{{ (mergeOverwrite (deepCopy .Values.c) (default dict .Values.e)).x }}`,
    },
    values: { a: { y: 1 }, b: { y: 1, z: 1 }, c: { z: 1 }, d: { y: 1, z: 1 }, e: { z: 1 }, top: 1 },
    unknown: ["a.y", "b.z", "c.z", "d.z", "e.z"],
  },
  {
    title: "items of lists and of maps that templates go through",
    files: {
      "values.yaml": `hosts: [{name: a, paths: [{path: /}]}]
routes: {main: {port: 1}}
free: [{a: 1}]
words: [a]
none: []
`,
      "templates/a.yaml":
        `{{ range .Values.hosts }}{{ .name }}{{ range .paths }}{{ .path }}{{ end }}{{ end }}
{{ range $name, $route := .Values.routes }}{{ $name }}{{ $route.port }}{{ end }}
{{ range .Values.free }}{{ toYaml . }}{{ end }}{{ range .Values.words }}{{ . }}{{ end }}
{{ range .Values.none }}{{ .key }}{{ end }}`,
    },
    values: {
      hosts: [{ nmae: "a" }, { name: 2, paths: [{ pth: "/" }] }],
      routes: { main: { prt: 1 }, other: { port: 1, prt: 1 } },
      free: [{ b: 1 }],
      none: [{ key: 1, kye: 1 }],
    },
    unknown: [
      "hosts[0].nmae (name)",
      "hosts[1].paths[0].pth (path)",
      "routes.main.prt (port)",
      "routes.other.prt (port)",
      "none[0].kye (key)",
    ],
  },
  {
    title: "a key that is chosen while a template runs",
    files: {
      "values.yaml": "api: {port: 1}\nui: {port: 1, other: {a: 1}}\n",
      "templates/a.yaml":
        '{{ .Values.ui.port }}{{ range list "api" "ui" }}{{ (index $.Values .).prot }}{{ end }}',
    },
    values: { api: { prot: 1, x: 1 }, ui: { prot: 1, x: 1 }, web: { prot: 1 } },
    unknown: ["api.x", "ui.x"],
  },
  {
    title: "texts that are rendered as they run: files, and values that are templates",
    files: {
      "values.yaml": 'host: "{{ .Values.site.name }}"\nsite: {url: a}\n',
      "files/a.conf": "{{ .Values.site.port }}",
      "README.md": "Give {{ .Values }}.",
      "templates/a.yaml": '{{ tpl (.Files.Get "files/a.conf") . }}{{ tpl .Values.host . }}',
    },
    values: { site: { name: 1, port: 1, prot: 1 } },
    unknown: ["site.prot (port)"],
  },
  {
    title: "a map that a template sets into itself, and values that are set back into the context",
    files: {
      "values.yaml": "a: {x: 1}\n",
      "templates/a.yaml": `{{ $m := dict "v" .Values.a }}{{ $_ := set $m "m" $m }}{{ $m.m.v.x }}
{{ $old := deepCopy . }}{{ $_ := set . "Values" $old.Values }}`,
    },
    values: { a: { y: 1 }, b: 1 },
    unknown: ["a.y", "b"],
  },
  {
    title: "a template that cannot be parsed may read anything",
    files: { "values.yaml": "a: 1\n", "templates/a.yaml": "{{ if }}" },
    values: { b: 1 },
    unknown: [],
  },
  {
    title: "a schema that says nothing of further keys of what is handed on as a whole",
    files: {
      "values.yaml": "configs: []\n",
      "values.schema.json": JSON.stringify({
        properties: {
          configs: { type: "array", items: { type: "object", properties: { targets: {} } } },
          named: { type: "object", properties: { x: { type: "object", properties: { y: {} } } } },
        },
      }),
      "templates/a.yaml": "{{ toYaml .Values.configs }}{{ .Values.named.x.y }}",
    },
    values: { configs: [{ labels: 1 }], named: { x: { z: 1 } } },
    unknown: ["named.x.z"],
  },
  {
    title: "`.Values` handed on takes any key",
    files: { "values.yaml": "a: 1\n", "templates/a.yaml": "{{ toYaml .Values }}" },
    values: { b: 1 },
    unknown: [],
  },
  {
    title: "keys read by index, and keys that are commented out",
    files: {
      "values.yaml": "service:\n  port: 80\n  # nodePort: 30080\n",
      "templates/a.yaml": '{{ index .Values "my-key" }}{{ .Values.service.port }}',
    },
    values: { "my-key": 1, "my-kye": 1, service: { nodePort: 1, nodeport: 2 } },
    unknown: ["my-kye (my-key)", "service.nodeport (nodePort)"],
  },
  {
    title: "an empty map, and a map that no template reads by its keys, take any key",
    files: {
      "values.yaml": "extra: {}\nunread:\n  a: 1\n",
      "templates/a.yaml": "{{ .Values.extra.thing }}",
    },
    values: { extra: { thing: 1 }, unread: { b: 1 } },
    unknown: [],
  },
  {
    title: "subcharts, by alias too; globals; tags and conditions",
    files: {
      "Chart.yaml": `${META}dependencies:
- {name: db, version: 1.x, alias: store, condition: store.enabled, tags: [heavy]}
`,
      "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
      "charts/db/values.yaml": "size: 1Gi\n",
      "charts/db/templates/a.yaml": "{{ .Values.size }}",
    },
    values: {
      store: { size: "2Gi", enabled: true, siez: "x", global: { a: 1 } },
      db: {},
      global: { any: 1 },
      tags: { heavy: true, haevy: true },
    },
    unknown: ["store.siez (size)", "db", "tags.haevy (heavy)"],
  },
  {
    title: "a library's templates read the values of the chart that uses it",
    files: {
      "Chart.yaml": `${META}dependencies:\n- {name: lib, version: 1.x}\n`,
      "charts/lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n",
      "charts/lib/templates/_a.tpl": '{{ define "x" }}{{ .Values.fromLib }}{{ end }}',
      "templates/a.yaml": '{{ include "x" . }}',
    },
    values: { fromLib: 1, fromLbi: 1 },
    unknown: ["fromLbi (fromLib)"],
  },
  {
    title: "a schema closes and opens maps; its keys join those of the defaults",
    files: {
      "values.yaml": "a: {x: 1}\nb: {x: 1}\nc: {width: 1}\n",
      "values.schema.json": JSON.stringify({
        properties: {
          a: {
            type: "object",
            additionalProperties: false,
            properties: { left: { type: "string" } },
          },
          b: { type: "object", additionalProperties: { type: "string" } },
          d: { $ref: "#/definitions/d" },
        },
        definitions: {
          d: { properties: { height: { type: "integer" } }, additionalProperties: false },
        },
      }),
      "templates/a.yaml": "{{ toYaml .Values.a }}{{ .Values.c.width }}",
    },
    values: {
      a: { left: "1", right: 1 },
      b: { any: "1" },
      c: { wdith: 1 },
      d: { height: 1, heigth: 1 },
      elsewhere: 1,
    },
    unknown: ["a.right", "c.wdith (width)", "d.heigth (height)", "elsewhere"],
  },
];

for (const { title, files, values, unknown } of ROWS) {
  Deno.test(`unknown keys of values: ${title}`, () => {
    const shape = shapeOfChart(chartFromFiles({ "Chart.yaml": META, ...files }));
    const found = unknownKeys(shape, values).map(({ path, suggestion }) =>
      suggestion === undefined ? path : `${path} (${suggestion})`
    );
    assert.deepEqual(found, unknown);
  });
}

Deno.test("comments of a values.yaml", () => {
  const { descriptions, commentedOut } = readComments(`# Licence of the file.

# -- Pods to run
# in each zone
replicas: 1

## @param image.tag [string] Tag of the image
image:
  tag: a   # not this
  # One line.
  repo: |
    # text: not a comment
    key: of a scalar
  # pullSecrets: []

# -- (string) host name
"quoted-key": x
# =====
plain: 1
`);
  assert.deepEqual(
    [...descriptions].map(([path, text]) => [path.replaceAll(SEPARATOR, "."), text]),
    [
      ["replicas", "Pods to run\nin each zone"],
      ["image.repo", "One line."],
      ["quoted-key", "host name"],
      ["image.tag", "Tag of the image"],
    ],
  );
  assert.deepEqual([...commentedOut].map(([path, keys]) => [path, [...keys]]), [
    ["image", ["pullSecrets"]],
  ]);
});

Deno.test("values that templates read", () => {
  const texts = [
    "{{- if .Values.a.on -}}{{ .Values.a.b | quote }}{{ end }}{{/* .Values.not */}} .Values.text",
    '{{ with $.Values.c }}{{ .x }}{{ end }}{{ index .Values "d-e" "f" }}',
    '{{ .Files.Get .Values.file }}{{ if hasKey .Values.g "h" }}{{ dig "j" "k" 1 .Values.i }}{{ end }}',
    "{{ range $k, $v := .Values.l }}{{ $v.m }}{{ end }}{{ (first .Values.n).o }}",
    '{{ (pick .Values.p "q" "r").q }}{{ (get (set (dict) "s" .Values.t) "s").u }}',
  ];
  const reads = readsOf({ templates: texts.map((text, i) => ({ name: `${i}`, text })) });
  const plain = (node: Reads): unknown => ({
    ...(node.whole ? { whole: true } : {}),
    ...(node.each === undefined ? {} : { each: plain(node.each) }),
    ...Object.fromEntries([...node.keys].map(([key, below]) => [key, plain(below)])),
  });
  const whole = { whole: true };
  assert.deepEqual(plain(reads), {
    a: { on: {}, b: whole },
    c: { x: whole },
    "d-e": { f: whole },
    file: whole,
    g: { h: {} },
    i: { j: { k: whole } },
    l: { each: { m: whole } },
    n: { each: { o: whole } },
    p: { q: whole, r: {} },
    t: { u: whole },
  });
});

Deno.test("a comment that opens with a word and a colon is no key that was commented out", () => {
  const { descriptions, commentedOut } = readComments(`# How many.
# Ref: https://example.com/replicas
# NOTE: at least two
replicas: 2
# Warning: not with TLS
# note: 3
# ref: main
`);
  assert.deepEqual(
    [...descriptions],
    [["replicas", "How many.\nRef: https://example.com/replicas\nNOTE: at least two"]],
  );
  assert.deepEqual([...commentedOut].map(([path, keys]) => [path, [...keys]]), [
    ["", ["note", "ref"]],
  ]);
});
