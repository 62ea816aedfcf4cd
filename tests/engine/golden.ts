/** The renderings of the example charts that are held against real Helm's; see tasks/golden.ts. */
const SHOP = new URL("../../examples/shop/", import.meta.url).pathname;

/** Where the shop's charts are. */
export const CHARTS = `${SHOP}charts`;
/** Where real Helm's output is kept. */
export const GOLDEN = new URL("../testdata/golden/", import.meta.url).pathname;
/** What every rendering is told about the cluster. */
export const KUBE_VERSION = "v1.34.0";

/** One rendering: the chart's folder and the flags that Helm gets besides. */
export interface Golden {
  readonly name: string;
  readonly chart: string;
  readonly values?: readonly string[];
  readonly set?: readonly string[];
  readonly isUpgrade?: boolean;
}

/** Every rendering. */
export const GOLDENS: readonly Golden[] = [
  { name: "service", chart: "service" },
  { name: "service-shop", chart: "service", values: [`${SHOP}values/service.yaml`] },
  {
    name: "service-everything",
    chart: "service",
    set: [
      "ingress.enabled=true",
      "ingress.className=nginx",
      "ingress.tls[0].secretName=tls,ingress.tls[0].hosts={a.example.com,b.example.com}",
      "jobs.migrate.args={migrate,up},jobs.migrate.weight=-5",
      "jobs.announce.args={announce},jobs.announce.events={post-install},jobs.announce.parallel=true",
      "autoscaling.enabled=true,autoscaling.targetMemoryUtilizationPercentage=80",
      "env.A=1,env.B=in \\{\\{ .Release.Namespace \\}\\}",
      "nodeSelector.disk=ssd,podDisruptionBudget.enabled=true",
    ],
  },
  { name: "postgres", chart: "postgres" },
  { name: "postgres-shop", chart: "postgres", values: [`${SHOP}values/db.yaml`], isUpgrade: true },
  { name: "redis", chart: "redis", set: ["policy=noeviction", "metrics.enabled=true"] },
  { name: "operator", chart: "operator", set: ["backups[0].keep=14"] },
  {
    name: "storefront",
    chart: "storefront",
    set: ["backends.orders=http://orders.{{ .Release.Namespace }}"],
  },
  {
    name: "storefront-alone",
    chart: "storefront",
    set: ["sessions.enabled=false", "image.digest=sha256:abc"],
  },
];
