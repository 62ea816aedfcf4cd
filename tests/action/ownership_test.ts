import assert from "node:assert/strict";
import { conflictMessage, markOwned, ownershipProblem } from "../../lib/action/ownership.ts";
import type { KubeObject } from "../../lib/kube/types.ts";

const owner = { name: "web", namespace: "shop" };

function service(metadata: Partial<KubeObject["metadata"]> = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "db", namespace: "data", ...metadata },
  };
}

Deno.test("markOwned() adds Helm's marks, keeps others and changes nothing in place", () => {
  const object = service({ labels: { a: "1", "app.kubernetes.io/managed-by": "me" } });
  const marked = markOwned(object, owner);
  assert.deepEqual(marked.metadata.labels, { a: "1", "app.kubernetes.io/managed-by": "Helm" });
  assert.deepEqual(marked.metadata.annotations, {
    "meta.helm.sh/release-name": "web",
    "meta.helm.sh/release-namespace": "shop",
  });
  assert.equal(object.metadata.labels!["app.kubernetes.io/managed-by"], "me");
  assert.equal(ownershipProblem(marked, owner), undefined);
});

Deno.test("ownershipProblem() says what is missing and what differs", () => {
  assert.equal(
    ownershipProblem(service(), owner),
    'invalid ownership metadata; label validation error: missing key "app.kubernetes.io/managed-by": must be set to "Helm"; ' +
      'annotation validation error: missing key "meta.helm.sh/release-name": must be set to "web"; ' +
      'annotation validation error: missing key "meta.helm.sh/release-namespace": must be set to "shop"',
  );
  assert.equal(
    ownershipProblem(markOwned(service(), { name: "other", namespace: "shop" }), owner),
    'invalid ownership metadata; annotation validation error: key "meta.helm.sh/release-name" must equal "web": current value is "other"',
  );
});

Deno.test("conflictMessage() is Helm's", () => {
  const conflict = { object: service(), problem: "invalid ownership metadata; …" };
  assert.equal(
    conflictMessage([conflict], "install"),
    'unable to continue with install: Service "db" in namespace "data" exists and cannot be imported into the current release: invalid ownership metadata; …',
  );
  assert.match(conflictMessage([conflict], "update", "v3"), /^Unable to continue with update: /);
});
