import assert from "node:assert/strict";
import { handedOver } from "../../lib/action/field_owner.ts";

const UPDATE = { manager: "helm", operation: "Update", fieldsV1: { "f:data": { "f:a": {} } } };
const APPLY = { manager: "helm", operation: "Apply", fieldsV1: { "f:data": { "f:b": {} } } };
const OTHER = { manager: "kubectl", operation: "Update", fieldsV1: {} };
const STATUS = { ...UPDATE, subresource: "status" };

Deno.test("handedOver() makes Helm's updates part of its apply", () => {
  assert.deepEqual(handedOver([OTHER, UPDATE]), [OTHER, { ...UPDATE, operation: "Apply" }]);
  assert.deepEqual(handedOver([UPDATE, OTHER, APPLY]), [
    OTHER,
    { ...APPLY, fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } } },
  ]);
});

Deno.test("handedOver() finds nothing to do where Helm never updated", () => {
  for (const entries of [[], [OTHER], [APPLY, OTHER], [STATUS]]) {
    assert.equal(handedOver(entries), undefined);
  }
});
