// deno-lint-ignore-file no-console -- examples talk
/**
 * Upgrading charts: the examples of helm-sdkpy's guide, in TypeScript. Tests run them all.
 *
 * `from` says where the charts come from; tests put a repository and a cluster of their own there.
 *
 * @module
 */
import {
  Chart,
  type ChartInit,
  HelmError,
  NotFoundError,
  type ReleaseResult,
  UpgradeError,
} from "@capstan/capstan";

/** A chart repository, and the cluster when it is not that of KUBECONFIG. */
export type From = Pick<ChartInit, "repo" | "config">;

const bitnami: From = { repo: "https://charts.bitnami.com/bitnami" };
const example: From = { repo: "https://charts.example.com" };

// #region basic
export async function basicUpgrade(from = bitnami) {
  const chart = new Chart({ name: "nginx", chart: "nginx", ...from });
  const result = await chart.upgrade({ namespace: "default", wait: true });
  console.log(`Upgraded: ${result}`);
  return result;
}
// #endregion

// #region values
export async function upgradeWithValues(from = example) {
  const chart = new Chart({ name: "webapp", chart: "webapp", ...from });
  return await chart.upgrade({
    namespace: "production",
    values: {
      replicaCount: 5,
      image: { tag: "v2.0.0" },
      resources: { limits: { cpu: "1000m", memory: "1Gi" } },
    },
    wait: true,
    timeout: "10m",
  });
}
// #endregion

// #region version
export async function upgradeToVersion(from = example) {
  const chart = new Chart({ name: "prometheus", chart: "prometheus", version: "25.9.0", ...from });
  return await chart.upgrade({ namespace: "monitoring", wait: true, atomic: true });
}
// #endregion

// #region upgrade-or-install
export async function upgradeOrInstall(from = bitnami) {
  const chart = new Chart({ name: "redis", chart: "redis", ...from });
  const values = { auth: { enabled: true, password: "secretpassword" } };
  const { outcome } = await chart.deploy({ values, createNamespace: true, wait: true });
  console.log(outcome); // installed, upgraded or unchanged
  return outcome;
}
// #endregion

// #region upgrade-else-install
export async function upgradeElseInstall(from = bitnami) {
  const chart = new Chart({ name: "redis-by-hand", chart: "redis", ...from });
  const options = { namespace: "default", wait: true };
  try {
    return await chart.upgrade(options);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return await chart.install({ ...options, createNamespace: true });
  }
}
// #endregion

// #region atomic
export async function atomicUpgrade(from = bitnami) {
  const chart = new Chart({ name: "database", chart: "postgresql", ...from });
  return await chart.upgrade({
    namespace: "databases",
    values: { auth: { database: "newdb" } },
    wait: true,
    atomic: true,
    timeout: "5m",
  });
}
// #endregion

// #region force
export async function forceUpgrade(from = example) {
  const chart = new Chart({ name: "app", chart: "myapp", ...from });
  return await chart.upgrade({ namespace: "default", force: true, wait: true });
}
// #endregion

// #region cleanup
export async function upgradeWithCleanup(from = example) {
  const chart = new Chart({ name: "webapp", chart: "webapp", ...from });
  return await chart.upgrade({
    namespace: "production",
    cleanupOnFail: true,
    wait: true,
    atomic: true,
  });
}
// #endregion

// #region dry-run
export async function previewUpgrade(from = example) {
  const chart = new Chart({ name: "app", chart: "myapp", ...from });
  const preview = await chart.upgrade({ values: { replicaCount: 5 }, dryRun: true });
  console.log(preview.manifest);
  return preview;
}
// #endregion

// #region reuse-values
export async function reuseValues(from = example) {
  const chart = new Chart({ name: "webapp", chart: "webapp", ...from });
  return await chart.upgrade({
    namespace: "production",
    values: { image: { tag: "v2.1.0" } },
    reuseValues: true,
    wait: true,
  });
}
// #endregion

// #region reset-values
export async function resetValues(from = example) {
  const chart = new Chart({ name: "app", chart: "myapp", ...from });
  return await chart.upgrade({
    values: { replicaCount: 3, image: { tag: "v3.0.0" } },
    resetValues: true,
    wait: true,
  });
}
// #endregion

// #region at-once
export async function upgradeAtOnce(from = bitnami) {
  const upgrade = async (name: string, chart: string, version: string) => {
    const release = new Chart({ name, chart, version, ...from });
    const result = await release.upgrade({ namespace: "default", wait: true, atomic: true });
    console.log(`✓ Upgraded ${name} to ${version}`);
    return result;
  };
  return await Promise.all([
    upgrade("nginx", "nginx", "15.2.0"),
    upgrade("redis", "redis", "18.1.0"),
    upgrade("postgres", "postgresql", "13.1.0"),
  ]);
}
// #endregion

// #region rolling
export async function rollingUpdate(from = example) {
  const chart = new Chart({ name: "webapp", chart: "webapp", ...from });
  return await chart.upgrade({
    namespace: "production",
    values: {
      image: { tag: "v2.0.0" },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
    },
    wait: true,
    timeout: "10m",
  });
}
// #endregion

// #region blue-green
export async function blueGreen(from = example) {
  const namespace = "production";
  const green = new Chart({ name: "webapp-green", chart: "webapp", ...from });
  const blue = new Chart({ name: "webapp-blue", ...from });
  await green.install({
    namespace,
    values: { image: { tag: "v2.0.0" }, service: { name: "webapp-green" } },
    wait: true,
  });
  await green.test({ namespace });
  await blue.uninstall({ namespace });
}
// #endregion

// #region complete
export async function upgradeApplication(version: string, from = example): Promise<boolean> {
  const namespace = "production";
  const chart = new Chart({ name: "webapp", chart: "webapp", version, ...from });
  let before: ReleaseResult;
  try {
    before = await chart.status({ namespace });
    console.log(`Current: ${before}`);
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    console.error(`Error getting current status: ${error.message}`);
    return false;
  }
  try {
    const after = await chart.upgrade({
      namespace,
      values: {
        replicaCount: 5,
        image: { repository: "mycompany/webapp", tag: version, pullPolicy: "Always" },
        resources: {
          limits: { cpu: "1000m", memory: "1Gi" },
          requests: { cpu: "500m", memory: "512Mi" },
        },
      },
      wait: true,
      timeout: "10m",
      atomic: true,
      cleanupOnFail: true,
    });
    console.log(`✓ ${after}`);
    const { image } = await chart.getValues({ namespace }) as { image?: { tag?: string } };
    console.log(`Deployed image tag: ${image?.tag}`);
    return true;
  } catch (error) {
    if (!(error instanceof HelmError)) throw error;
    console.error(`✗ Upgrade failed: ${error.message}`);
    // `atomic` has rolled back already; this is for what it could not do.
    const { status } = await chart.status({ namespace });
    if (status !== "deployed") await chart.rollback({ namespace, revision: before.revision });
    return false;
  }
}
// #endregion

// #region errors
export async function upgradeAndExplain(from = example): Promise<string> {
  const chart = new Chart({ name: "app", chart: "myapp", version: "2.0.0", ...from });
  try {
    return `${await chart.upgrade({ wait: true, atomic: true, timeout: "5m" })}`;
  } catch (error) {
    if (error instanceof UpgradeError) {
      return `Upgrade failed: ${error.message}\nCurrent: ${await chart.status()}`;
    }
    if (error instanceof HelmError) return `${error.name}: ${error.message} (${error.code})`;
    throw error;
  }
}
// #endregion
