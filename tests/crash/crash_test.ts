/**
 * A run is killed (a real process, -9) at each event that it tells, and at each request that changes
 * something, before and after the server has done it. Resumed, it ends as one that nobody killed, and
 * runs no hook again but what was in flight.
 *
 * Some of these points are tried here; `CAPSTAN_CRASH=all` tries each.
 */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { messageOf } from "../../lib/errors.ts";
import { latestJournal } from "../../lib/journal/find.ts";
import { JournalFolder } from "../../lib/journal/folder.ts";
import { progressOf } from "../../lib/journal/progress.ts";
import { createKubeClient } from "../../lib/kube/client.ts";
import type { KubeApi } from "../../lib/kube/types.ts";
import { secretStorage } from "../../lib/release/kube_storage.ts";
import { CHARTS, type CrashOptions, runCrashStack } from "./stack.ts";

const PROGRAM = new URL("./stack.ts", import.meta.url).pathname;
const ALL = Deno.env.get("CAPSTAN_CRASH") === "all";

/** What the run that is killed does. */
type Kind = "install" | "upgrade" | "uninstall";

/** Where a run is killed. */
type Point =
  | { readonly event: number }
  | { readonly request: number; readonly when: "before" | "after" };

interface Scene {
  readonly api: KubeApi;
  options: CrashOptions;
  /** The run before the one that is killed. */
  before: string | undefined;
  /** Names of the Jobs that were created, in order. */
  readonly jobs: string[];
  /** Requests that change something, so far. */
  readonly changes: () => number;
  /** Called around the next requests that change something. */
  intercept: ((when: "before" | "after", nth: number) => Promise<boolean>) | undefined;
}

