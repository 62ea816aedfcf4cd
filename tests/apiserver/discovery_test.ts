import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { compareVersions } from "../../lib/apiserver/discovery.ts";
import { type Json, withCluster } from "./harness.ts";

/** `group,version,plural,kind,scope,singular,short names,categories,verbs` of a real API server. */
const REAL = (await Deno.readTextFile(new URL("./testdata/discovery.csv", import.meta.url)))
  .trim().split("\n").map((line) => line.split(",").slice(0, 9).join(","));

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Served by a real API server and not here. */
const MISSING =
  /^(,v1,(bindings|componentstatuses)|(resource|flowcontrol\.apiserver)\.k8s\.io|certificates\.k8s\.io),/;

async function discovered(url: string): Promise<string[]> {
  const lines: string[] = [];
  for (const path of ["/api", "/apis"]) {
    const response = await fetch(url + path, { headers: { accept: AGGREGATED } });
    ok(response.headers.get("content-type")!.includes("as=APIGroupDiscoveryList"));
    const { items } = await response.json();
    for (const { metadata, versions } of items) {
      for (const { version, resources } of versions) {
        for (const one of resources) lines.push(line(metadata.name ?? "", version, one));
      }
    }
  }
  return lines;
}

function line(group: string, version: string, one: Json): string {
  const list = (values: string[] = []) => values.join("|");
  return [
    group,
    version,
    one.resource,
    one.responseKind.kind,
    one.scope,
    one.singularResource,
    list(one.shortNames),
    list(one.categories),
    list(one.verbs),
  ].join(",");
}

Deno.test("aggregated() lists kinds as a real API server does", () =>
  withCluster({}, async ({ url }) => {
    const ours = (await discovered(url)).filter((one) => !MISSING.test(one));
    deepStrictEqual(ours, REAL.filter((one) => !MISSING.test(one)));
  }));

Deno.test("resourceList() says the same as the aggregated form", () =>
  withCluster({}, async ({ url, get }) => {
    const fromLists: string[] = [];
    const { groups } = await get("/apis");
    const paths = ["/api/v1"];
    for (const { versions } of groups) {
      for (const { groupVersion } of versions) paths.push(`/apis/${groupVersion}`);
    }
    for (const path of paths) {
      const { groupVersion, resources } = await get(path);
      const [version, group = ""] = groupVersion.split("/").reverse();
      for (const one of resources) {
        if (one.name.includes("/")) continue;
        fromLists.push(line(group, version, {
          ...one,
          resource: one.name,
          responseKind: one,
          scope: one.namespaced ? "Namespaced" : "Cluster",
          singularResource: one.singularName,
        }));
      }
    }
    deepStrictEqual(fromLists, await discovered(url));
  }));

Deno.test("group() prefers the most stable and highest version", () =>
  withCluster({}, async ({ get }) => {
    const { preferredVersion, versions } = await get("/apis/autoscaling");
    strictEqual(preferredVersion.version, "v2");
    deepStrictEqual(versions.map((one: Json) => one.version), ["v2", "v1"]);
    const sorted = ["v1", "v1beta1", "foo10", "v11alpha2", "v10", "foo1", "v2", "v11beta2"]
      .sort(compareVersions);
    deepStrictEqual(sorted, [
      "v10",
      "v2",
      "v1",
      "v11beta2",
      "v1beta1",
      "v11alpha2",
      "foo1",
      "foo10",
    ]);
  }));

Deno.test("openApiIndex() leads to documents that say how patches are validated", () =>
  withCluster({}, async ({ get }) => {
    const { paths } = await get("/openapi/v3");
    const document = await get(paths["apis/apps/v1"].serverRelativeURL);
    const { patch } = document.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
    deepStrictEqual(patch["x-kubernetes-group-version-kind"], {
      group: "apps",
      version: "v1",
      kind: "Deployment",
    });
    ok(patch.parameters.some(({ name }: Json) => name === "fieldValidation"));
  }));
