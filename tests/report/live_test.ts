import assert from "node:assert/strict";
import { LivePage } from "../../lib/report/live.ts";
import { atWork } from "../cli/cluster.ts";
import { chartFiles, hookJob } from "../harness.ts";
import { findChromium, withBrowser, withPage } from "./browser.ts";
import { runEvents } from "./frames.ts";

const ignore = await findChromium() === undefined;
const skipped = ignore ? " (skipped: there is no Chromium; name one in $CHROMIUM)" : "";

/** The next message of a stream of server-sent events. */
async function nextMessage(reader: ReadableStreamDefaultReader<string>): Promise<[string, string]> {
  let text = "";
  while (!text.endsWith("\n\n")) {
    const { done, value } = await reader.read();
    assert(!done, "the stream has ended");
    text += value;
  }
  const [, event, data] = /^event: (.*)\ndata: ?(.*)\n\n$/s.exec(text)!;
  return [event!, data!];
}

Deno.test("LivePage answers nobody who does not know its address", async () => {
  const live = new LivePage();
  const { origin, pathname, port } = new URL(live.url);
  assert.match(pathname, /^\/[0-9a-f]{48}\/$/);
  const rows: [why: string, address: string, init: RequestInit, status: number][] = [
    ["the page", live.url, {}, 200],
    ["no token", `${origin}/`, {}, 404],
    ["another token", `${origin}/${"0".repeat(48)}/`, {}, 404],
    ["events without token", `${origin}/events`, {}, 404],
    ["something else", `${live.url}other`, {}, 404],
    ["writing", live.url, { method: "POST" }, 404],
    ["a name that points here", `http://localhost:${port}${pathname}`, {}, 404],
  ];
  try {
    for (const [why, address, init, status] of rows) {
      const response = await fetch(address, init);
      await response.text();
      assert.equal(response.status, status, why);
      if (status === 200) assert.equal(response.headers.get("cache-control"), "no-store");
    }
  } finally {
    await live.close();
  }
});

Deno.test("LivePage ends although someone looks who takes nothing in", async () => {
  const live = new LivePage({ every: 1, grace: 100 });
  for (const event of runEvents({ releases: 1_000, hooks: 6 })) live.add(event);
  const { host, hostname, pathname, port } = new URL(live.url);
  using sleeper = await Deno.connect({ hostname, port: Number(port) });
  const request = `GET ${pathname}events HTTP/1.1\r\nhost: ${host}\r\n\r\n`;
  await sleeper.write(new TextEncoder().encode(request));
  await sleeper.read(new Uint8Array(100));
  await live.close();
  await assert.rejects(fetch(live.url), "it still listens");
});

Deno.test("LivePage says where it cannot listen, and what to do", async () => {
  const live = new LivePage();
  const port = Number(new URL(live.url).port);
  try {
    assert.throws(() => new LivePage({ port }), {
      code: "watch/port",
      message: `cannot serve the page at 127.0.0.1:${port}: address already in use`,
      hint: "name another --port, or none: one that is free is then taken",
    });
  } finally {
    await live.close();
  }
});

Deno.test("LivePage tells what it knows, then what comes, then the end", async () => {
  const live = new LivePage({ every: 10 });
  const events = runEvents({ releases: 3 });
  for (const event of events.slice(0, 10)) live.add(event);
  const response = await fetch(`${live.url}events`);
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  const first = await nextMessage(reader);
  assert.equal(first[0], "timeline");
  assert.equal(JSON.parse(first[1]).ok, undefined);
  for (const event of events.slice(10)) live.add(event);
  assert.equal(JSON.parse((await nextMessage(reader))[1]).ok, true);
  const closed = live.close();
  assert.equal((await nextMessage(reader))[0], "timeline");
  assert.equal((await nextMessage(reader))[0], "end");
  await closed;
  await assert.rejects(fetch(live.url), "it still listens");
});

Deno.test({
  name: `a browser that looks at a run sees it end${skipped}`,
  ignore,
  fn: () =>
    withBrowser(async (browser) => {
      const live = new LivePage({ every: 10 });
      const events = runEvents({ releases: 3 });
      for (const event of events.slice(0, 30)) live.add(event);
      await withPage(browser, live.url, { width: 1280 }, async ({ page, problems }) => {
        assert.match(await page.locator("#facts").innerText(), /up, running or cut off/);
        const id = events.slice(0, 30).findLast(({ type }) =>
          type === "step-started"
        )!["id" as never];
        live.add({ at: 5_000, type: "step-tail", id, lines: ["table 1 <b>", "table 2"] });
        const running = page.locator("#running pre", { hasText: "table 1 <b>\ntable 2" });
        await running.waitFor({ timeout: 10_000 });
        for (const event of events.slice(30)) live.add(event);
        await running.waitFor({ state: "detached", timeout: 10_000 });
        await page.locator("#facts", { hasText: "up, succeeded" }).waitFor({ timeout: 10_000 });
        await live.close();
        assert.deepEqual(problems, []);
      });
    }),
});

const STACK = {
  ...chartFiles("web", { "hook.yaml": hookJob("migrate", "pre-install", { delay: "400ms" }) }),
  "stack.ts": `
import { defineStack, release } from "${new URL("../../mod.ts", import.meta.url)}";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });`,
};

Deno.test("capstan up --watch serves the page of its run on 127.0.0.1, and ends with it", async () => {
  await atWork(STACK, async ({ start }) => {
    const child = start("up", "--no-check", "--watch");
    let said = "", page = "";
    const reader = child.stderr.pipeThrough(new TextDecoderStream());
    for await (const text of reader) {
      said += text;
      const url = /watch this run at (http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+\/)\n/.exec(said)?.[1];
      if (url !== undefined && page === "") page = await (await fetch(url)).text();
    }
    await child.stdout.cancel();
    assert.equal((await child.status).code, 0, said);
    assert.match(page, /<body data-live="events">/);
  });
});

Deno.test("capstan watch follows a file of events, and ends when it is interrupted", async () => {
  await atWork(STACK, async ({ start, write, folder }) => {
    const lines = runEvents({ releases: 2 }).map((event) => `${JSON.stringify(event)}\n`);
    await write({ "events.jsonl": lines.slice(0, 12).join("") });
    const child = start("watch", "events.jsonl");
    const out = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const url = (await out.read()).value!.trim();
    const response = await fetch(`${url}events`);
    const messages = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    const rest = lines.slice(12).join("");
    await Deno.writeTextFile(`${folder}/events.jsonl`, rest, { append: true });
    let ok: unknown;
    while (ok === undefined) ok = JSON.parse((await nextMessage(messages))[1]).ok;
    assert.equal(ok, true);
    child.kill("SIGINT");
    await messages.cancel();
    await out.cancel();
    await child.stderr.cancel();
    assert.equal((await child.status).code, 0);
  });
});
