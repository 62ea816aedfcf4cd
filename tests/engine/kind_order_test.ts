import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { installOrder, sortByKind, uninstallOrder } from "../../lib/engine/kind_order.ts";

Deno.test("sortByKind() puts known kinds in order, then the others by name, stable", () => {
  const kinds = ["Zebra", "Service", "Namespace", "", "Apple", "Service"];
  const items = kinds.map((kind, i) => ({ kind, i }));
  const sorted = sortByKind(items, installOrder("v3"), ({ kind }) => kind);
  deepStrictEqual(sorted.map(({ kind, i }) => `${kind}${i}`), [
    "Namespace2",
    "Service1",
    "Service5",
    "3",
    "Apple4",
    "Zebra0",
  ]);
});

Deno.test("installOrder() knows webhooks in Helm 4 only", () => {
  strictEqual(installOrder("v3").includes("MutatingWebhookConfiguration"), false);
  strictEqual(installOrder("v4").at(-1), "ValidatingWebhookConfiguration");
  strictEqual(uninstallOrder("v4")[0], "ValidatingWebhookConfiguration");
  strictEqual(uninstallOrder("v3")[0], "APIService");
});
