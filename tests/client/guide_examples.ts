// deno-lint-ignore-file no-console -- examples talk
/** The examples of examples/guides, each with what it needs and what must hold after it. */
import assert from "node:assert/strict";
import { Chart, type Configuration, statusOfAll } from "../../mod.ts";
import * as concurrent from "../../examples/guides/concurrent.ts";
import * as upgrade from "../../examples/guides/upgrade.ts";
import { withRepository } from "./bench.ts";

/** Charts that the examples name. */
const CHARTS: Readonly<Record<string, readonly string[]>> = {
  nginx: ["15.2.0", "15.0.0"],
  redis: ["18.1.0", "18.0.0"],
  postgresql: ["13.1.0", "13.0.0"],
  mongodb: ["14.0.0"],
  mariadb: ["14.0.0"],
  prometheus: ["25.9.0", "25.0.0"],
  webapp: ["2.0.0", "1.0.0"],
  myapp: ["2.0.0", "1.0.0"],
};

/** Releases that an example finds, as `namespace/name chart version`, and what it does. */
interface Example {
  readonly name: string;
  readonly given?: readonly string[];
  readonly run: (from: upgrade.From) => Promise<unknown>;
  /** `namespace/name revision status chartVersion` of every release afterwards. */
  readonly then: readonly string[];
  /** What it returned. */
  readonly check?: (returned: unknown) => void;
}

/** Where the examples' releases are: on a real cluster there may be others. */
const NAMESPACES = ["cache", "database", "databases", "default", "monitoring", "production", "web"];

const WEBAPP = ["production/webapp webapp 1.0.0"];
const MYAPP = ["default/app myapp 1.0.0"];
const SITES = ["nginx nginx 15.0.0", "redis redis 18.0.0", "postgres postgresql 13.0.0"]
  .map((site) => `default/${site}`);

