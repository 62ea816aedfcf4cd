import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { type Cluster, type Json, ManualClock, PATHS, withCluster, workload } from "./harness.ts";

const { deployments, replicaSets, statefulSets, daemonSets, jobs, pods } = PATHS;

function conditions(object: Json): Record<string, string> {
  const list = object.status.conditions ?? [];
  return Object.fromEntries(
    list.map(({ type, status, reason }: Json) => [type, `${status} ${reason ?? ""}`.trim()]),
  );
}

async function names(cluster: Cluster, path: string): Promise<string[]> {
  const { items } = await cluster.get(path);
  return items.map(({ metadata }: Json) => metadata.name);
}

Deno.test("reconcileDeployment() has everything ready at once by default", () =>
  withCluster({}, async (cluster) => {
    const created = await cluster.create(
      deployments,
      workload("Deployment", "web", { replicas: 2 }),
    );
    deepStrictEqual(created.status, {});
    const { status, metadata } = await cluster.get(`${deployments}/web`);
    deepStrictEqual(
      [status.observedGeneration, status.replicas, status.updatedReplicas, status.readyReplicas],
      [1, 2, 2, 2],
    );
    deepStrictEqual(conditions({ status }), {
      Available: "True MinimumReplicasAvailable",
      Progressing: "True NewReplicaSetAvailable",
    });
    strictEqual(metadata.annotations["deployment.kubernetes.io/revision"], "1");
    const { items } = await cluster.get(pods);
    strictEqual(items.length, 2);
    strictEqual(items[0].metadata.ownerReferences[0].kind, "ReplicaSet");
  }));

Deno.test("reconcileDeployment() takes as long as the user says", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, delays: { deployment: 500 } }, async (cluster) => {
    await cluster.create(deployments, workload("Deployment", "web"));
    await clock.move(499);
    const before = await cluster.get(`${deployments}/web`);
    strictEqual(before.status.readyReplicas, undefined);
    strictEqual(before.status.unavailableReplicas, 1);
    deepStrictEqual(conditions(before), {
      Available: "False MinimumReplicasUnavailable",
      Progressing: "True ReplicaSetUpdated",
    });
    await clock.move(1);
    strictEqual((await cluster.get(`${deployments}/web`)).status.readyReplicas, 1);
  });
});

Deno.test("reconcileDeployment() rolls out: the old pods stay until the new ones are ready", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, delays: { deployment: 100 } }, async (cluster) => {
    const web = (annotations: object) => workload("Deployment", "web", {}, { annotations });
    await cluster.apply(`${deployments}/web`, web({ v: "1" }));
    await clock.move(100);
    const [first] = await names(cluster, pods);
    await cluster.apply(`${deployments}/web`, web({ v: "2" }));
    strictEqual((await names(cluster, pods)).length, 2);
    strictEqual((await cluster.get(`${deployments}/web`)).metadata.generation, 2);
    await clock.move(100);
    const left = await names(cluster, pods);
    strictEqual(left.length, 1);
    strictEqual(left.includes(first!), false);
    strictEqual((await names(cluster, replicaSets)).length, 2);
    await cluster.apply(`${deployments}/web`, web({ v: "1" }));
    await clock.move(100);
    strictEqual((await names(cluster, replicaSets)).length, 2);
    const { metadata, status } = await cluster.get(`${deployments}/web`);
    strictEqual(metadata.annotations["deployment.kubernetes.io/revision"], "3");
    deepStrictEqual([status.replicas, status.updatedReplicas], [1, 1]);
  });
});

Deno.test("reconcileDeployment() misses its deadline when the pods crash", async () => {
  const clock = new ManualClock();
  await withCluster({ clock }, async (cluster) => {
    const spec = { progressDeadlineSeconds: 5 };
    const annotations = { "capstan.dev/rehearse-fail": "true" };
    await cluster.apply(`${deployments}/web`, workload("Deployment", "web", spec, { annotations }));
    const { items: [pod] } = await cluster.get(pods);
    strictEqual(pod.status.containerStatuses[0].state.waiting.reason, "CrashLoopBackOff");
    await clock.move(5_000);
    const failed = await cluster.get(`${deployments}/web`);
    strictEqual(conditions(failed).Progressing, "False ProgressDeadlineExceeded");
    await cluster.apply(
      `${deployments}/web`,
      workload("Deployment", "web", spec, {
        annotations: { "capstan.dev/rehearse-fail": "false" },
      }),
    );
    const repaired = await cluster.get(`${deployments}/web`);
    strictEqual(conditions(repaired).Progressing, "True NewReplicaSetAvailable");
  });
});

