import assert from "node:assert/strict";
import fc from "fast-check";
import { layout } from "../../lib/report/graph/layout.ts";
import { edgesOf, levelsOf, withoutImplied } from "../../lib/report/graph/picture.ts";
import type { Picture, PictureNode } from "../../lib/report/graph/picture.ts";
import { graphSvg } from "../../lib/report/graph/svg.ts";
import { graphDot, graphMermaid, graphText } from "../../lib/report/graph/text.ts";
import { atWork } from "../cli/cluster.ts";

function node(id: string, needs: string[] = [], more: Partial<PictureNode> = {}): PictureNode {
  return { id, kind: "release", detail: "", needs, ordered: [], ...more };
}

const SHOP: Picture = {
  name: "shop",
  nodes: [
    node("db", [], { detail: "postgres 15.x" }),
    node('we "b"', ["api", "db"]),
    node("api", ["db"]),
    node("end", ["db"], { kind: "hook" }),
    node("last", ["db"], { kind: "hook", ordered: ["end"] }),
  ],
};

Deno.test("graphText() puts what can be at work together in one level", () => {
  assert.deepEqual(graphText(SHOP, { color: false }).split("\n"), [
    "LEVEL  NODE         CHART          AFTER",
    "1      db           postgres 15.x",
    "2      api                         db",
    "       end (hook)                  db",
    '3      we "b"                      api, db',
    "       last (hook)                 db, end (by weight)",
    "",
    "shop: 3 releases, 2 hooks, 3 levels",
    "",
  ]);
});

Deno.test("graphMermaid() quotes what Mermaid would read as its own", () => {
  assert.equal(
    graphMermaid(withoutImplied(SHOP)),
    `flowchart LR
  n0["db<br/>postgres 15.x"]
  n1["we #34;b#34;"]
  n2["api"]
  n3(["end"])
  n4(["last"])
  n2 --> n1
  n0 --> n2
  n0 --> n3
  n3 -.-> n4
`,
  );
});

Deno.test("graphDot() quotes names", () => {
  assert.equal(
    graphDot(withoutImplied(SHOP)),
    `digraph "shop" {
  rankdir=LR;
  node [shape=box, fontname="sans-serif"];
  "db" [label="db\\npostgres 15.x"];
  "we \\"b\\"" [label="we \\"b\\""];
  "api" [label="api"];
  "end" [label="end", style="rounded"];
  "last" [label="last", style="rounded"];
  "api" -> "we \\"b\\"";
  "db" -> "api";
  "db" -> "end";
  "end" -> "last" [style=dashed];
}
`,
  );
});

