/** A stack of public charts; README.md beside it says where they come from. */
import { defineStack, hook, release } from "@capstan/capstan";

function chart(variable: string): string {
  const path = Deno.env.get(variable);
  if (path === undefined) throw new Error(`set ${variable}; see tests/public/README.md`);
  return path;
}

const common = { createNamespace: true, wait: true, timeout: "3m" } as const;

const certManager = release("cert-manager", {
  ...common,
  chart: chart("CERT_MANAGER"),
  namespace: "cert-manager",
  values: { crds: { enabled: true }, prometheus: { enabled: false } },
});
const issuers = hook("issuer-kinds", {
  after: [certManager],
  run: async ({ cluster, log }) => {
    const crds = await cluster.list("apiextensions.k8s.io/v1", "CustomResourceDefinition");
    log(`${crds.length} kinds defined by charts`);
  },
});
const ingress = release("ingress-nginx", {
  ...common,
  chart: chart("INGRESS_NGINX"),
  namespace: "ingress",
  values: { controller: { replicaCount: 2, service: { type: "LoadBalancer" } } },
});
const metrics = release("metrics-server", {
  ...common,
  chart: chart("METRICS_SERVER"),
  namespace: "kube-system",
  // Nothing answers behind the API service on a cluster without containers.
  values: { apiService: { create: false } },
});
const dns = release("external-dns", {
  ...common,
  chart: chart("EXTERNAL_DNS"),
  namespace: "dns",
  needs: [ingress],
  values: { provider: { name: "inmemory" }, policy: "sync" },
});
const rollouts = release("rollouts", {
  ...common,
  chart: chart("ARGO_ROLLOUTS"),
  namespace: "rollouts",
  needs: [issuers],
});
const jenkins = release("jenkins", {
  ...common,
  chart: chart("JENKINS"),
  namespace: "ci",
  needs: [issuers, metrics],
  // Otherwise the chart makes one up at every rendering, and no two could be compared.
  values: { controller: { admin: { password: "not-a-secret" } } },
});

export default defineStack({
  name: "public",
  releases: [certManager, ingress, metrics, dns, rollouts, jenkins],
  hooks: [issuers],
  hookParallelism: 4,
});
