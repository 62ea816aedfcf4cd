import assert from "node:assert/strict";
import type { FieldChange, ObjectChange } from "../../lib/action/diff/changes.ts";
import { diffLines } from "../../lib/report/plan/line_diff.ts";
import { planMarkdown } from "../../lib/report/plan/markdown.ts";
import { parseYaml } from "../../lib/yaml/parse.ts";
import { hasChanges } from "../../lib/report/plan/plan.ts";
import type { ShownPlan } from "../../lib/report/plan/plan.ts";
import { planText } from "../../lib/report/plan/text.ts";
import type { PlannedNode } from "../../lib/stack/plan.ts";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { atWork } from "../cli/cluster.ts";

function object(action: ObjectChange["action"], name: string, fields: FieldChange[] = []) {
  return {
    action,
    apiVersion: "v1",
    kind: "ConfigMap",
    namespace: "shop",
    name,
    fields,
    checked: "server",
  } as const;
}

function upgrade(id: string, objects: readonly ObjectChange[]): PlannedNode {
  return {
    id,
    needs: ["db"],
    action: "upgrade",
    release: {
      name: id,
      namespace: "shop",
      revision: 4,
      chart: "web-1.2.0",
      added: [],
      changed: [],
      removed: [],
      hooks: ["backup", "migrate"],
      changes: {
        objects,
        hooks: [
          { event: "pre-upgrade", name: "backup", kind: "Job", weight: 0, wave: 1, replaces: true },
          { event: "pre-upgrade", name: "a", kind: "Job", weight: 1, wave: 2, replaces: false },
          { event: "pre-upgrade", name: "b", kind: "Job", weight: 1, wave: 2, replaces: false },
        ],
      },
    },
  };
}

const PLAN: ShownPlan = {
  stack: "shop",
  against: "cluster",
  nodes: [
    {
      id: "db",
      needs: [],
      action: "unchanged",
      release: {
        name: "db",
        namespace: "data",
        revision: 3,
        chart: "",
        added: [],
        changed: [],
        removed: [],
        hooks: [],
      },
    },
    upgrade("web", [
      object("create", "new"),
      object("change", "web", [
        { path: "data.a", cause: "chart", live: "1", last: "1", chart: "2", after: "2" },
        { path: "data.b", cause: "drift", live: "x", last: "1", chart: "1", after: "1" },
        { path: "data.c", cause: "chart", live: "x", last: "1", chart: "2", after: "2" },
        { path: "data.d", cause: "chart", live: "a\nb\nc\n", last: "", after: "a\nB\nc\n" },
      ]),
      object("delete", "old"),
      object("keep", "kept"),
    ]),
    { id: "late", needs: ["web"], action: "unknown", reason: "there is no Service data/db" },
  ],
};

Deno.test("planText() shows a table, then each change field by field", () => {
  assert.deepEqual(planText(PLAN, { color: false }).split("\n"), [
    "NODE  ACTION     REVISION  CHART      OBJECTS   HOOKS  AFTER",
    "db    unchanged  3",
    "web   upgrade    4         web-1.2.0  +1 ~1 -1  3      db",
    "late  unknown                                          web",
    "",
    "web: upgrade revision 4, web-1.2.0",
    "  + ConfigMap shop/new",
    "  ~ ConfigMap shop/web",
    '      data.a: "1" → "2"',
    '      data.b: "x" → "1" (changed in the cluster; put back)',
    '      data.c: "x" → "2" (also changed in the cluster, from "1")',
    "      data.d:",
    "          a",
    "        - b",
    "        + B",
    "          c",
    "  - ConfigMap shop/old",
    "  = ConfigMap shop/kept (stays: its resource policy is keep)",
    "  hooks pre-upgrade: Job backup (weight 0, replaces the last one), then Job a (weight 1) and Job b (weight 1)",
    "",
    "late: its values are not known yet: there is no Service data/db",
    "1 to leave unchanged, 1 to upgrade, 1 to find out",
    "tried by server-side dry run",
    "",
  ]);
});

