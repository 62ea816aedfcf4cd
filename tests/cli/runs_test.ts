import assert from "node:assert/strict";
import { load as parseYaml } from "js-yaml";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { atWork } from "./cluster.ts";

const CAPSTAN = new URL("../../mod.ts", import.meta.url).href;

/** A stack of two releases with hooks, and a stack hook between them. */
function stackFile(more = ""): string {
  return `import { defineStack, hook, release } from ${JSON.stringify(CAPSTAN)};
const db = release("db", { chart: "./web", values: { text: "s3cr3t-of-db" } });
const seed = hook("seed", { after: [db], run: async ({ log }) => { log("s3cr3t-of-seed"); } });
const web = release("web", { chart: "./web", needs: [seed]${more} });
export default defineStack({ name: "shop", releases: [db, web], hooks: [seed] });
`;
}

const FILES = {
  ...chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-pre", "pre-install"),
  }),
  "stack.ts": stackFile(),
};

Deno.test("capstan up keeps a journal, which capstan runs lists and shows", async () => {
  await atWork(FILES, async ({ capstan, folder, server }) => {
    const up = await capstan("up", "--no-check");
    assert.equal(up.code, 0, up.stderr);
    const list = await capstan("runs");
    assert.match(list.stdout, /^RUN .*\n(\S+) +shop +up +\S+Z +\S+ +2 +done\n$/);
    const id = list.stdout.split("\n")[1]!.split(" ")[0]!;
    const shown = await capstan("runs", "show", id);
    assert.match(shown.stdout, /db hook pre-install db-pre in /);
    assert.match(shown.stdout, /seed hook in /);
    assert.match(shown.stdout, /web +default +1 +deployed +1 .*installed\n/);
    assert.match(shown.stdout, /done: 2 installed in /);
    const events = (await capstan("runs", "show", id.slice(0, 12), "-o", "json")).stdout;
    assert.equal(JSON.parse(events.split("\n")[0]!).type, "run-started");
    for (const args of [["runs"], ["runs", "show", id]]) {
      const [json, yaml] = [
        await capstan(...args, "-o", "json"),
        await capstan(...args, "-o", "yaml"),
      ];
      const lines = json.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
      assert.deepEqual(parseYaml(yaml.stdout), lines);
    }
    // Nothing that may be secret is in it: no values, no log lines.
    const text = await Deno.readTextFile(`${folder}/state/runs/shop/${id}.jsonl`);
    assert(!text.includes("s3cr3t"), text);
    // The cluster has a copy, and the lock is free again.
    const copies = await capstan("runs", "-n", "default", "-o", "json");
    assert.equal(JSON.parse(copies.stdout).status, "done");
    const paths = server.requests.filter(({ method }) => method !== "GET").map(({ method, path }) =>
      `${method} ${path.replace(/\?.*/, "")}`
    );
    const leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
    assert.equal(paths[0], `POST ${leases}`);
    assert.equal(paths.at(-1), `DELETE ${leases}/capstan-stack-shop`);
    assert(paths.includes("POST /api/v1/namespaces/default/secrets"));
    // Where no release has changed, only the stack's hook runs, of which the journal tells.
    const before = server.requests.length;
    assert.equal((await capstan("up", "--no-check")).code, 0);
    const writes = server.requests.slice(before).filter(({ method }) => method !== "GET");
    assert.deepEqual(
      writes.filter(({ path }) => !/[/](leases|secrets[/]capstan-run-)/.test(path)).map((
        { path },
      ) => path.replace(/\?.*/, "")),
      ["/api/v1/namespaces/default/secrets"],
    );
    assert.equal((await capstan("runs", "--stack", "other")).stdout, "no runs are known\n");
  });
});

Deno.test("capstan runs says what it does not know", async () => {
  await atWork({}, async ({ capstan }) => {
    assert.match((await capstan("runs", "show", "x")).stderr, /there is no run x/);
    assert.match((await capstan("runs", "show")).stderr, /no run was named/);
    assert.match((await capstan("runs", "tell")).stderr, /capstan runs knows no "tell"/);
  });
});

