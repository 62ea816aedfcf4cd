import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  formatSelectorObject,
  matchesFields,
  matchesLabels,
  matchesSelectorObject,
  parseFieldSelector,
  parseLabelSelector,
} from "../../lib/apiserver/selectors.ts";

const LABELS = { app: "web", tier: "front", n: "5", empty: "" };

const MATCHES: readonly (readonly [selector: string, expected: boolean])[] = [
  ["", true],
  ["app=web", true],
  ["app==web", true],
  ["app = web , tier=front", true],
  ["app=other", false],
  ["app!=other", true],
  ["absent!=x", true],
  ["app", true],
  ["absent", false],
  ["!absent", true],
  ["!app", false],
  ["app in (a, web)", true],
  ["app in (a,b)", false],
  ["absent in (a)", false],
  ["app notin (a)", true],
  ["absent notin (a)", true],
  ["app notin (web)", false],
  ["n>4", true],
  ["n<4", false],
  ["empty=", true],
  ["app=,tier=front", false],
  ["tier in (front),app,!absent,n>1", true],
];

Deno.test("parseLabelSelector() reads equality and set-based selectors", () => {
  for (const [selector, expected] of MATCHES) {
    strictEqual(matchesLabels(parseLabelSelector(selector), LABELS), expected, selector);
  }
});

Deno.test("parseLabelSelector() refuses what it cannot read, in the API server's words", () => {
  for (
    const [selector, message] of [
      ["a in b", "unable to parse requirement: found 'b' expected: '('"],
      ["a b", "unable to parse requirement: found 'b' expected: in, notin, =, ==, !=, gt, lt"],
      ["=a", "unable to parse requirement: found '=' expected: identifier"],
    ] as const
  ) {
    throws(() => parseLabelSelector(selector), { code: 400, message });
  }
});

Deno.test("parseFieldSelector() knows the fields of each kind", () => {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n" },
    status: { phase: "Running" },
  };
  const rows = [
    ["metadata.name=p", true],
    ["metadata.name!=p", false],
    ["metadata.namespace=n,status.phase=Running", true],
    ["status.phase!=Succeeded,status.phase!=Failed", true],
    ["spec.nodeName=", true],
  ] as const;
  for (const [selector, expected] of rows) {
    strictEqual(matchesFields(parseFieldSelector(selector, "Pod"), pod), expected, selector);
  }
  throws(() => parseFieldSelector("status.phase=x", "ConfigMap"), {
    message:
      '"status.phase" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
});

Deno.test("matchesSelectorObject() reads matchLabels and matchExpressions", () => {
  const selector = {
    matchLabels: { app: "web" },
    matchExpressions: [
      { key: "tier", operator: "In", values: ["front", "back"] },
      { key: "old", operator: "DoesNotExist" },
      { key: "n", operator: "Exists" },
      { key: "app", operator: "NotIn", values: ["x"] },
    ],
  };
  strictEqual(matchesSelectorObject(selector, LABELS), true);
  strictEqual(matchesSelectorObject(selector, { ...LABELS, old: "1" }), false);
  strictEqual(matchesSelectorObject(undefined, LABELS), false);
  deepStrictEqual(
    formatSelectorObject(selector),
    "!old,app notin (x),app=web,n,tier in (front,back)",
  );
});