Deno.test("planMarkdown() has a table and a fold for each change", () => {
  assert.equal(
    planMarkdown(PLAN),
    `### Plan for \`shop\`

**1 to leave unchanged, 1 to upgrade, 1 to find out**, tried by server-side dry run

| node | action | revision | chart | created | changed | replaced | deleted | hooks |
| --- | --- | --: | --- | --: | --: | --: | --: | --- |
| \`web\` | upgrade | 4 | web-1.2.0 | 1 | 1 |  | 1 | backup, migrate |
| \`late\` | unknown |  |  |  |  |  |  | there is no Service data/db |

<details><summary><code>web</code>: 1 created, 1 changed, 1 deleted, 1 kept</summary>

\`\`\`diff
+ ConfigMap shop/new
! ConfigMap shop/web
-   data.a: "1"
+   data.a: "2"
-   data.b: "x"
+   data.b: "1" (changed in the cluster; put back)
-   data.c: "x"
+   data.c: "2" (also changed in the cluster, from "1")
!   data.d:
      a
-     b
+     B
      c
- ConfigMap shop/old
  ConfigMap shop/kept (kept)
  pre-upgrade: Job backup (weight 0, replaces the last one), then Job a (weight 1) and Job b (weight 1)
\`\`\`

</details>
`,
  );
});

