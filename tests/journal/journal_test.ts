import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import type { RunEvent } from "../../lib/events.ts";
import { compact, listCopies, readCopy, writeCopy } from "../../lib/journal/copy.ts";
import { decodeJournal, encodeJournal, eventsOf } from "../../lib/journal/entries.ts";
import type { Journaled, JournalEntry, JournalHeader } from "../../lib/journal/entries.ts";
import { knownDurations } from "../../lib/journal/durations.ts";
import { findJournal, latestJournal } from "../../lib/journal/find.ts";
import { JournalFolder } from "../../lib/journal/folder.ts";
import { Journal } from "../../lib/journal/journal.ts";
import { progressOf } from "../../lib/journal/progress.ts";
import { newRunId } from "../../lib/stack/session.ts";
import { createKubeClient } from "../../lib/kube/client.ts";

type Entry = Exclude<JournalEntry, JournalHeader>;

function journal(run: string, entries: readonly Entry[] = []): Journaled {
  const header = {
    type: "journal",
    version: 1,
    at: 1000,
    run,
    stack: "shop",
    verb: "up",
    servers: ["a:1"],
    nodes: {},
  } as const;
  return { header, entries };
}

function planned(id: string, owner: string): RunEvent {
  return { type: "step-planned", at: 1, step: { id, owner, kind: "apply", title: id, needs: [] } };
}

function started(id: string, at: number): RunEvent {
  return { type: "step-started", id, at };
}

function finished(id: string, at: number, status: "succeeded" | "failed" = "succeeded"): RunEvent {
  return { type: "step-finished", id, at, status };
}

function ended(owner: string, outcome: "installed" | "failed" = "installed"): RunEvent {
  return {
    ...{ type: "release-finished", at: 9, owner, release: owner, namespace: "n", outcome },
    ...{ revision: 1, status: "deployed", hooks: 0 },
  };
}

Deno.test("newRunId() gives ids whose order is that of time, within a second too", () => {
  const times = [0, 5, 90, 999, 1000, 59_999, 86_400_000];
  const ids = times.map((ms) => newRunId(Date.UTC(2026, 4, 1, 12) + ms));
  assert.deepEqual(ids.toSorted(), ids);
  assert.match(ids[2]!, /^20260501-120000090-[0-9a-f]{6}$/);
});

Deno.test("decodeJournal() reads back what was written, but for a line that was torn", () => {
  const whole = journal("r1", [started("web/apply", 5), { type: "done", at: 6, id: "web/hook a" }]);
  const text = encodeJournal(whole);
  assert.deepEqual(decodeJournal(text, "j"), whole);
  assert.deepEqual(decodeJournal(`${text}{"type":"step-fin`, "j"), whole);
  // Whoever goes on after a torn line begins a new one.
  const mended = decodeJournal(`${text}{"type":"step-fin\n{"type":"done","at":7,"id":"x"}\n`, "j");
  assert.deepEqual(mended.entries.slice(2), [{ type: "done", at: 7, id: "x" }]);
});

Deno.test("decodeJournal() says what is no journal", () => {
  const rows: [string, RegExp][] = [
    ["", /cannot read the journal j: it was never begun|does not begin as one/],
    ["{", /it was never begun/],
    ["hello\n", /its first line is no JSON/],
    ['{"type":"step-started"}\n', /it does not begin as one/],
    ['{"type":"journal","version":2}\n', /it is of version 2, which a later Capstan has written/],
  ];
  for (const [text, message] of rows) assert.throws(() => decodeJournal(text, "j"), { message });
});

