import assert from "node:assert/strict";
import { PodReasons, podsReason } from "../../lib/action/pod_reasons.ts";
import { CapstanError } from "../../lib/errors.ts";
import type { KubeObject } from "../../lib/kube/types.ts";
import { release } from "../../lib/stack/stack.ts";
import { chartFiles, rehearse } from "../harness.ts";

function pod(name: string, status: unknown, metadata: object = {}): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, ...metadata }, status };
}

const waiting = (reason: string, message?: string) => ({
  phase: "Pending",
  containerStatuses: [{ ready: false, state: { waiting: { reason, message } } }],
});
const crashing = (exitCode: number, reason: string) => ({
  phase: "Running",
  containerStatuses: [{
    ready: false,
    state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s restarting" } },
    lastState: { terminated: { exitCode, reason } },
  }],
});
const unscheduled = {
  phase: "Pending",
  conditions: [{ type: "PodScheduled", status: "False", message: "0/3 nodes are available" }],
};
const ended = (exitCode: number) => ({
  phase: "Failed",
  containerStatuses: [{ ready: false, state: { terminated: { exitCode, reason: "Error" } } }],
});

Deno.test("podsReason() tells why pods are not ready, and nothing of those that only take their time", () => {
  const rows: [why: string, pods: KubeObject[], reason: string | undefined][] = [
    ["none", [], undefined],
    ["an image", [pod("a", waiting("ImagePullBackOff"))], "a: ImagePullBackOff"],
    [
      "a name",
      [pod("a", waiting("InvalidImageName", 'couldn\'t parse image name "A b"'))],
      'a: InvalidImageName: couldn\'t parse image name "A b"',
    ],
    [
      "a Secret that is missing",
      [pod("a", waiting("CreateContainerConfigError", 'secret "db" not found'))],
      'a: CreateContainerConfigError: secret "db" not found',
    ],
    ["a crash", [pod("a", crashing(3, "Error"))], "a: CrashLoopBackOff (exit code 3)"],
    [
      "too little memory",
      [pod("a", crashing(137, "OOMKilled"))],
      "a: CrashLoopBackOff (exit code 137, OOMKilled)",
    ],
    ["on its way", [pod("a", waiting("ContainerCreating"))], undefined],
    ["no room", [pod("a", unscheduled)], "a: 0/3 nodes are available"],
    ["an end", [pod("a", ended(3))], "a: Error (exit code 3)"],
    ["a good end", [pod("a", ended(0))], undefined],
    ["no status yet", [pod("a", undefined)], undefined],
    ["on its way out", [pod("a", ended(1), { deletionTimestamp: "x" })], undefined],
    [
      "an init container",
      [pod("a", {
        ...waiting("PodInitializing"),
        initContainerStatuses: waiting("ErrImagePull").containerStatuses,
      })],
      "a: ErrImagePull",
    ],
    [
      "several",
      [pod("a", waiting("ImagePullBackOff")), pod("b", unscheduled), pod("c", ended(0))],
      "a: ImagePullBackOff, and 1 more",
    ],
  ];
  for (const [why, pods, reason] of rows) assert.equal(podsReason(pods), reason, why);
});

const CRASHING = `apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}, annotations: {capstan.dev/rehearse-fail: "true"}}
    spec: {containers: [{name: main, image: web}]}
`;

Deno.test("a release that waits for pods which do not come up says which and why", async () => {
  await rehearse(chartFiles("web", { "web.yaml": CRASHING }), async ({ run }) => {
    const { ok, events } = await run({
      releases: [release("web", { chart: "./web", wait: true, timeout: "3s" })],
    });
    assert.equal(ok, false);
    const said = events.flatMap((event) => event.type === "step-progress" ? [event.message] : []);
    assert.match(said.at(-1)!, /^Deployment web: Available: 0\/1: web-[0-9a-z]+-[0-9a-z]+: \S+/);
  });
});

Deno.test("PodReasons looks less and less often, and ends", async () => {
  await rehearse({}, async ({ server, url }) => {
    const { createKubeClient } = await import("../../lib/kube/client.ts");
    const api = createKubeClient({ server: url, namespace: "default" });
    const looks = () => server.requests.filter(({ path }) => path.includes("/pods?")).length;
    const job = {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: "j", namespace: "default" },
    };
    const signal = new AbortController().signal;
    const said: string[] = [];
    const reasons = new PodReasons([job], {
      api,
      signal,
      tell: (text) => said.push(text),
      first: 20,
    });
    reasons.progress({ kind: "ConfigMap", namespace: "default", name: "c" }, "not there");
    reasons.progress({ kind: "Job", namespace: "default", name: "j" }, "in progress");
    await new Promise((resolve) => setTimeout(resolve, 500));
    const seen = looks();
    assert(seen >= 1 && seen <= 6, `${seen} looks in 500 ms after 20, 60, 140 and 300`);
    reasons.end();
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(looks(), seen);
    assert.deepEqual(said, ["not there", "in progress"]);
    api.close();
  });
});

