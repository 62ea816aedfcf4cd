import { deepStrictEqual, ok, throws } from "node:assert/strict";
import { offlineCapabilities, parseKubeVersion } from "../../lib/engine/capabilities.ts";

Deno.test("parseKubeVersion() keeps what each Helm keeps", () => {
  const rows: [string, string, string, string, string][] = [
    ["1.29.3-gke.1+x", "v1.29.3", "v1.29.3-gke.1+x", "1", "29"],
    ["v1.29", "v1.29.0", "v1.29", "1", "29"],
    ["1.30.1", "v1.30.1", "v1.30.1", "1", "30"],
  ];
  for (const [text, v3, v4, major, minor] of rows) {
    deepStrictEqual(parseKubeVersion(text, "v3"), { version: v3, normalized: v3, major, minor });
    deepStrictEqual(parseKubeVersion(text, "v4"), { version: v4, normalized: v3, major, minor });
  }
});

Deno.test("parseKubeVersion() refuses what is no version", () => {
  throws(() => parseKubeVersion("x.y"), {
    message: "invalid kube version 'x.y': could not parse \"x.y\" as version",
  });
  throws(() => parseKubeVersion("1"), { message: /could not parse "1" as version/ });
});

Deno.test("offlineCapabilities() adds API versions to those that Helm knows", () => {
  const { kubeVersion, apiVersions } = offlineCapabilities(undefined, ["foo/v1/Bar"]);
  deepStrictEqual(kubeVersion.version, "v1.37.0");
  ok(apiVersions.includes("apps/v1"));
  ok(apiVersions.includes("foo/v1/Bar"));
});