Deno.test("steering() takes annotations of the workload as well as of its template", async () => {
  const rows: [where: "object" | "template", key: string, value: string, due: number][] = [
    ["object", "capstan.dev/rehearse-delay", "250ms", 250],
    ["template", "capstan.dev/rehearse-delay", "1s", 1_000],
    ["template", "testbed/delay", "1m30s", 90_000],
  ];
  for (const [where, key, value, due] of rows) {
    const clock = new ManualClock();
    await withCluster({ clock, delays: { deployment: 5 } }, async (cluster) => {
      const annotations = { [key]: value };
      const object = workload("Deployment", "web", {}, where === "template" ? { annotations } : {});
      if (where === "object") Object.assign(object.metadata, { annotations });
      await cluster.create(deployments, object);
      await clock.move(due - 1);
      strictEqual((await cluster.get(`${deployments}/web`)).status.readyReplicas, undefined, key);
      await clock.move(1);
      strictEqual((await cluster.get(`${deployments}/web`)).status.readyReplicas, 1, key);
    });
  }
});

Deno.test("reconcileDeployment() scales and pauses", () =>
  withCluster({}, async (cluster) => {
    const scale = (spec: object) =>
      cluster.ask("PATCH", `${deployments}/web`, { spec }, "application/merge-patch+json");
    await cluster.create(deployments, workload("Deployment", "web", { replicas: 3 }));
    await scale({ replicas: 1 });
    strictEqual((await names(cluster, pods)).length, 1);
    await scale({ paused: true, template: { metadata: { annotations: { v: "2" } } } });
    strictEqual((await names(cluster, replicaSets)).length, 1);
    strictEqual(
      conditions(await cluster.get(`${deployments}/web`)).Progressing,
      "Unknown DeploymentPaused",
    );
    await scale({ paused: false });
    strictEqual((await names(cluster, replicaSets)).length, 2);
  }));

Deno.test("reconcileStatefulSet() starts pods in order, and all at once when parallel", async () => {
  for (
    const [podManagementPolicy, steps] of [["OrderedReady", [1, 2, 3]], ["Parallel", [
      3,
      3,
      3,
    ]]] as const
  ) {
    const clock = new ManualClock();
    await withCluster({ clock, delays: { statefulSet: 100 } }, async (cluster) => {
      const spec = { replicas: 3, serviceName: "db", podManagementPolicy };
      await cluster.create(statefulSets, workload("StatefulSet", "db", spec));
      const counts: number[] = [];
      for (let i = 0; i < 3; i++) {
        counts.push((await names(cluster, pods)).length);
        await clock.move(100);
      }
      deepStrictEqual(counts, steps);
      deepStrictEqual(await names(cluster, pods), ["db-0", "db-1", "db-2"]);
      const { status } = await cluster.get(`${statefulSets}/db`);
      strictEqual(status.readyReplicas, 3);
      strictEqual(status.currentRevision, status.updateRevision);
    });
  }
});

Deno.test("reconcileStatefulSet() updates from the highest ordinal down, as far as the partition", () =>
  withCluster({}, async (cluster) => {
    const set = (v: string, partition: number) =>
      workload("StatefulSet", "db", {
        replicas: 3,
        serviceName: "db",
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
      }, { annotations: { v } });
    const versions = async () => {
      const { items } = await cluster.get(pods);
      return items.map(({ metadata }: Json) => metadata.annotations.v);
    };
    await cluster.apply(`${statefulSets}/db`, set("1", 0));
    await cluster.apply(`${statefulSets}/db`, set("2", 2));
    deepStrictEqual(await versions(), ["1", "1", "2"]);
    const { status } = await cluster.get(`${statefulSets}/db`);
    deepStrictEqual([status.updatedReplicas, status.currentReplicas], [1, 2]);
    await cluster.apply(`${statefulSets}/db`, set("2", 0));
    deepStrictEqual(await versions(), ["2", "2", "2"]);
  }));

