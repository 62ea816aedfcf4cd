/**
 * A small shop: fourteen releases in three namespaces, four levels deep.
 *
 *     capstan rehearse examples/shop/stack.ts    # on an in-memory cluster
 *     capstan up examples/shop/stack.ts          # on the cluster of your kubeconfig
 *
 * It is a program as well: `deno run -A examples/shop/stack.ts up`.
 */
import { defineStack, hook, main, release } from "@capstan/capstan";
import type { ReleaseNode } from "@capstan/capstan";

const data = { namespace: "data", createNamespace: true, wait: true, timeout: "5m" };
const shop = { namespace: "shop", createNamespace: true, wait: true, timeout: "5m" };

// Level 1: what everything else stands on.
const operator = release("operator", {
  chart: "./charts/operator",
  namespace: "platform",
  createNamespace: true,
  wait: true,
  values: { backups: [{ name: "nightly", schedule: "0 3 * * *", target: "data/db", keep: 14 }] },
});
const db = release("db", {
  ...data,
  chart: "./charts/postgres",
  values: ["./values/db.yaml", { settings: { max_connections: 500 } }],
});
const cache = release("cache", {
  ...data,
  chart: "./charts/redis",
  values: { maxMemory: "512mb" },
});
const queue = release("queue", {
  ...data,
  chart: "./charts/redis",
  values: { policy: "noeviction" },
});

// A program of our own between the levels: refuse to go on with a database that nobody can reach.
const seed = hook("seed-catalogue", {
  after: [db],
  weight: -5,
  run: async ({ cluster, log }) => {
    const service = await cluster.get("v1", "Service", "data/db");
    const databases = await cluster.list("batch/v1", "Job", { namespace: "data" });
    log(
      `seeding through ${service.spec.clusterIP}:${
        service.spec.ports?.[0]?.port
      }, ${databases.length} jobs still there`,
    );
  },
});

// Level 2: services that own data.
const catalog = api("catalog", {
  needs: [seed, cache],
  jobs: {
    migrate: { weight: -5, args: ["migrate", "up"] },
    "index-products": { weight: 0, args: ["index", "products"], parallel: true },
    "index-brands": { weight: 0, args: ["index", "brands"], parallel: true },
    "index-categories": { weight: 0, args: ["index", "categories"], parallel: true },
  },
});
const inventory = api("inventory", { needs: [db, cache] });
const accounts = api("accounts", {
  needs: [db],
  jobs: { migrate: { weight: -5, args: ["migrate", "up"] } },
});
const payments = api("payments", { needs: [db, queue] });
const reports = release("reports", {
  chart: "./charts/service",
  namespace: "platform",
  createNamespace: true,
  needs: [operator, db],
  wait: true,
  values: { config: { source: "postgres://db.data/reports" }, replicaCount: 1 },
});

// Level 3: services that call other services.
const search = api("search", { needs: [catalog] });
const orders = api("orders", {
  needs: [catalog, inventory, payments],
  jobs: {
    migrate: { weight: -5, args: ["migrate", "up"] },
    announce: { weight: 5, events: ["post-install", "post-upgrade"], args: ["announce", "orders"] },
  },
});
const admin = release("admin", {
  ...shop,
  chart: "./charts/service",
  needs: [accounts, catalog],
  // Runs when accounts and catalog are up, and asks the cluster where the database really is.
  values: async ({ cluster }) => {
    const service = await cluster.get("v1", "Service", "data/db");
    return { env: { DB_HOST: service.spec.clusterIP, RELEASE: "{{ .Release.Name }}" } };
  },
});

// Level 4: what customers see.
const web = release("web", {
  ...shop,
  chart: "./charts/storefront",
  needs: [orders, accounts, search],
  atomic: true,
  hookParallelism: 3,
  values: {
    replicas: 3,
    backends: {
      orders: "http://orders.{{ .Release.Namespace }}",
      accounts: "http://accounts.{{ .Release.Namespace }}",
      search: "http://search.{{ .Release.Namespace }}",
    },
  },
});
const mobile = api("mobile", { needs: [orders, accounts], ingress: true });

/** One of the shop's HTTP services: they differ in little. */
function api(
  name: string,
  options: {
    needs: readonly (ReleaseNode | typeof seed)[];
    jobs?: Record<string, unknown>;
    ingress?: boolean;
  },
): ReleaseNode {
  return release(name, {
    ...shop,
    chart: "./charts/service",
    needs: options.needs,
    values: [
      "./values/service.yaml",
      {
        image: { repository: `registry.shop.example.com/${name}` },
        jobs: options.jobs ?? {},
        ingress: { enabled: options.ingress ?? false },
      },
    ],
  });
}

const stack = defineStack({
  name: "shop",
  releases: [
    operator,
    db,
    cache,
    queue,
    catalog,
    inventory,
    accounts,
    payments,
    reports,
    search,
    orders,
    admin,
    web,
    mobile,
  ],
  hooks: [seed],
  parallelism: 8,
  hookParallelism: 3,
});

export default stack;

if (import.meta.main) await main(stack);