Deno.test("planMarkdown() stays within a comment, and its fences cannot be closed from inside", () => {
  const field = (after: string): FieldChange => ({
    path: "data.x",
    cause: "chart",
    live: "",
    after,
  });
  const many = Array.from(
    { length: 800 },
    (_, i) => upgrade(`web-${i}`, [object("change", "web", [field("y".repeat(90))])]),
  );
  const text = planMarkdown({ ...PLAN, nodes: many });
  assert(text.length < 65_536, `${text.length} characters`);
  assert.match(text, /The table is longer than fits here|The details of \d+ more do not fit/);
  const some = planMarkdown({ ...PLAN, nodes: many.slice(0, 300) });
  assert(some.length < 65_536);
  assert.match(some, /_The details of \d+ more do not fit: run `capstan plan`\._/);
  const fenced = planMarkdown({
    ...PLAN,
    nodes: [upgrade("web", [object("change", "web", [field("\n````\n</details>")])])],
  });
  assert.match(fenced, /\n`````diff\n/);
});

Deno.test("what would be refused is counted, and shown as it was said", () => {
  const refused = { ...object("change", "web", []), problem: 'conflict with "kubectl"\x1b[2J <b>' };
  const plan = { ...PLAN, nodes: [upgrade("web", [refused, refused])] };
  const text = planText(plan, { color: false });
  assert.match(text, /would be refused: conflict with "kubectl" <b>\n/);
  assert.match(text, /\n2 objects would be refused\n/);
  const markdown = planMarkdown(plan);
  assert.match(markdown, /^- :x: `web`: .*conflict with &quot;kubectl&quot;.* &lt;b&gt;$/m);
  assert.match(markdown, /^! {3}would be refused: conflict with "kubectl".* <b>$/m);
});

Deno.test("a plan says whether anything was tried, and lets no value command the terminal", () => {
  const unchanged = { ...PLAN, nodes: [PLAN.nodes[0]!] };
  assert.match(
    planText(unchanged, { color: false }),
    /compared with the last revisions; `capstan drift`/,
  );
  const change = {
    path: "data.x",
    cause: "chart",
    live: "a\n\x9b2J",
    after: "\x1b]0;t\x07b\n",
  } as const;
  const line = { path: "data.y", cause: "chart", live: "\x9b1m", after: "c" } as const;
  const text = planText({
    ...PLAN,
    nodes: [upgrade("web", [object("change", "web", [change, line])])],
  }, {
    color: false,
  });
  assert.match(text, /\+ b\n/);
  // deno-lint-ignore no-control-regex -- they are what must not be there
  assert.doesNotMatch(text, /[\x1b\x9b]/);
});

Deno.test("diffLines() shows what differs with a line of context", () => {
  const rows: [before: string, after: string, lines: string[]][] = [
    ["a\nb\nc\nd\ne", "a\nb\nX\nd\ne", [" a", " b", "-c", "+X", " d", " e"]],
    ["", "x", ["-", "+x"]],
    ["a\nb\nc\n", "a\nb\nc\nd\n", [" …", " c", "+d"]],
    ["1\n2\n3\n4\n5\n6\n7", "1\nx\n3\n4\n5\n6\ny", [
      " 1",
      "-2",
      "+x",
      " 3",
      " …",
      " 6",
      "-7",
      "+y",
    ]],
  ];
  for (const [before, after, lines] of rows) {
    assert.deepEqual(diffLines(before, after).map(([side, line]) => side + line), lines);
  }
});

Deno.test("hasChanges() does not count hooks, which always run", () => {
  assert(!hasChanges([PLAN.nodes[0]!, { id: "h", needs: [], action: "run" }]));
  assert(hasChanges([{ id: "x", needs: [], action: "unknown" }]));
});

Deno.test("capstan plan: formats, exit codes, with a cluster and without", async (t) => {
  const stack = (text: string) => `
import { defineStack, release } from "${new URL("../../mod.ts", import.meta.url)}";
export default defineStack({ name: "shop", releases: [
  release("web", { chart: "./web", values: { text: "${text}" } }),
] });`;
  const files = {
    "stack.ts": stack("one"),
    ...chartFiles("web", { "c.yaml": CONFIG, "h.yaml": hookJob("migrate", "pre-upgrade") }),
  };
  await atWork(files, async ({ capstan, write, folder }) => {
    const plan = (...args: string[]) => capstan("plan", "--no-check", ...args);
    await t.step("everything is new", async () => {
      assert.deepEqual((await plan("--detailed-exitcode")).code, 2);
      assert.equal((await plan()).code, 0);
    });
    assert.equal((await capstan("up", "--no-check")).code, 0);
    await t.step("nothing changes", async () => {
      const { code, stdout } = await plan("--detailed-exitcode");
      assert.equal(code, 0);
      assert.match(stdout, /^1 to leave unchanged$/m);
    });
    await write({ "stack.ts": stack("two") });
    await t.step("JSON and YAML say the same", async () => {
      for (const more of [[], ["--explain"]]) {
        const [json, yaml] = [
          await plan(...more, "-o", "json"),
          await plan(...more, "-o", "yaml"),
        ];
        const read = JSON.parse(JSON.stringify(parseYaml(yaml.stdout)));
        assert.deepEqual(read, JSON.parse(json.stdout));
      }
    });
    await t.step("a field changes", async () => {
      const { code, stdout } = await plan("--detailed-exitcode", "--output", "markdown");
      assert.equal(code, 2);
      assert.match(stdout, /^- {3}data\.text: "one"\n\+ {3}data\.text: "two"$/m);
      assert.match(stdout, /tried by server-side dry run/);
      const [node] = JSON.parse((await plan("--output", "json")).stdout);
      assert.equal(node.release.changes.objects[0].fields[0].path, "data.text");
    });
    await t.step("no cluster answers", async () => {
      await Deno.remove(`${folder}/kubeconfig`);
      const { code, stdout } = await plan("--detailed-exitcode");
      assert.equal(code, 2);
      assert.match(stdout, /\+ ConfigMap default\/web/);
      assert.match(stdout, /rendered without a cluster, .*: no kubeconfig: /);
      const server = await plan("--dry-run", "server");
      assert.equal(server.code, 1);
      assert.match(server.stderr, /no kubeconfig/);
    });
  });
});

Deno.test("a plan names values that their chart does not know", () => {
  const unknownValues = [
    { path: "image.tga", suggestion: "tag" },
    { path: "odd", suggestion: undefined },
  ];
  const node = upgrade("web", []);
  const plan: ShownPlan = {
    ...PLAN,
    nodes: [{ ...node, release: { ...node.release!, unknownValues } }],
  };
  const words = 'web: its chart has no value "image.tga"; did you mean "tag"?';
  const other = 'web: its chart has no value "odd"';
  assert.ok(planText(plan, { color: false }).includes(`${words}\n${other}\n`));
  const [marked, plain] = [words, other].map((line) => line.replaceAll('"', "&quot;"));
  assert.ok(planMarkdown(plan).includes(`- :warning: ${marked}\n- :warning: ${plain}\n`));
});