Deno.test("capstan up waits for another run's lock, or says who holds it", async () => {
  const slow = chartFiles("web", {
    "config.yaml": CONFIG +
      hookJob("{{ .Release.Name }}-pre", "pre-install", { delay: "2500ms" }),
  });
  await atWork({ ...FILES, ...slow }, async ({ capstan, start, server }) => {
    const first = start("up", "--no-check");
    while (!server.requests.some(({ path }) => path.includes("/jobs"))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const second = await capstan("up", "--no-check");
    assert.equal(second.code, 1);
    assert.match(
      second.stderr,
      /stack shop on 127\.0\.0\.1:\d+ is locked by capstan up shop \(process \d+ on .*since /,
    );
    assert.match(second.stderr, /--lock-wait/);
    const third = await capstan("up", "--no-check", "--lock-wait", "1m");
    assert.equal(third.code, 0, third.stderr);
    assert.match(third.stdout, /2 unchanged; nothing changed/);
    assert.equal((await first.output()).code, 0);
  });
});

Deno.test("capstan up --resume goes on after kill -9, and refuses when the stack has changed", async () => {
  const slow = chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-a", "pre-install", { weight: -1 }) +
      hookJob("{{ .Release.Name }}-b", "pre-install", { delay: "1500ms" }),
  });
  await atWork({ ...FILES, ...slow }, async ({ capstan, start, write, api, storage, folder }) => {
    const first = start("up", "--no-check");
    const job = (name: string) => ({ apiVersion: "batch/v1", kind: "Job", name });
    const uid = async (name: string) => (await api.get(job(name)))?.metadata.uid;
    await api.until(job("web-b"), (object) => object !== undefined || undefined);
    first.kill("SIGKILL");
    await first.output();
    assert.match((await capstan("runs")).stdout, /shop +up .* died\n/);

    await write({ "stack.ts": stackFile(', values: { text: "other" }, wait: true') });
    const refused = await capstan("up", "--no-check", "--resume");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /cannot resume run .*: web: its values and options changed/);
    await write({ "stack.ts": stackFile(), "web/templates/more.yaml": "# other\n" });
    assert.match(
      (await capstan("up", "--no-check", "--resume")).stderr,
      /has changed since: db: its chart changed; web: its chart changed/,
    );
    await Deno.remove(`${folder}/web/templates/more.yaml`);

    // As on another machine: only the cluster knows.
    await Deno.remove(`${folder}/state`, { recursive: true });
    const before = [await uid("db-a"), await uid("web-a"), await uid("web-b")];
    const resumed = await capstan("up", "--no-check", "--resume");
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stderr, /resuming run \S+: 2 of 3 releases and hooks are done/);
    assert.match(resumed.stdout, /done: 2 installed/);
    assert.deepEqual([await uid("db-a"), await uid("web-a"), await uid("web-b")], before);
    const records = (await storage.list()).map(({ name, revision, status }) =>
      `${name} ${revision} ${status}`
    );
    assert.deepEqual(records.sort(), ["db 1 deployed", "web 1 deployed"]);
    const shown = (await capstan("runs")).stdout;
    assert.match(shown, /up .* done \(resumed 1×\)\n/);
    const again = await capstan("up", "--no-check", "--resume");
    assert.match(again.stderr, /its last run \(up \S+\) has come to its end/);
  });
});

Deno.test("capstan down --resume goes on after kill -9, and runs no hook again that had run", async () => {
  const charts = chartFiles("web", {
    "config.yaml": CONFIG + hookJob("{{ .Release.Name }}-a", "pre-delete", { weight: -1 }) +
      hookJob("{{ .Release.Name }}-b", "pre-delete", { delay: "1500ms" }),
  });
  await atWork({ ...FILES, ...charts }, async ({ capstan, start, write, api, storage }) => {
    assert.equal((await capstan("up", "--no-check")).code, 0);
    const none = await capstan("down", "--no-check", "--resume");
    assert.match(
      none.stderr,
      /its last run \(up \S+\) has come to its end\n +hint: .*`capstan down` without/,
    );
    const first = start("down", "--no-check");
    const job = (name: string) => ({ apiVersion: "batch/v1", kind: "Job", name });
    const uid = async (name: string) => (await api.get(job(name)))?.metadata.uid;
    await api.until(job("db-b"), (object) => object !== undefined || undefined);
    first.kill("SIGKILL");
    await first.output();
    const wrong = await capstan("up", "--no-check", "--resume");
    assert.match(
      wrong.stderr,
      /its last run \(down \S+\) is no up\n +hint: .*`capstan down --resume`/,
    );
    // What a release is made of does not matter any more, what there is does.
    await write({ "stack.ts": stackFile(', values: { text: "other" }') });
    const before = [await uid("db-a"), await uid("db-b"), await uid("web-a")];
    const resumed = await capstan("down", "--no-check", "--resume");
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.match(resumed.stderr, /resuming run \S+: 1 of 2 releases are done/);
    assert.match(resumed.stdout, /done: 2 uninstalled/);
    assert.deepEqual([await uid("db-a"), await uid("db-b"), await uid("web-a")], before);
    assert.deepEqual(await storage.list(), []);
  });
});

Deno.test("capstan report shows a run that was killed, as far as it had come", async () => {
  const hanging = stackFile().replace('log("s3cr3t-of-seed");', "await new Promise(() => {});");
  await atWork({ ...FILES, "stack.ts": hanging }, async ({ capstan, folder, start }) => {
    const child = start("up", "--no-check");
    const drained = Promise.all([child.stdout.cancel(), child.stderr.cancel()]);
    const kept = () => Deno.readTextFile(`${folder}/state/last/events.jsonl`).catch(() => "");
    while (!(await kept()).includes('"type":"step-started","id":"seed/run"')) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill("SIGKILL");
    await Promise.all([child.status, drained]);
    const [id] = (await capstan("runs")).stdout.split("\n")[1]!.split(" ");
    for (const run of [[], [id!]]) {
      const { code, stdout, stderr } = await capstan("report", ...run, "-o", "-");
      assert.deepEqual([code, stderr], [0, ""]);
      assert.match(stdout, /"seed\/run"/);
    }
  });
});