const HOOK = `---
apiVersion: batch/v1
kind: Job
metadata: {name: {{ .Release.Name }}, annotations: {helm.sh/hook: pre-install}}
spec:
  template:
    metadata: {annotations: {capstan.dev/rehearse-fail: image}}
    spec: {restartPolicy: Never, containers: [{name: main, image: gone:1}]}
`;

const POD = `---
apiVersion: v1
kind: Pod
metadata: {name: {{ .Release.Name }}, annotations: {capstan.dev/rehearse-fail: image}}
spec: {containers: [{name: main, image: gone:1}]}
`;

const LATE = CRASHING.replace('"true"', "image").replace("image: web", 'image: "gone:1"');

Deno.test("an image that cannot be pulled ends the wait where that is wished, and only there", async () => {
  const rows: [what: string, template: string, ref: string][] = [
    ["a Deployment", LATE, "Deployment"],
    ["a Pod", POD, "Pod"],
    ["a hook", HOOK, "Job"],
  ];
  for (const [what, template, kind] of rows) {
    await rehearse(chartFiles("web", { "web.yaml": template }), async ({ run }) => {
      const options = { chart: "./web", wait: true } as const;
      const began = performance.now();
      const failing = release("web", { ...options, imagePullErrors: "fail", timeout: "1m" });
      const { ended, failures } = await run({ releases: [failing] });
      assert(performance.now() - began < 20_000, what);
      assert.match(
        ended["web"]!,
        new RegExp(
          `failed: .*resource ${kind}/default/web not ready. status: Failed, message: web[-0-9a-z]*: ` +
            'ImagePullBackOff: Back-off pulling image "gone:1"',
        ),
      );
      assert.equal(failures.length, 1, what);
    });
  }
  await rehearse(chartFiles("web", { "web.yaml": LATE }), async ({ run }) => {
    const waiting = release("web", { chart: "./web", wait: true, timeout: "2500ms" });
    const { ended } = await run({ releases: [waiting] });
    assert.match(ended["web"]!, /failed: .*context deadline exceeded/s);
  });
});

/** Each kind that has pods, with one of its pods' names in the end of the wait. */
function workload(kind: string, fail: string): string {
  const batch = kind === "Job";
  const pods = batch
    ? "restartPolicy: Never, containers: [{name: main, image: web}]"
    : "containers: [{name: main, image: web}]";
  return `apiVersion: ${batch ? "batch/v1" : "apps/v1"}
kind: ${kind}
metadata: {name: web}
spec:
  ${batch ? "backoffLimit: 0" : "selector: {matchLabels: {app: web}}"}
  template:
    metadata: {labels: {app: web}, annotations: {capstan.dev/rehearse-fail: ${fail}}}
    spec: {${pods}}
`;
}

Deno.test("every kind waits on while its pods crash, says so, and gives up on what no waiting mends", async () => {
  for (const kind of ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]) {
    await rehearse(chartFiles("web", { "web.yaml": workload(kind, '"true"') }), async ({ run }) => {
      const { ended, failures } = await run({
        releases: [release("web", { chart: "./web", wait: true, timeout: "500ms" })],
      });
      assert.match(ended["web"]!, /failed: .*context deadline exceeded/s, kind);
      const { error } = failures[0]!;
      assert(error instanceof CapstanError);
      const reason = new RegExp(`^${kind} web: web-\\S+: CrashLoopBackOff \\(exit code 1\\)$`);
      assert.match(`${error.hint}`, reason, kind);
    });
  }
  const rows = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"];
  await Promise.all(rows.map(async (kind) => {
    const files = chartFiles("web", { "web.yaml": workload(kind, "image-name") });
    await rehearse(files, async ({ run }) => {
      const began = performance.now();
      const { ended, failures } = await run({
        releases: [
          release("web", { chart: "./web", wait: true, waitForJobs: true, timeout: "1m" }),
        ],
      });
      assert(performance.now() - began < 30_000, kind);
      const said = new RegExp(
        `resource ${kind}/default/web not ready. status: Failed, message: web-\\S+: InvalidImageName: `,
      );
      assert.match(ended["web"]!, said, kind);
      const { error } = failures[0]!;
      assert(error instanceof CapstanError);
      assert.equal(error.hint, "no image can have that name; correct it");
    });
  }));
});

Deno.test("a wait that ran out of time says in its hint why pods are not ready", async () => {
  await rehearse(chartFiles("web", { "web.yaml": LATE }), async ({ run }) => {
    const { failures } = await run({
      releases: [release("web", { chart: "./web", wait: true, timeout: "300ms" })],
    });
    const { error } = failures[0]!;
    assert(error instanceof CapstanError);
    assert.match(`${error.hint}`, /^Deployment web: web-[-0-9a-z]+: ImagePullBackOff$/);
  });
});
