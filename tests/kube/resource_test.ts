import { deepEqual, equal } from "node:assert/strict";
import {
  collectionPath,
  describeRef,
  formatApiVersion,
  isNewer,
  keyOf,
  objectPath,
  parseApiVersion,
  queryString,
} from "../../lib/kube/resource.ts";

const deployments = {
  group: "apps",
  version: "v1",
  kind: "Deployment",
  plural: "deployments",
  namespaced: true,
  verbs: [],
};
const nodes = { ...deployments, group: "", kind: "Node", plural: "nodes", namespaced: false };

Deno.test("parseApiVersion() and formatApiVersion() are each other's inverse", () => {
  for (const apiVersion of ["v1", "apps/v1", "a.b.example.com/v1beta2"]) {
    const { group, version } = parseApiVersion(apiVersion);
    equal(formatApiVersion(group, version), apiVersion);
  }
  deepEqual(parseApiVersion("v1"), { group: "", version: "v1" });
});

Deno.test("paths of collections and objects", () => {
  const ref = { apiVersion: "apps/v1", kind: "Deployment", name: "a/b" };
  equal(collectionPath(deployments), "/apis/apps/v1/deployments");
  equal(collectionPath(deployments, "shop"), "/apis/apps/v1/namespaces/shop/deployments");
  equal(collectionPath(nodes, "shop"), "/api/v1/nodes");
  equal(objectPath(deployments, ref, "s"), "/apis/apps/v1/namespaces/s/deployments/a%2Fb");
});

Deno.test("keyOf() sees one object through any version of its API", () => {
  const old = { apiVersion: "apps/v1beta1", kind: "Deployment", name: "a", namespace: "n" };
  equal(keyOf(old), keyOf({ ...old, apiVersion: "apps/v1" }));
  equal(keyOf(old) === keyOf({ ...old, namespace: "m" }), false);
  equal(keyOf({ ...old, apiVersion: "v1" }) === keyOf(old), false);
  equal(describeRef(old), "Deployment n/a");
  equal(describeRef({ ...old, namespace: undefined }), "Deployment a");
});

Deno.test("queryString() leaves out what says nothing", () => {
  equal(queryString(undefined), "");
  equal(queryString({ a: undefined, b: false, c: "" }), "");
  equal(
    queryString({ labelSelector: "a=b,c", limit: 0, force: true }),
    "?labelSelector=a%3Db%2Cc&limit=0&force=true",
  );
});

Deno.test("isNewer() compares as numbers of any length, and takes what it cannot compare for new", () => {
  const rows: [string | undefined, string | undefined, boolean][] = [
    ["10", "9", true],
    ["9", "10", false],
    ["9", "9", false],
    ["18446744073709551616", "18446744073709551615", true],
    [undefined, "9", true],
    ["9", undefined, true],
    ["abc", "abd", true],
    ["abc", "abc", false],
  ];
  for (const [later, earlier, expected] of rows) {
    equal(isNewer(later, earlier), expected, `${later} after ${earlier}`);
  }
});