Deno.test("progressOf() tells what is done, what was in flight, and how long it took", () => {
  const progress = progressOf(journal("r1", [
    { type: "attempt", at: 2, pid: 1 },
    started("a/apply", 10),
    finished("a/apply", 25),
    started("a/hook x", 30),
    { type: "done", at: 31, id: "a/hook x" },
    started("a/hook y", 32),
    started("b/apply", 33),
    finished("b/apply", 34, "failed"),
    ended("b", "failed"),
    { type: "run-finished", at: 40, ok: false },
    { type: "attempt", at: 50, pid: 2, host: "h" },
    ended("b"),
  ]));
  assert.deepEqual([...progress.done], ["a/apply", "a/hook x"]);
  assert.deepEqual([...progress.inFlight], ["a/hook y"]);
  assert.deepEqual([...progress.durations], [["a/apply", 15]]);
  assert.equal(progress.releases.get("b")?.outcome, "installed");
  assert.deepEqual([progress.attempts, progress.pid, progress.host], [2, 2, "h"]);
  assert.deepEqual([progress.ok, progress.last], [undefined, 1000]);
});

Deno.test("JournalFolder keeps journals to their owner, and the latest of them", async () => {
  const state = await Deno.makeTempDir();
  const folder = new JournalFolder(`${state}/deep/down`);
  for (let i = 0; i < 53; i++) {
    const file = await folder.open(journal(`r${String(i).padStart(2, "0")}`));
    file.add(started("a/apply", i));
    await file.sync();
    file.close();
  }
  const runs = await folder.runs("shop");
  assert.deepEqual([runs.length, runs[0], runs.at(-1)], [50, "r52", "r03"]);
  const read = await folder.read("shop", "r52");
  assert.deepEqual(read?.entries, [started("a/apply", 52)]);
  assert.equal(await folder.read("shop", "r00"), undefined);
  assert.deepEqual(await folder.stacks(), ["shop"]);
  if (Deno.build.os !== "windows") {
    const mode = async (path: string) => ((await Deno.stat(path)).mode! & 0o777).toString(8);
    assert.equal(await mode(`${state}/deep/down/runs/shop`), "700");
    assert.equal(await mode(`${state}/deep/down/runs/shop/r52.jsonl`), "600");
  }
  await Deno.remove(state, { recursive: true });
});

Deno.test("compact() leaves out what a resumed run has no need of", () => {
  const whole = journal("r1", [
    planned("a/apply", "a"),
    planned("b/apply", "b"),
    started("a/apply", 1),
    started("b/apply", 2),
    finished("a/apply", 3),
    ended("a"),
    { type: "done", at: 4, id: "b/hook x" },
  ]);
  const left = (detail: "all" | "open" | "ends") =>
    compact(whole, detail).entries.map((entry) => "id" in entry ? entry.id : entry.type);
  assert.deepEqual(compact(whole, "all"), whole);
  assert.deepEqual(left("open"), ["step-planned", "b/apply", "release-finished", "b/hook x"]);
  assert.deepEqual(left("ends"), ["release-finished", "b/hook x"]);
  assert.deepEqual(progressOf(compact(whole, "ends")).done, new Set(["b/hook x"]));
});

Deno.test("Journal copies into the cluster before a checkpoint is over, and once more at the end", async () => {
  const server = createApiServer();
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" });
  const place = { api, namespace: "default" };
  const open = async (run: string) =>
    await Journal.open({ place, before: journal(run), onError: (message) => assert.fail(message) });
  const read = async (run: string) => await readCopy(place, { stack: "shop", run });

  const quiet = await open("r0");
  quiet.event(started("a/render", 1));
  await quiet.close();
  assert.equal(await read("r0"), undefined, "a run that changes nothing leaves no copy");

  const one = await open("r1");
  one.event(started("a/hook x", 1));
  one.event({ type: "step-log", at: 1, id: "a/hook x", line: "password=hunter2" });
  one.event({ type: "step-tail", at: 1, id: "a/hook x", lines: ["password=hunter2"] });
  one.event({
    type: "step-finished",
    at: 1,
    id: "a/hook x",
    status: "failed",
    details: "password=hunter2",
  });
  await Promise.all(
    ["a/hook x", "a/hook y", "a/hook z"].map((id) => one.settle({ type: "done", at: 2, id })),
  );
  assert.deepEqual(progressOf((await read("r1"))!).done.size, 3);
  // The three have shared writes: one that was under way, and one for all that came meanwhile.
  const writes = server.requests.filter(({ method }) => method !== "GET");
  assert(writes.length <= 4, writes.map(({ method, path }) => `${method} ${path}`).join("\n"));
  one.event({ type: "run-finished", at: 3, ok: true });
  await one.close();
  assert.equal(progressOf((await read("r1"))!).ok, true);
  assert(!JSON.stringify(await read("r1")).includes("hunter2"));

  for (const run of ["r2", "r3", "r4", "r5", "r6"]) {
    const next = await open(run);
    await next.settle({ type: "done", at: 2, id: "a/hook x" });
    await next.close();
  }
  const kept = (await listCopies(place, "shop")).map(({ run }) => run);
  assert.deepEqual(kept, ["r6", "r5", "r4", "r3", "r2"]);
  assert.equal((await latestJournal({ stack: "shop" }, { place }))?.header.run, "r6");
  assert.equal(await latestJournal({ stack: "shop", servers: ["b:2"] }, { place }), undefined);
  assert.equal((await findJournal("r3", { place })).length, 1);
  api.close();
  await served.close();
});

