/** Releases for tests. */
import { type Chart, ChartFile } from "../../lib/chart/chart.ts";
import { decodeMetadata } from "../../lib/chart/metadata.ts";
import type { Release, ReleaseHook, ReleaseInfo } from "../../lib/release/release.ts";
import { storeChart } from "../../lib/release/stored_chart.ts";

/** A release with the fields a test cares about. */
export function buildRelease(
  fields: Partial<Omit<Release, "info">> & { readonly info?: Partial<ReleaseInfo> } = {},
): Release {
  const file = (name: string, text: string) => new ChartFile(name, new TextEncoder().encode(text));
  const chart: Chart = {
    metadata: decodeMetadata({ apiVersion: "v2", name: "web", version: "1.2.3", appVersion: "7" }),
    lock: undefined,
    templates: [file("templates/a.yaml", "kind: ConfigMap\n")],
    files: [file("README.md", "é\n")],
    values: { replicas: 2 },
    schema: undefined,
    raw: [],
    dependencies: [],
  };
  return {
    name: "web",
    namespace: "shop",
    revision: 1,
    chart: storeChart(chart),
    config: { replicas: 3 },
    manifest: "---\n# Source: web/templates/a.yaml\nkind: ConfigMap\n",
    hooks: [],
    applyMethod: "ssa",
    labels: {},
    ...fields,
    info: {
      firstDeployed: "2026-01-02T03:04:05.678Z",
      lastDeployed: "2026-01-02T03:04:05.678Z",
      description: "Install complete",
      status: "deployed",
      notes: "",
      ...fields.info,
    },
  };
}

/** A hook with the fields a test cares about. */
export function buildHook(fields: Partial<ReleaseHook> = {}): ReleaseHook {
  return {
    name: "migrate",
    kind: "Job",
    path: "web/templates/migrate.yaml",
    manifest: "kind: Job\n",
    events: ["pre-install"],
    weight: 0,
    deletePolicies: [],
    outputLogPolicies: [],
    lastRun: { phase: "" },
    ...fields,
  };
}