Deno.test("reconcileStatefulSet() claims a volume for each pod, which outlives it", () =>
  withCluster({}, async (cluster) => {
    const claim = {
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    const spec = { replicas: 2, serviceName: "db", volumeClaimTemplates: [claim] };
    await cluster.create(statefulSets, workload("StatefulSet", "db", spec));
    deepStrictEqual(await names(cluster, PATHS.claims), ["data-db-0", "data-db-1"]);
    const bound = await cluster.get(`${PATHS.claims}/data-db-1`);
    strictEqual(bound.status.phase, "Bound");
    strictEqual(bound.spec.storageClassName, "rehearsal");
    const { spec: pod } = await cluster.get(`${pods}/db-1`);
    deepStrictEqual(pod.volumes, [
      { name: "data", persistentVolumeClaim: { claimName: "data-db-1" } },
    ]);
    await cluster.remove(`${statefulSets}/db`);
    deepStrictEqual(await names(cluster, pods), []);
    strictEqual((await names(cluster, PATHS.claims)).length, 2);
  }));

Deno.test("reconcileDaemonSet() runs a pod on every node that fits", () =>
  withCluster({ nodes: 3 }, async (cluster) => {
    await cluster.create(daemonSets, workload("DaemonSet", "agent"));
    const { status } = await cluster.get(`${daemonSets}/agent`);
    deepStrictEqual([status.desiredNumberScheduled, status.numberReady], [3, 3]);
    const { items } = await cluster.get(pods);
    deepStrictEqual(items.map(({ spec }: Json) => spec.nodeName).sort(), [
      "node-0",
      "node-1",
      "node-2",
    ]);
    await cluster.apply(
      `${daemonSets}/agent`,
      workload("DaemonSet", "agent", {}, { annotations: { v: "2" } }),
    );
    const next = await cluster.get(`${daemonSets}/agent`);
    deepStrictEqual([next.status.updatedNumberScheduled, next.status.observedGeneration], [3, 2]);
  }));

Deno.test("reconcileJob() completes", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, delays: { job: 100 } }, async (cluster) => {
    await cluster.create(jobs, workload("Job", "migrate", { completions: 3, parallelism: 2 }));
    const running = await cluster.get(`${jobs}/migrate`);
    deepStrictEqual([running.status.active, running.status.ready], [2, 2]);
    await clock.move(100);
    strictEqual((await cluster.get(`${jobs}/migrate`)).status.succeeded, 2);
    await clock.move(100);
    const done = await cluster.get(`${jobs}/migrate`);
    strictEqual(done.status.succeeded, 3);
    strictEqual(done.status.active, undefined);
    strictEqual(conditions(done).Complete, "True CompletionsReached");
    match(done.status.completionTime, /^2030-01-01T/);
  });
});

Deno.test("reconcileJob() fails after its backoff limit, with pods that say so", () =>
  withCluster({}, async (cluster) => {
    const annotations = { "testbed/fail": "true" };
    await cluster.create(jobs, workload("Job", "migrate", { backoffLimit: 2 }, { annotations }));
    const failed = await cluster.get(`${jobs}/migrate`);
    strictEqual(failed.status.failed, 3);
    deepStrictEqual(conditions(failed), {
      FailureTarget: "True BackoffLimitExceeded",
      Failed: "True BackoffLimitExceeded",
    });
    const { items } = await cluster.get(pods);
    deepStrictEqual(items.map(({ status }: Json) => status.phase), ["Failed", "Failed", "Failed"]);
    strictEqual(items[0].status.containerStatuses[0].state.terminated.exitCode, 1);
    const log = await fetch(`${cluster.url}${pods}/${items[0].metadata.name}/log`);
    strictEqual(await log.text(), "main: failed, as the rehearsal was told\n");
  }));

