// deno-lint-ignore-file no-console -- examples talk
/**
 * Many operations at once: the examples of helm-sdkpy's guide, in TypeScript. Tests run them all.
 *
 * `from` says where the charts come from; tests put a repository and a cluster of their own there.
 *
 * @module
 */
import { Chart, ConcurrentDeployer, concurrently, statusOfAll } from "@capstan/capstan";
import type { From } from "./upgrade.ts";

const bitnami: From = { repo: "https://charts.bitnami.com/bitnami" };

// #region install
export async function installChart(from = bitnami) {
  const chart = new Chart({ name: "nginx", chart: "nginx", ...from });
  const result = await chart.install({ createNamespace: true, wait: true });
  console.log(`Installed: ${result}`);
  return result;
}
// #endregion

// #region install-stack
export async function installStack(from = bitnami) {
  const install = async (name: string, chart: string, namespace: string) => {
    const release = new Chart({ name, chart, ...from });
    return await release.install({ namespace, createNamespace: true, wait: true, timeout: "10m" });
  };
  const results = await Promise.all([
    install("nginx", "nginx", "web"),
    install("redis", "redis", "cache"),
    install("postgres", "postgresql", "database"),
    install("mongodb", "mongodb", "database"),
  ]);
  console.log(`✓ Installed ${results.length} charts`);
  return results;
}
// #endregion

// #region upgrade-all
export async function upgradeAll(from = bitnami) {
  const upgrades = [
    { name: "nginx", chart: "nginx", version: "15.2.0" },
    { name: "redis", chart: "redis", version: "18.1.0" },
    { name: "postgres", chart: "postgresql", version: "13.1.0" },
  ];
  const results = await Promise.allSettled(
    upgrades.map((upgrade) =>
      new Chart({ ...upgrade, ...from }).upgrade({ wait: true, atomic: true, timeout: "10m" })
    ),
  );
  results.forEach((result, i) => {
    if (result.status === "rejected") console.log(`✗ ${upgrades[i]!.name}: ${result.reason}`);
  });
  return results;
}
// #endregion

// #region status
export async function checkAllReleases({ config }: From = {}) {
  const releases = await statusOfAll({ config });
  for (const { namespace, name, status } of releases) {
    console.log(`  ${namespace}/${name}: ${status}`);
  }
  return releases;
}
// #endregion

// #region retry
export async function installWithRetries(from = bitnami) {
  const charts = [
    { name: "nginx", chart: "nginx" },
    { name: "redis", chart: "redis" },
    { name: "invalid", chart: "nonexistent" },
    { name: "postgres", chart: "postgresql" },
  ];
  const settled = await concurrently(
    charts,
    (chart, { signal }) =>
      new Chart({ ...chart, ...from }).install({ createNamespace: true, wait: true, signal }),
    {
      retry: { attempts: 3, delay: "50ms" },
      nameOf: ({ name }) => `install of ${name}`,
      onRetry: ({ name }, _, attempt) => console.log(`⚠ Attempt ${attempt} failed for ${name}`),
    },
  );
  for (const { item, error } of settled.filter(({ ok }) => !ok)) {
    console.log(`✗ ${item.name}: ${error}`);
  }
  return settled;
}
// #endregion

// #region limit
export async function installWithLimit(from = bitnami) {
  const charts = [
    { name: "nginx-1", chart: "nginx" },
    { name: "nginx-2", chart: "nginx" },
    { name: "nginx-3", chart: "nginx" },
    { name: "redis-1", chart: "redis" },
    { name: "redis-2", chart: "redis" },
    { name: "postgres-1", chart: "postgresql" },
    { name: "postgres-2", chart: "postgresql" },
  ];
  return await concurrently(
    charts,
    (chart, { signal }) =>
      new Chart({ ...chart, ...from }).install({ createNamespace: true, wait: true, signal }),
    {
      limit: 3,
      onStart: ({ name }) => console.log(`Starting installation of ${name}...`),
    },
  );
}
// #endregion

// #region progress
export async function installWithProgress(from = bitnami) {
  const names = ["nginx", "redis", "postgresql", "mongodb", "mariadb"];
  return await concurrently(
    names,
    (name, { signal }) =>
      new Chart({ name, chart: name, ...from }).install({
        createNamespace: true,
        wait: true,
        signal,
      }),
    {
      onProgress: ({ done, total, percent, last }) =>
        console.log(
          `${last.ok ? "✓" : "✗"} ${last.item}: ${done}/${total} (${percent.toFixed(1)}%)`,
        ),
    },
  );
}
// #endregion

// #region deadlines
export async function installWithDeadlines(from = bitnami) {
  const installations = [
    { name: "nginx", chart: "nginx", deadline: "60s" },
    { name: "redis", chart: "redis", deadline: "120s" },
    { name: "postgres", chart: "postgresql", deadline: "300s" },
  ];
  return await Promise.allSettled(
    installations.map(({ name, chart, deadline }) =>
      new Chart({ name, chart, ...from })
        .install({ createNamespace: true, wait: true, timeout: "5m", deadline })
    ),
  );
}
// #endregion

// #region complete
export async function deployEverything(from = bitnami): Promise<boolean> {
  const { config, ...source } = from;
  const deployer = new ConcurrentDeployer({
    config,
    limit: 2,
    defaults: { createNamespace: true, wait: true, timeout: "10m" },
    onStart: ({ name }) => console.log(`[${name}] Starting installation...`),
  });
  const summary = await deployer.deploy([
    { name: "web-nginx", chart: "nginx", namespace: "web", values: { replicaCount: 3 } },
    {
      name: "cache-redis",
      chart: "redis",
      namespace: "cache",
      values: { auth: { enabled: true } },
    },
    {
      name: "db-postgres",
      chart: "postgresql",
      namespace: "database",
      values: { primary: { persistence: { size: "10Gi" } } },
    },
    { name: "db-mongodb", chart: "mongodb", namespace: "database", values: { replicaCount: 2 } },
  ].map((release) => ({ ...release, ...source })));
  console.log(`${summary}`);
  return summary.ok;
}
// #endregion

if (import.meta.main) Deno.exit(await deployEverything() ? 0 : 1);
