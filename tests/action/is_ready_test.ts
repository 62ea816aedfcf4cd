import assert from "node:assert/strict";
import { deploy, install } from "../../lib/action/run.ts";
import { SYSTEM_CLOCK } from "../../lib/apiserver/env.ts";
import type { ReadyPredicate } from "../../lib/kube/ready.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { chart, configMap, onCluster, web } from "./harness.ts";

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: databases.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Database, plural: databases, singular: database, listKind: DatabaseList}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
const DATABASE =
  "apiVersion: example.com/v1\nkind: Database\nmetadata: {name: db}\nspec: {size: 1}\n";
const REF = { apiVersion: "example.com/v1", kind: "Database", name: "db", namespace: "shop" };
const CHART = chart({ "db.yaml": DATABASE, "a.yaml": configMap("a") }, { "crds/db.yaml": CRD });

/** Databases are ready by a field of their own; of others nothing is said. */
const isReady: ReadyPredicate = (object) => {
  if (object.kind !== "Database") return undefined;
  const { phase = "none" } = (object["status"] ?? {}) as { phase?: string };
  if (phase === "broken") return { failed: "the database is broken" };
  return phase === "up" || `phase is ${phase}`;
};

function phase(phase: string) {
  return { status: { phase } } as unknown as KubeObject;
}

Deno.test("a release waits until the user's own predicate holds, and tells what is missing", async () => {
  await onCluster(async ({ api, context, events }) => {
    const deployed = deploy(web(CHART, { wait: true, isReady }), context);
    const messages = () =>
      events.flatMap((event) => event.type === "step-progress" ? [event.message] : []);
    const set = async (text: string) => {
      await api.patch(REF, "application/merge-patch+json", phase(text));
    };
    await until(() => messages().includes("Database db: phase is none"));
    await set("starting");
    await until(() => messages().includes("Database db: phase is starting"));
    await set("up");
    assert.equal((await deployed).outcome, "installed");
  });
});

Deno.test("a predicate that answers later is asked of the last state, and of one at a time", async () => {
  await onCluster(async ({ api, context, events }) => {
    const asked: string[] = [];
    let asking = 0;
    let most = 0;
    const slow: ReadyPredicate = async (object, { signal }) => {
      if (object.kind !== "Database") return undefined;
      const { phase = "none" } = (object["status"] ?? {}) as { phase?: string };
      asked.push(phase);
      most = Math.max(most, ++asking);
      await new Promise((resolve) => setTimeout(resolve, 30));
      asking--;
      assert.equal(signal.aborted, false);
      return phase === "up" || `phase is ${phase}`;
    };
    const deployed = deploy(web(CHART, { wait: true, isReady: slow }), context);
    const messages = () =>
      events.flatMap((event) => event.type === "step-progress" ? [event.message] : []);
    await until(() => messages().includes("Database db: phase is none"));
    for (let n = 0; n < 10; n++) {
      await api.patch(REF, "application/merge-patch+json", phase(`state ${n}`));
    }
    await api.patch(REF, "application/merge-patch+json", phase("up"));
    assert.equal((await deployed).outcome, "installed");
    assert.equal(asked.at(-1), "up");
    assert.equal(most, 1);
    assert.ok(asked.length < 10, asked.join());
  });
});

Deno.test("a predicate that never answers is waited for no longer than the wait", async () => {
  await onCluster(async ({ context }) => {
    let aborted = false;
    const never: ReadyPredicate = (_, { signal }) =>
      new Promise(() => signal.addEventListener("abort", () => aborted = true));
    const request = web(CHART, { wait: true, isReady: never, timeout: 100 });
    const { outcome, error } = await deploy(request, context).then(
      (result) => result,
      (error: unknown) => ({ outcome: "failed", error }),
    );
    assert.equal(outcome, "failed");
    assert.match(String(error), /deadline exceeded/);
    assert.equal(aborted, true);
  });
});

Deno.test("it ends early on what the predicate says will not become ready, or throws", async () => {
  for (
    const [given, expected] of [
      [
        isReady,
        "resource Database/shop/db not ready. status: Failed, message: the database is broken",
      ],
      [() => {
        throw new Error("no such field");
      }, "no such field"],
    ] as [ReadyPredicate, string][]
  ) {
    await onCluster(async ({ api, context }) => {
      const broken = (async () => {
        await until(async () => await api.get(REF).catch(() => undefined) !== undefined);
        await api.patch(REF, "application/merge-patch+json", phase("broken")).catch(() => {});
      })();
      await assert.rejects(
        install(web(CHART, { wait: true, isReady: given }), context),
        { message: expected },
      );
      await broken;
    });
  }
});

Deno.test("custom resources are ready by their conditions, and tell why not", async () => {
  await onCluster(async ({ api, context, events }) => {
    const withGeneration = DATABASE;
    const made = chart({ "db.yaml": withGeneration }, { "crds/db.yaml": CRD });
    const deployed = deploy(web(made, { wait: true, isReady: undefined }), context);
    // Without any condition it counts as ready at once, as in Helm 4.
    await deployed;
    await api.patch(REF, "application/merge-patch+json", {
      status: {
        conditions: [{ type: "Ready", status: "False", reason: "Disk", message: "disk is full" }],
      },
    });
    const again = deploy(web(made, { wait: true, force: true }), context);
    await until(() =>
      events.some((event) =>
        event.type === "step-progress" && event.message.includes("disk is full")
      )
    );
    await api.patch(REF, "application/merge-patch+json", {
      status: { conditions: [{ type: "Ready", status: "True", reason: "Up", message: "" }] },
    });
    assert.equal((await again).outcome, "upgraded");
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = SYSTEM_CLOCK.now() + 10_000;
  while (!await holds()) {
    if (SYSTEM_CLOCK.now() > end) throw new Error("it never came to be");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