Deno.test("graphSvg() is well formed, with every box inside the picture and named", () => {
  const svg = graphSvg(SHOP);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 [\d. ]+"/);
  assert.match(svg, /<title id="title">The graph of shop<\/title>/);
  assert.match(svg, />we &quot;b&quot;<\/text>/);
  assert.equal(svg.match(/<path class="arrow/g)?.length, 6);
  assert.equal(svg.match(/stroke-dasharray|class="arrow ordered"/g)?.length, 2);
});

/** Any graph without cycles: each node needs some of those before it. */
const GRAPHS = fc.array(fc.array(fc.nat({ max: 40 }), { maxLength: 5 }), { maxLength: 40 }).map(
  (all): Picture => ({
    name: "any",
    nodes: all.map((needs, i) =>
      node(`n${i}`, i === 0 ? [] : [...new Set(needs.map((need) => `n${need % i}`))])
    ),
  }),
);

function reachable({ nodes }: Picture): string[] {
  const all = new Map<string, Set<string>>();
  for (const { id, needs } of nodes) {
    all.set(id, new Set(needs.flatMap((need) => [need, ...all.get(need)!])));
  }
  return [...all].flatMap(([id, set]) => [...set].map((each) => `${each} ${id}`)).sort();
}

Deno.test("withoutImplied() keeps who comes after whom, with no edge that could be left out", () => {
  fc.assert(fc.property(GRAPHS, (picture) => {
    const reduced = withoutImplied(picture);
    assert.deepEqual(reachable(reduced), reachable(picture));
    for (const { from, to } of edgesOf(reduced)) {
      const without = {
        ...reduced,
        nodes: reduced.nodes.map((each) =>
          each.id === to ? { ...each, needs: each.needs.filter((need) => need !== from) } : each
        ),
      };
      assert(!reachable(without).includes(`${from} ${to}`), `${from} ${to} is implied`);
    }
  }));
});

Deno.test("layout() keeps boxes apart and within the picture, and arrows from left to right", () => {
  fc.assert(fc.property(GRAPHS, (picture) => {
    const { boxes, arrows, width, height } = layout(picture);
    const levels = levelsOf(picture);
    for (const { from, to } of edgesOf(picture)) assert(levels.get(from)! < levels.get(to)!);
    for (const [i, box] of boxes.entries()) {
      assert(box.x >= 0 && box.y >= 0 && box.x + box.width <= width);
      assert(box.y + box.height <= height);
      for (const other of boxes.slice(i + 1)) {
        const apart = box.x !== other.x || box.y + box.height <= other.y ||
          other.y + other.height <= box.y;
        assert(apart, `${box.node.id} and ${other.node.id} overlap`);
      }
    }
    for (const { points } of arrows) {
      assert(points.every(([x], i) => i === 0 || x >= points[i - 1]![0]), "an arrow goes back");
    }
  }));
});

Deno.test("levelsOf() does not fall over a chain of thousands", () => {
  const chain = Array.from(
    { length: 20_000 },
    (_, i) => node(`n${i}`, i === 0 ? [] : [`n${i - 1}`]),
  );
  assert.equal(levelsOf({ name: "chain", nodes: chain.toReversed() }).get("n19999"), 19_999);
});

Deno.test("capstan graph draws a stack without cluster or charts", async () => {
  await atWork({
    "stack.ts": `
import { defineStack, hook, release, repository } from "${new URL(
      "../../mod.ts",
      import.meta.url,
    )}";
const db = release("db", { chart: repository("https://charts.example.com").chart("postgresql", "15.x") });
const seed = hook("seed", { after: [db], run: () => {} });
export default defineStack({
  name: "shop",
  releases: [db, release("web", { chart: "./web", needs: [seed, db] })],
  hooks: [seed],
});`,
  }, async ({ capstan, server }) => {
    const text = await capstan("graph");
    assert.deepEqual(text.stdout.split("\n"), [
      "LEVEL  NODE         CHART            AFTER",
      "1      db           postgresql 15.x",
      "2      seed (hook)                   db",
      "3      web          ./web            seed",
      "",
      "shop: 2 releases, 1 hook, 3 levels",
      "",
    ]);
    const all = await capstan("graph", "-o", "mermaid", "--all-edges");
    assert.match(all.stdout, /n2 --> n1\n {2}n0 --> n1\n/);
    assert.match((await capstan("graph", "-o", "dot")).stdout, /^digraph "shop" \{/);
    assert.match((await capstan("graph", "-o", "svg")).stdout, /^<svg /);
    assert.deepEqual(server.requests, []);
  });
});

Deno.test("parts and conditions are in every picture, and a part implies no whole", () => {
  const picture: Picture = {
    name: "shop",
    nodes: [
      node("db"),
      node("api", ["db"], { parts: new Map([["db", "ready"]]) }),
      node("web", ["api", "db"], { detail: "./web", waits: ["until Pod p"] }),
      node("job", ["api", "db"], { parts: new Map([["db", "hook init"]]) }),
    ],
  };
  const drawn = withoutImplied(picture);
  assert.deepEqual(drawn.nodes.map(({ needs }) => needs), [[], ["db"], ["api", "db"], [
    "api",
    "db",
  ]]);
  assert.match(
    graphText(drawn, { color: false }),
    /api +db \(ready\)\n.*web.* api, db, until Pod p\n/,
  );
  assert.match(graphMermaid(drawn), /n0 -->\|"ready"\| n1\n/);
  assert.match(graphMermaid(drawn), /n2\["web<br\/>.\/web · until Pod p"\]/);
  assert.match(graphDot(drawn), /"db" -> "api" \[label="ready"\];/);
  assert.match(graphSvg(drawn), /<title>db \(ready\), then api<\/title>/);
  assert.match(graphSvg(drawn), />.\/web · until Pod p<\/text>/);
});