const EXAMPLES: readonly Example[] = [
  {
    name: "basic upgrade",
    given: ["default/nginx nginx 15.0.0"],
    run: upgrade.basicUpgrade,
    then: ["default/nginx 2 deployed 15.2.0"],
    check: (result) => assert.match(`${result}`, /^default\/nginx revision 2: deployed/),
  },
  {
    name: "new values",
    given: WEBAPP,
    run: upgrade.upgradeWithValues,
    then: ["production/webapp 2 deployed 2.0.0"],
  },
  {
    name: "a specific version",
    given: ["monitoring/prometheus prometheus 25.0.0"],
    run: upgrade.upgradeToVersion,
    then: ["monitoring/prometheus 2 deployed 25.9.0"],
  },
  {
    name: "upgrade or install",
    run: async (from) => [
      await upgrade.upgradeOrInstall(from),
      await upgrade.upgradeOrInstall(from),
    ],
    then: ["default/redis 1 deployed 18.1.0"],
    check: (outcomes) => assert.deepEqual(outcomes, ["installed", "unchanged"]),
  },
  {
    name: "upgrade, else install",
    run: async (from) => {
      await upgrade.upgradeElseInstall(from);
      await upgrade.upgradeElseInstall(from);
    },
    then: ["default/redis-by-hand 2 deployed 18.1.0"],
  },
  {
    name: "atomic upgrade",
    given: ["databases/database postgresql 13.0.0"],
    run: upgrade.atomicUpgrade,
    then: ["databases/database 2 deployed 13.1.0"],
  },
  {
    name: "force",
    given: MYAPP,
    run: upgrade.forceUpgrade,
    then: ["default/app 2 deployed 2.0.0"],
  },
  {
    name: "cleanup on failure",
    given: WEBAPP,
    run: upgrade.upgradeWithCleanup,
    then: ["production/webapp 2 deployed 2.0.0"],
  },
  {
    name: "dry run",
    given: MYAPP,
    run: upgrade.previewUpgrade,
    then: ["default/app 1 deployed 1.0.0"],
    check: (preview) =>
      assert.match((preview as { manifest: string }).manifest, /kind: Deployment/),
  },
  {
    name: "reuse values",
    given: WEBAPP,
    run: async (from) => {
      await upgrade.reuseValues(from);
      return await new Chart({ name: "webapp", ...from }).getValues({ namespace: "production" });
    },
    then: ["production/webapp 2 deployed 2.0.0"],
    check: (values) =>
      assert.deepEqual(JSON.parse(JSON.stringify(values)), {
        image: { tag: "v2.1.0" },
        text: "given",
      }),
  },
  {
    name: "reset values",
    given: MYAPP,
    run: async (from) => {
      await upgrade.resetValues(from);
      return await new Chart({ name: "app", ...from }).getValues();
    },
    then: ["default/app 2 deployed 2.0.0"],
    check: (values) =>
      assert.deepEqual(JSON.parse(JSON.stringify(values)), {
        replicaCount: 3,
        image: { tag: "v3.0.0" },
      }),
  },
  {
    name: "upgrades at once",
    given: SITES,
    run: upgrade.upgradeAtOnce,
    then: [
      "default/nginx 2 deployed 15.2.0",
      "default/postgres 2 deployed 13.1.0",
      "default/redis 2 deployed 18.1.0",
    ],
  },
  {
    name: "rolling update",
    given: WEBAPP,
    run: upgrade.rollingUpdate,
    then: ["production/webapp 2 deployed 2.0.0"],
  },
  {
    name: "blue-green",
    given: ["production/webapp-blue webapp 1.0.0"],
    run: upgrade.blueGreen,
    then: ["production/webapp-green 1 deployed 2.0.0"],
  },
  {
    name: "complete upgrade",
    given: WEBAPP,
    run: (from) => upgrade.upgradeApplication("2.0.0", from),
    then: ["production/webapp 2 deployed 2.0.0"],
    check: (ok) => assert.equal(ok, true),
  },
  {
    name: "complete upgrade to a version that does not exist",
    given: WEBAPP,
    run: (from) => upgrade.upgradeApplication("9.9.9", from),
    then: ["production/webapp 1 deployed 1.0.0"],
    check: (ok) => assert.equal(ok, false),
  },
  {
    name: "errors",
    run: upgrade.upgradeAndExplain,
    then: [],
    check: (said) =>
      assert.match(`${said}`, /^ReleaseNotFoundError: "app" has no deployed releases/),
  },
  {
    name: "install",
    run: concurrent.installChart,
    then: ["default/nginx 1 deployed 15.2.0"],
  },
  {
    name: "install several",
    run: concurrent.installStack,
    then: [
      "cache/redis 1 deployed 18.1.0",
      "database/mongodb 1 deployed 14.0.0",
      "database/postgres 1 deployed 13.1.0",
      "web/nginx 1 deployed 15.2.0",
    ],
  },
  {
    name: "upgrade several, one of which is not there",
    given: SITES.slice(0, 2),
    run: concurrent.upgradeAll,
    then: ["default/nginx 2 deployed 15.2.0", "default/redis 2 deployed 18.1.0"],
    check: (results) =>
      assert.deepEqual((results as PromiseSettledResult<unknown>[]).map(({ status }) => status), [
        "fulfilled",
        "fulfilled",
        "rejected",
      ]),
  },
  {
    name: "status of all",
    given: [...MYAPP, ...WEBAPP],
    run: concurrent.checkAllReleases,
    then: ["default/app 1 deployed 1.0.0", "production/webapp 1 deployed 1.0.0"],
  },
  {
    name: "retries",
    run: concurrent.installWithRetries,
    then: [
      "default/nginx 1 deployed 15.2.0",
      "default/postgres 1 deployed 13.1.0",
      "default/redis 1 deployed 18.1.0",
    ],
    check: (settled) =>
      assert.deepEqual((settled as { attempts: number }[]).map(({ attempts }) => attempts), [
        1,
        1,
        3,
        1,
      ]),
  },
  {
    name: "a limit",
    run: concurrent.installWithLimit,
    then: [
      "default/nginx-1 1 deployed 15.2.0",
      "default/nginx-2 1 deployed 15.2.0",
      "default/nginx-3 1 deployed 15.2.0",
      "default/postgres-1 1 deployed 13.1.0",
      "default/postgres-2 1 deployed 13.1.0",
      "default/redis-1 1 deployed 18.1.0",
      "default/redis-2 1 deployed 18.1.0",
    ],
  },
  {
    name: "progress",
    run: concurrent.installWithProgress,
    then: [
      "default/mariadb 1 deployed 14.0.0",
      "default/mongodb 1 deployed 14.0.0",
      "default/nginx 1 deployed 15.2.0",
      "default/postgresql 1 deployed 13.1.0",
      "default/redis 1 deployed 18.1.0",
    ],
  },
  {
    name: "deadlines",
    run: concurrent.installWithDeadlines,
    then: [
      "default/nginx 1 deployed 15.2.0",
      "default/postgres 1 deployed 13.1.0",
      "default/redis 1 deployed 18.1.0",
    ],
  },
  {
    name: "complete deployment",
    run: concurrent.deployEverything,
    then: [
      "cache/cache-redis 1 deployed 18.1.0",
      "database/db-mongodb 1 deployed 14.0.0",
      "database/db-postgres 1 deployed 13.1.0",
      "web/web-nginx 1 deployed 15.2.0",
    ],
    check: (ok) => assert.equal(ok, true),
  },
];

/** Runs every example on a cluster without releases in these namespaces, and leaves it so. */
export async function runExamples(t: Deno.TestContext, config: Configuration): Promise<void> {
  await withRepository(CHARTS, async ({ repo }) => {
    for (const { name, given = [], run, then, check } of EXAMPLES) {
      await t.step(name, async () => {
        await Promise.all(given.map((line) => install(line, { repo, config })));
        const returned = await quietly(() => run({ repo, config }));
        const releases = (await statusOfAll({ config }))
          .filter(({ namespace }) => NAMESPACES.includes(namespace));
        const lines = releases.map(({ namespace, name, revision, status, chartVersion }) =>
          `${namespace}/${name} ${revision} ${status} ${chartVersion}`
        );
        await Promise.all(
          releases.map(({ name, namespace }) =>
            new Chart({ name, config }).uninstall({ namespace, wait: true })
          ),
        );
        check?.(returned);
        assert.deepEqual(lines.sort(), then);
      });
    }
  });
}

async function install(line: string, from: upgrade.From): Promise<void> {
  const [release, chart, version] = line.split(" ");
  const [namespace, name] = release!.split("/");
  const options = { namespace, createNamespace: true, values: { text: "given" } };
  await new Chart({ name: name!, chart, version, ...from }).install(options);
}

/** Keeps what examples say out of the tests' output. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { log, error } = console;
  console.log = console.error = () => {};
  try {
    return await run();
  } finally {
    Object.assign(console, { log, error });
  }
}
