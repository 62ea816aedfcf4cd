import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { hookOf, hooksFor } from "../../lib/engine/hooks.ts";
import type { Hook } from "../../lib/engine/hooks.ts";

function hook(annotations: Record<string, string>, name = "h"): Hook | "unknown" | undefined {
  return hookOf({
    path: "p/templates/h.yaml",
    text: "kind: Job",
    head: { apiVersion: "batch/v1", kind: "Job", name, annotations },
  });
}

Deno.test("hookOf() reads annotations as Helm does", () => {
  const all = hook({
    "helm.sh/hook": " Pre-Install , test-success",
    "helm.sh/hook-weight": "-5",
    "helm.sh/hook-delete-policy": "Hook-Succeeded, whatever",
    "helm.sh/hook-output-log-policy": "hook-failed",
  }) as Hook;
  deepStrictEqual(all.events, ["pre-install", "test"]);
  strictEqual(all.weight, -5);
  deepStrictEqual(all.deletePolicies, ["hook-succeeded", "whatever"]);
  deepStrictEqual(all.outputLogPolicies, ["hook-failed"]);
  strictEqual(hook({ a: "b" }), undefined);
  strictEqual(hook({ "helm.sh/hook": "crd-install" }), "unknown");
  strictEqual(hook({ "helm.sh/hook": "" }), "unknown");
});

Deno.test("hookOf() takes a weight that is no integer for 0", () => {
  const rows: [string, number][] = [["5", 5], ["+7", 7], ["1.5", 0], ["", 0], ["x", 0], [" 1", 0]];
  for (const [text, weight] of rows) {
    const one = hook({ "helm.sh/hook": "test", "helm.sh/hook-weight": text }) as Hook;
    strictEqual(one.weight, weight, text);
  }
});

Deno.test("hooksFor() orders by weight, then by name", () => {
  const one = (name: string, weight: string) =>
    hook({ "helm.sh/hook": "test", "helm.sh/hook-weight": weight }, name) as Hook;
  const other = hook({ "helm.sh/hook": "pre-install" }, "other") as Hook;
  const hooks = [one("b", "1"), one("a", "1"), one("z", "-1"), other];
  deepStrictEqual(hooksFor(hooks, "test").map(({ name }) => name), ["z", "a", "b"]);
});