/** A rehearsal cluster behind a door that a test watches. */
async function onScene(
  kind: Kind,
  use: (scene: Scene) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const server = createApiServer();
  const jobs: string[] = [];
  let changes = 0;
  const door = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    if (request.method === "GET") return await server.handle(request);
    const nth = ++changes;
    const { method } = request;
    if (await scene.intercept?.("before", nth)) return new Response(null, { status: 503 });
    const body = await request.clone().text();
    const answer = await server.handle(request);
    if (method === "POST" && request.url.includes("/jobs") && answer.ok) {
      jobs.push(JSON.parse(body).metadata.name);
    }
    await scene.intercept?.("after", nth);
    return answer;
  });
  const url = `http://127.0.0.1:${door.addr.port}`;
  const api = createKubeClient({ server: url, namespace: "default" });
  const options = { server: url, folder, text: "one" };
  const scene: Scene = {
    api,
    options,
    before: undefined,
    jobs,
    changes: () => changes,
    intercept: undefined,
  };
  try {
    for (const [path, text] of Object.entries(CHARTS)) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    if (kind !== "install") {
      assert((await runCrashStack(options, () => {})).ok);
      jobs.length = 0;
      changes = 0;
      scene.options = kind === "upgrade"
        ? { ...options, text: "two" }
        : { ...options, verb: "down" };
      if (kind === "upgrade") await Deno.remove(`${folder}/seeded`);
      scene.before = (await latest(folder))?.header.run;
    }
    await use(scene);
  } finally {
    api.close();
    await door.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The last journal of this machine. */
async function latest(state: string) {
  const folder = new JournalFolder(`${state}/state`);
  return await latestJournal({ stack: "crash" }, { folder });
}

/** What there is once all is over: objects, records, and what the hooks did. */
async function endOf({ api, options }: Scene): Promise<Record<string, unknown>> {
  const objects = async (apiVersion: string, kind: string) =>
    (await api.list({ apiVersion, kind }, { namespace: "default" })).items.map((object) => [
      object.metadata.name,
      object["data"] ?? null,
    ]).sort();
  const records = await secretStorage(api).list();
  return {
    maps: await objects("v1", "ConfigMap"),
    deployments: (await objects("apps/v1", "Deployment")).map(([name]) => name),
    jobs: (await objects("batch/v1", "Job")).map(([name]) => name),
    records: records.map(({ name, revision, status }) => `${name} ${revision} ${status}`).sort(),
    leases: await objects("coordination.k8s.io/v1", "Lease"),
    seeded: [...new Set((await Deno.readTextFile(`${options.folder}/seeded`)).split("\n"))],
  };
}

/** How many events and changes a run has that nobody kills, and how it ends. */
async function measure(kind: Kind) {
  let events = 0, changes = 0;
  let end: unknown, jobs: readonly string[] = [];
  await onScene(kind, async (scene) => {
    assert((await runCrashStack(scene.options, () => events++)).ok);
    changes = scene.changes();
    end = await endOf(scene);
    jobs = scene.jobs.toSorted();
  });
  return { events, changes, end, jobs };
}

/** Starts the program and sees it killed. */
async function crash(scene: Scene, point: Point): Promise<void> {
  const options = "event" in point ? { ...scene.options, killAt: point.event } : scene.options;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", PROGRAM, JSON.stringify(options)],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const ended = child.output();
  if ("request" in point) {
    scene.intercept = async (when, nth) => {
      if (when !== point.when || nth !== point.request) return false;
      child.kill("SIGKILL");
      await ended;
      return true;
    };
  }
  const { signal, code, stderr } = await ended;
  scene.intercept = undefined;
  // A point that this run did not reach, since the order of what runs at once is not always the same.
  const expected = scene.options.fail ? 1 : 0;
  if (signal === null) assert.equal(code, expected, new TextDecoder().decode(stderr));
}

/** Kills at a point, resumes, and compares. */
async function tryPoint(
  kind: Kind,
  point: Point,
  whole: Awaited<ReturnType<typeof measure>>,
): Promise<void> {
  await onScene(kind, async (scene) => {
    await crash(scene, point);
    const { folder } = scene.options;
    const journal = await latest(folder);
    // Before the first line of its journal there is nothing to resume, and after the last neither.
    const died = journal === undefined || journal.header.run === scene.before
      ? undefined
      : progressOf(journal);
    const open = died?.inFlight ?? new Set<string>();
    const seeds = open.has("seed/run") ? 2 : 1;
    if (died?.ok !== true) {
      const result = await runCrashStack(
        { ...scene.options, resume: died !== undefined },
        () => {},
      );
      assert(result.ok, result.failures.map(({ error }) => messageOf(error)).join("\n"));
    }
    // A lock whose run had ended is left to expire, or for the next run to take.
    const end = { ...await endOf(scene), ...(died?.ok === true ? { leases: [] } : {}) };
    assert.deepEqual(end, whole.end);
    const counts = Map.groupBy(scene.jobs, (name) => name);
    for (const name of whole.jobs) {
      const most = [...open].some((id) => id.endsWith(`Job/${name}`)) ? 2 : 1;
      const ran = counts.get(name)?.length ?? 0;
      assert(ran >= 1 && ran <= most, `hook ${name} ran ${ran} times`);
    }
    const lines = (await Deno.readTextFile(`${folder}/seeded`)).trimEnd().split("\n");
    assert(lines.length <= seeds, `the stack's hook ran ${lines.length} times`);
  });
}

/** Every n-th. */
function some<T>(points: readonly T[], count: number): readonly T[] {
  if (ALL) return points;
  const every = Math.max(1, Math.floor(points.length / count));
  return points.filter((_, i) => i % every === Math.floor(every / 2));
}

for (const kind of ["install", "upgrade", "uninstall"] as const) {
  Deno.test(`a run that is killed while it does an ${kind} is resumed to the same end`, async () => {
    const whole = await measure(kind);
    const range = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    const points: Point[] = [
      ...some(range(whole.events), 4).map((event) => ({ event })),
      ...some(range(whole.changes), 3).map((request) => ({ request, when: "before" as const })),
      ...some(range(whole.changes), 3).map((request) => ({ request, when: "after" as const })),
    ];
    const failures: string[] = [];
    for (const point of points) {
      try {
        await tryPoint(kind, point, whole);
      } catch (error) {
        failures.push(
          `${JSON.stringify(point)}: ${messageOf(error)}`,
        );
      }
    }
    // deno-lint-ignore no-console -- how many were tried, for whoever asked for all
    if (ALL) console.log(`${kind}: killed at ${points.length} points`);
    assert.deepEqual(failures, []);
  });
}

Deno.test("after a run that is killed while it rolls back, the next up comes to the same end as ever", async () => {
  const whole = await measure("install");
  const events: string[] = [];
  await onScene("install", async (scene) => {
    const failing = { ...scene.options, fail: true };
    assert(!(await runCrashStack(failing, ({ type }) => events.push(type))).ok);
  });
  const first = events.indexOf("rollback-started") + 1;
  assert(first > 0);
  const points = some(events.slice(first - 1).map((_, i) => first + i), 4);
  const failures: string[] = [];
  for (const event of points) {
    await onScene("install", async (scene) => {
      const { options } = scene;
      scene.options = { ...options, fail: true };
      await crash(scene, { event });
      const result = await runCrashStack(options, () => {});
      scene.options = options;
      const wrong = result.failures.map(({ error }) => messageOf(error));
      const end = withoutRevisions(await endOf(scene));
      try {
        assert.deepEqual(wrong, []);
        assert.deepEqual(end, withoutRevisions(whole.end as Record<string, unknown>));
      } catch (error) {
        failures.push(`event ${event} (${events[event - 1]}): ${messageOf(error)}`);
      }
    });
  }
  // deno-lint-ignore no-console -- how many were tried, for whoever asked for all
  if (ALL) console.log(`rollback: killed at ${points.length} points`);
  assert.deepEqual(failures, []);
});

/**
 * An end whose records count from where the rollback was killed: each release with its last revision's
 * status. Jobs of the hooks that ran for its removals stay until they run again.
 */
function withoutRevisions(
  { records, jobs, ...end }: Record<string, unknown>,
): Record<string, unknown> {
  const last = new Map((records as string[]).map((record) => {
    const [name, , status] = record.split(" ");
    return [name!, status!];
  }));
  const left = (jobs as string[]).filter((name) => !/-[def]$/.test(name));
  return { ...end, jobs: left, records: Object.fromEntries(last) };
}