Deno.test("reconcileJob() succeeds after as many failures as asked for", () =>
  withCluster({}, async (cluster) => {
    const annotations = { "capstan.dev/rehearse-fail": "2" };
    await cluster.create(jobs, workload("Job", "flaky", {}, { annotations }));
    const { status } = await cluster.get(`${jobs}/flaky`);
    deepStrictEqual([status.failed, status.succeeded], [2, 1]);
  }));

Deno.test("reconcileJob() waits between attempts, keeps its deadline and its time to live", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, delays: { jobBackoff: 1_000 } }, async (cluster) => {
    const fail = { annotations: { "capstan.dev/rehearse-fail": "true" } };
    await cluster.create(jobs, workload("Job", "slow", { backoffLimit: 1 }, fail));
    strictEqual((await cluster.get(`${jobs}/slow`)).status.failed, 1);
    await clock.move(1_000);
    strictEqual(conditions(await cluster.get(`${jobs}/slow`)).Failed, "True BackoffLimitExceeded");
    const long = { annotations: { "capstan.dev/rehearse-delay": "1h" } };
    const spec = { activeDeadlineSeconds: 60, ttlSecondsAfterFinished: 10 };
    await cluster.create(jobs, workload("Job", "long", spec, long));
    await clock.move(60_000);
    strictEqual(conditions(await cluster.get(`${jobs}/long`)).Failed, "True DeadlineExceeded");
    await clock.move(10_000);
    strictEqual((await cluster.get(`${jobs}/long`)).code, 404);
  });
});

Deno.test("podLogs() gives scripted lines, a tail of them, and waits when it follows", async () => {
  const clock = new ManualClock();
  const logs = (pod: string) => pod.startsWith("scripted") ? "one\ntwo\nthree" : undefined;
  await withCluster({ clock, logs, delays: { job: 100 } }, async (cluster) => {
    const text = async (path: string) => await (await fetch(cluster.url + path)).text();
    await cluster.create(jobs, workload("Job", "scripted"));
    const [name] = await names(cluster, pods);
    strictEqual(await text(`${pods}/${name}/log`), "one\ntwo\nthree\n");
    strictEqual(await text(`${pods}/${name}/log?tailLines=2`), "two\nthree\n");
    await cluster.create(
      jobs,
      workload("Job", "plain", {}, {
        annotations: { "capstan.dev/rehearse-log": "from the annotation" },
      }),
    );
    const plain = (await names(cluster, `${pods}?labelSelector=job-name%3Dplain`))[0];
    const followed = text(`${pods}/${plain}/log?follow=true`);
    await cluster.get("/version");
    await clock.move(100);
    strictEqual(await followed, "from the annotation\n");
  });
});

Deno.test("bindClaim() and exposeService() take their time", async () => {
  const clock = new ManualClock();
  const delays = { persistentVolumeClaim: 100, service: 200 };
  await withCluster({ clock, delays }, async (cluster) => {
    const spec = { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } };
    await cluster.create(PATHS.claims, { metadata: { name: "data" }, spec });
    await cluster.create(PATHS.services, {
      metadata: { name: "web" },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }] },
    });
    const state = async () => [
      (await cluster.get(`${PATHS.claims}/data`)).status.phase,
      (await cluster.get(`${PATHS.services}/web`)).status.loadBalancer.ingress?.[0].ip,
    ];
    deepStrictEqual(await state(), ["Pending", undefined]);
    await clock.move(100);
    deepStrictEqual(await state(), ["Bound", undefined]);
    await clock.move(100);
    deepStrictEqual(await state(), ["Bound", "127.0.0.1"]);
  });
});

Deno.test("createApiServer() leaves no timer behind when closed", async () => {
  const clock = new ManualClock();
  await withCluster({ clock, delays: { job: 1_000 } }, async (cluster) => {
    await cluster.create(jobs, workload("Job", "migrate"));
    await cluster.watch(`${jobs}?watch=1&allowWatchBookmarks=true&timeoutSeconds=60`);
    strictEqual(clock.pending, 3);
    cluster.server.close();
    strictEqual(clock.pending, 0);
  });
});
