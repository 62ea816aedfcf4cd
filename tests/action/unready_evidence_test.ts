import assert from "node:assert/strict";
import { deploy } from "../../lib/action/run.ts";
import { CapstanError } from "../../lib/errors.ts";
import { chart, onCluster, web } from "./harness.ts";

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
      annotations: {capstan.dev/rehearse-fail: "true", capstan.dev/rehearse-log: "no table, password correct-horse"}
    spec: {containers: [{name: main, image: m}]}
---
apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: correct-horse}
`;

Deno.test("a release that does not become ready fails with its events and its pods' logs", async () => {
  await onCluster(async (bench) => {
    await bench.api.create({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "web.1", namespace: "shop" },
      involvedObject: { kind: "Deployment", name: "web", namespace: "shop" },
      type: "Warning",
      reason: "Because",
      message: "late",
    });
    const request = web(chart({ "web.yaml": DEPLOYMENT }), { wait: true, timeout: 700 });
    const error = await deploy(request, bench.context).then(() => undefined, (thrown) => thrown);
    assert(error instanceof CapstanError);
    assert.match(error.excerpt!, /^event: Deployment web: Because: late$/m);
    assert.match(
      error.excerpt!,
      /^last lines of pod web-\w+-\w+, container main:\n {2}no table, password \*\*\*$/m,
    );
    const details = bench.events.flatMap((event) =>
      event.type === "step-finished" && event.id.endsWith("/ready") ? [event.details] : []
    );
    assert.deepEqual(details, [error.excerpt]);
  });
});

Deno.test("who may not look fails in the words of the wait alone", async () => {
  await onCluster(async (bench) => {
    bench.server.inject({ path: /pods|events/, status: 403 });
    const request = web(chart({ "web.yaml": DEPLOYMENT }), { wait: true, timeout: 400 });
    const error = await deploy(request, bench.context).then(() => undefined, (thrown) => thrown);
    assert.match(error.message, /context deadline exceeded/);
    assert.equal(error.excerpt, undefined);
  });
});
