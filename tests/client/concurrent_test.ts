/** Many releases at once: limits, retries, deadlines, progress, outcomes. */
import assert from "node:assert/strict";
import {
  Chart,
  ConcurrentDeployer,
  concurrently,
  DeadlineError,
  statusOfAll,
  ValidationError,
} from "../../mod.ts";
import { onBench } from "./bench.ts";

/** Work that notes how many run at once, and ends when it is told to. */
function gauge() {
  let running = 0;
  const seen = { most: 0 };
  const turn = () => new Promise((resolve) => setTimeout(resolve, 1));
  return {
    seen,
    async work<T>(item: T): Promise<T> {
      running += 1;
      seen.most = Math.max(seen.most, running);
      await turn();
      running -= 1;
      return item;
    },
  };
}

Deno.test("concurrently() keeps its limit and the order of the items", async (t) => {
  const rows = [[1, 9, 1], [3, 9, 3], [5, 2, 2], [50, 9, 9], [4, 0, 0]] as const;
  for (const [limit, count, most] of rows) {
    await t.step(`${count} items, ${limit} at once`, async () => {
      const { seen, work } = gauge();
      const items = Array.from({ length: count }, (_, i) => i);
      const settled = await concurrently(items, work, { limit });
      assert.equal(seen.most, most);
      assert.deepEqual(settled.map(({ result }) => result), items);
    });
  }
});

Deno.test("concurrently() refuses counts that make no sense", async () => {
  for (const limit of [0, -1, 1.5, Number.NaN, Infinity]) {
    await assert.rejects(concurrently([1], gauge().work, { limit }), ValidationError);
  }
  const retry = { attempts: 0 };
  await assert.rejects(concurrently([1], gauge().work, { retry }), ValidationError);
});

Deno.test("concurrently() goes on after failures, or starts nothing more", async () => {
  const fail = (item: number) => item === 1 ? Promise.reject(new Error("bad")) : gauge().work(item);
  const told: string[] = [];
  const all = await concurrently([0, 1, 2, 3], fail, {
    limit: 1,
    onProgress: ({ done, failed, total, percent }) =>
      told.push(`${done}/${total} ${failed} ${percent}%`),
  });
  assert.deepEqual(all.map(({ ok }) => ok), [true, false, true, true]);
  assert.deepEqual(told, ["1/4 0 25%", "2/4 1 50%", "3/4 1 75%", "4/4 1 100%"]);
  const some = await concurrently([0, 1, 2, 3], fail, { limit: 1, stopOnFailure: true });
  assert.deepEqual(some.map(({ attempts }) => attempts), [1, 1, 0, 0]);
});

Deno.test("concurrently() tries again, and tells of it", async () => {
  const retried: string[] = [];
  const [first, second] = await concurrently(["a", "b"], async (item, { attempt }) => {
    await Promise.resolve();
    if (item === "b" || attempt < 3) throw new Error(`${item}${attempt}`);
    return item;
  }, {
    retry: { attempts: 3, delay: "1ms" },
    onRetry: (_, error) => retried.push((error as Error).message),
  });
  assert.deepEqual([first!.ok, first!.attempts, second!.ok, second!.attempts], [true, 3, false, 3]);
  assert.equal((second!.error as Error).message, "b3");
  assert.deepEqual(retried.sort(), ["a1", "a2", "b1", "b2"]);
});

Deno.test("concurrently() has a deadline for each piece, and one signal for all", async () => {
  const hang = (_: number, { signal }: { signal: AbortSignal }) =>
    new Promise<never>((_, reject) =>
      signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    );
  const [late] = await concurrently([7], hang, { deadline: () => 5, nameOf: (n) => `piece ${n}` });
  assert.ok(late!.error instanceof DeadlineError);
  assert.match(late!.error.message, /^piece 7 did not end within 5/);
  const stop = new AbortController();
  const running = concurrently([1, 2, 3], hang, {
    limit: 2,
    signal: stop.signal,
    onStart: (item) => item === 2 && stop.abort(),
  });
  const settled = await running;
  assert.deepEqual(settled.map(({ ok, attempts }) => [ok, attempts]), [
    [false, 1],
    [false, 1],
    [false, 0],
  ]);
});

Deno.test("ConcurrentDeployer deploys a stack and sums it up", async () => {
  await onBench(async ({ config, repo, server }) => {
    const deployer = new ConcurrentDeployer({
      config,
      limit: 2,
      defaults: { createNamespace: true, wait: true, timeout: "30s" },
    });
    const stack = [
      { name: "a", repo, chart: "web", namespace: "one" },
      { name: "b", repo, chart: "nothing", namespace: "one" },
      { name: "c", repo, chart: "broken", namespace: "two", timeout: "300ms" },
      { name: "d", repo, chart: "web", version: "1.0.0", namespace: "two", values: { text: "d" } },
    ];
    const summary = await deployer.deploy(stack);
    assert.equal(summary.ok, false);
    assert.deepEqual(summary.outcomes.map(({ item, ok }) => `${item.name} ${ok}`), [
      "a true",
      "b false",
      "c false",
      "d true",
    ]);
    const lines = `${summary}`.split("\n");
    assert.equal(lines[0], "2 succeeded, 2 failed");
    assert.equal(lines[1], "  ✓ one/a revision 1: deployed (Install complete)");
    assert.match(lines[2]!, /^ {2}✗ b: cannot get chart nothing from .*: there is no such chart/);
    const before = server.requests.length;
    const again = await deployer.deploy([stack[0]!, stack[3]!]);
    assert.deepEqual(again.succeeded.map(({ outcome }) => outcome), ["unchanged", "unchanged"]);
    const writes = server.requests.slice(before).filter(({ method }) => method !== "GET");
    assert.deepEqual(writes.filter(({ path }) => !path.includes("/leases")), []);
    const all = await statusOfAll({ config });
    assert.deepEqual(all.map(({ namespace, name, status }) => `${namespace}/${name} ${status}`), [
      "one/a deployed",
      "two/c failed",
      "two/d deployed",
    ]);
    const two = await statusOfAll({ config, namespace: "two" });
    assert.deepEqual(two.map(({ name }) => name), ["c", "d"]);
    assert.deepEqual(
      await new Chart({ name: "d", config }).status({ namespace: "two" })
        .then(({ chartVersion }) => chartVersion),
      "1.0.0",
    );
  });
});
