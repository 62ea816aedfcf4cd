import assert from "node:assert/strict";
import { LogStreams } from "../../lib/action/hook_tail.ts";
import { maskOf, secretLines } from "../../lib/action/log_mask.ts";
import { deploy } from "../../lib/action/run.ts";
import { type Bench, chart, onCluster, web } from "./harness.ts";

const SECRET = `apiVersion: v1
kind: Secret
metadata: {name: db}
stringData: {password: correct-horse, user: app}
`;

/** A hook that logs lines and then runs for a while. */
function talker(name: string, delay: string): string {
  return `---
apiVersion: batch/v1
kind: Job
metadata: {name: ${name}, annotations: {helm.sh/hook: pre-install}}
spec:
  template:
    metadata:
      annotations:
        capstan.dev/rehearse-delay: ${delay}
        capstan.dev/rehearse-log: "one\\ntwo\\n\\nuser app, password correct-horse\\nfour"
    spec: {restartPolicy: Never, containers: [{name: main, image: m}]}
`;
}

/** The last lines told of each hook. */
function tails({ events }: Bench): Record<string, readonly string[]> {
  return Object.fromEntries(
    events.flatMap((event) =>
      event.type === "step-tail" ? [[event.id.split("/").at(-1)!, event.lines]] : []
    ),
  );
}

function follows({ server }: Bench): number {
  return server.requests.filter(({ path }) => path.includes("follow=true")).length;
}

Deno.test("the last lines of a running hook are told while it runs, without the release's secrets", async () => {
  await onCluster(async (bench) => {
    const liveLogs = new LogStreams();
    const request = web(chart({ "hooks.yaml": talker("a", "1500ms"), "secret.yaml": SECRET }));
    await deploy(request, { ...bench.context, liveLogs });
    assert.deepEqual(tails(bench), { a: ["two", "user app, password ***", "four"] });
    const at = (type: string) =>
      bench.events.findIndex((event) =>
        event.type === type && "id" in event && /Job/.test(event.id)
      );
    assert(at("step-tail") < at("step-finished"));
    assert.deepEqual([follows(bench), liveLogs.open], [1, 0]);
  });
});

Deno.test("nobody who looks on: no log is followed", async () => {
  await onCluster(async (bench) => {
    const request = web(chart({ "hooks.yaml": talker("a", "900ms") }));
    await deploy(request, bench.context);
    assert.deepEqual([tails(bench), follows(bench)], [{}, 0]);
  });
});

Deno.test("of hooks at once as many logs are followed as there are places", async () => {
  await onCluster(async (bench) => {
    const liveLogs = new LogStreams(2);
    const names = ["a", "b", "c", "d"];
    const text = names.map((name) => talker(name, "1500ms")).join("");
    const request = web(chart({ "hooks.yaml": text }), { hookParallelism: 4 });
    await deploy(request, { ...bench.context, liveLogs });
    assert.equal(Object.keys(tails(bench)).length, 2);
    assert.deepEqual([follows(bench), liveLogs.open], [2, 0]);
  });
});

Deno.test("a hook that is cut off in the middle leaves no stream behind", async () => {
  await onCluster(async (bench) => {
    const liveLogs = new LogStreams();
    const request = web(chart({ "hooks.yaml": talker("a", "60s") }), { timeout: 1_500 });
    await assert.rejects(
      deploy(request, { ...bench.context, liveLogs }),
      /context deadline exceeded/,
    );
    assert.deepEqual([follows(bench), liveLogs.open], [1, 0]);
  });
});

Deno.test("who may not read logs is shown the run all the same", async () => {
  await onCluster(async (bench) => {
    const liveLogs = new LogStreams();
    bench.server.inject({ path: /\/log/, status: 403 });
    const request = web(chart({ "hooks.yaml": talker("a", "1s") }));
    assert.equal((await deploy(request, { ...bench.context, liveLogs })).outcome, "installed");
    assert.deepEqual([tails(bench), follows(bench), liveLogs.open], [{}, 1, 0]);
  });
});

Deno.test("secretLines() finds what is worth striking out, and maskOf() strikes it", () => {
  const found = secretLines([
    SECRET,
    `apiVersion: v1
kind: Secret
metadata: {name: b}
data: {key: ${btoa("first line\nshort\nsecond line")}, bad: "***"}
`,
  ]);
  assert.deepEqual(found, ["correct-horse", "first line", "second line"]);
  const rows: [given: string, masked: string][] = [
    ["a correct-horse of correct-horse", "a *** of ***"],
    ["nothing here", "nothing here"],
  ];
  for (const [given, masked] of rows) assert.equal(maskOf(found)(given), masked);
  assert.equal(maskOf(["abcdefgh", "abcdefghij"])("abcdefghij"), "***");
});