Deno.test("a copy that would be too large keeps less", async () => {
  const server = createApiServer();
  const served = server.serve();
  const api = createKubeClient({ server: served.url, namespace: "default" });
  const place = { api, namespace: "default" };
  // Random ids, so that they do not compress.
  const ids = Array.from({ length: 300 }, () => `${crypto.randomUUID()}/apply`);
  const whole = journal("r1", [...ids.map((id) => started(id, 1)), ended("a")]);
  assert(await writeCopy(place, whole, { detail: "all" }) > 4096);
  assert(await writeCopy(place, whole, { detail: "all", limit: 4096 }) < 4096);
  assert.deepEqual(eventsOf((await readCopy(place, { stack: "shop", run: "r1" }))!), [ended("a")]);
  api.close();
  await served.close();
});

Deno.test("Journal goes on without a file that cannot be written, and says so", async () => {
  const file = await Deno.makeTempFile();
  const said: string[] = [];
  const one = await Journal.open({
    folder: new JournalFolder(file),
    before: journal("r1"),
    onError: (message) => said.push(message),
  });
  one.event(started("a/apply", 1));
  await one.close();
  await Deno.remove(file);
  assert.equal(said.length, 1);
  assert.match(said[0]!, /^cannot write the run's journal: /);
});

Deno.test("knownDurations() takes each step's time from the latest run of up that tells it, on these servers first", async () => {
  const state = await Deno.makeTempDir();
  const folder = new JournalFolder(state);
  const ran = (steps: Readonly<Record<string, number>>) =>
    Object.entries(steps).flatMap(([id, ms]) => [started(id, 100), finished(id, 100 + ms)]);
  const write = async (run: string, steps: Readonly<Record<string, number>>, more = {}) => {
    const { header, entries } = journal(run, ran(steps));
    (await folder.open({ header: { ...header, ...more }, entries })).close();
  };
  try {
    await write("r1", { "a/apply": 10, "b/apply": 20, "old/apply": 30 });
    await write("r2", { "a/apply": 11, "b/apply": 21 });
    await write("r3", { "a/apply": 12 });
    await write("r4", { "a/apply": 99, "only/elsewhere": 40 }, { servers: ["b:2"] });
    await write("r5", { "a/apply": 98 }, { verb: "down" });
    const known = async (query: { servers?: string[]; most?: number }) =>
      Object.fromEntries(await knownDurations({ stack: "shop", ...query }, { folder }));
    assert.deepEqual(await known({ servers: ["a:1"] }), {
      "a/apply": 12,
      "b/apply": 21,
      "old/apply": 30,
      "only/elsewhere": 40,
    });
    assert.deepEqual(await known({ most: 2 }), { "a/apply": 99, "only/elsewhere": 40 });
    assert.deepEqual(await knownDurations({ stack: "other" }, { folder }), new Map());
  } finally {
    await Deno.remove(state, { recursive: true });
  }
});
