import { deepEqual, equal, rejects } from "node:assert/strict";
import { FakePods } from "./fake_pods.ts";
import { status } from "./serve.ts";

Deno.test("until() costs one read when the object is as wanted", async () => {
  await using pods = new FakePods();
  pods.put("a", "Running");
  equal(await pods.until("a", "Running"), "v1 Running");
  equal(await pods.until("b", "none"), " none");
  deepEqual(pods.requests, ["get a", "get b"]);
  equal(pods.hub.size, 0);
});

Deno.test("until() reads, lists and then watches from where the list ended", async () => {
  await using pods = new FakePods();
  const seen: string[] = [];
  pods.put("a", "Pending");
  const done = pods.until("a", "Succeeded", undefined, seen);
  await pods.opened();
  pods.put("other", "Succeeded");
  pods.put("a", "Running");
  pods.put("a", "Succeeded");
  equal(await done, "v1 Succeeded");
  deepEqual(pods.requests, ["get a", "list", "watch 101"]);
  deepEqual(seen, ["Pending", "Running", "Succeeded"]);
});

Deno.test("until() sees what the list says, with the kind that lists leave out", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  pods.instead["list"] = [() => {
    pods.put("a", "Running");
    const metadata = { name: "a", resourceVersion: "150" };
    return Response.json({
      metadata: { resourceVersion: "150" },
      items: [{ metadata, status: { phase: "Succeeded" } }],
    });
  }];
  equal(await pods.until("a", "Succeeded"), "v1 Succeeded");
});

Deno.test("until() waits for an object to come and to go", async () => {
  await using pods = new FakePods();
  const seen: string[] = [];
  const came = pods.until("a", "Running", undefined, seen);
  await pods.opened();
  pods.put("a", "Running");
  await came;
  const gone = pods.until("a", "none", undefined, seen);
  await new Promise((resolve) => setTimeout(resolve, 5));
  pods.remove("a");
  await gone;
  deepEqual(seen, ["none", "Running", "Running", "none"]);
});

Deno.test("one watch is shared by all who wait in a namespace", async () => {
  await using pods = new FakePods();
  const names = Array.from({ length: 50 }, (_, index) => `p${index}`);
  names.forEach((name) => pods.put(name, "Pending"));
  const first = names.slice(0, 25).map((name) => pods.until(name, "Running"));
  await pods.opened();
  const second = names.slice(25).map((name) => pods.until(name, "Running"));
  await new Promise((resolve) => setTimeout(resolve, 5));
  equal(pods.watches, 1);
  names.forEach((name) => pods.put(name, "Running"));
  await Promise.all([...first, ...second]);
  equal(pods.requests.filter((request) => !request.startsWith("get")).length, 2);
});

Deno.test("a late waiter misses nothing that happens while it reads", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  const other = pods.until("other", "Running");
  await pods.opened();
  // The read finds the old state, the change comes before the read returns.
  const old = pods.put("a", "Pending");
  pods.instead["get"] = [async () => {
    pods.put("a", "Succeeded");
    await new Promise((resolve) => setTimeout(resolve, 5));
    return Response.json(old);
  }];
  equal(await pods.until("a", "Succeeded"), "v1 Succeeded");
  pods.put("other", "Running");
  await other;
  deepEqual(pods.requests, ["get other", "list", "watch 101", "get a"]);
});

Deno.test("states older than one that was seen are passed over", async () => {
  await using pods = new FakePods();
  const seen: string[] = [];
  pods.put("a", "Pending");
  const other = pods.until("other", "Running");
  await pods.opened();
  pods.put("a", "Running");
  const done = pods.until("a", "Succeeded", undefined, seen);
  await new Promise((resolve) => setTimeout(resolve, 5));
  pods.stale("DELETED", "a", "Gone", 90);
  pods.stale("MODIFIED", "a", "Succeeded", 91);
  pods.put("other", "Running");
  await other;
  deepEqual(seen, ["Running"]);
  pods.put("a", "Succeeded");
  await done;
});

Deno.test("a watch that ends is opened again from where it was", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  const done = pods.until("a", "Succeeded");
  await pods.opened();
  pods.put("other", "Running");
  await new Promise((resolve) => setTimeout(resolve, 5));
  pods.end();
  await pods.opened();
  pods.event("BOOKMARK", { metadata: { resourceVersion: "170" } });
  await new Promise((resolve) => setTimeout(resolve, 5));
  pods.cut();
  await pods.opened();
  pods.stale("MODIFIED", "a", "Succeeded", 171);
  await done;
  deepEqual(pods.requests, ["get a", "list", "watch 101", "watch 102", "watch 170"]);
});

Deno.test("a change that happens while the watch is down is not missed", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  const done = pods.until("a", "Succeeded");
  await pods.opened();
  pods.cut();
  pods.put("a", "Succeeded");
  await done;
  deepEqual(pods.requests, ["get a", "list", "watch 101", "watch 101"]);
});

Deno.test("a position that the server forgot (410) is found anew by a list", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  pods.put("b", "Pending");
  const done = Promise.all([pods.until("a", "Succeeded"), pods.until("b", "none")]);
  await pods.opened();
  // Once as the last event of a watch, once as the answer to the request for one.
  pods.event("ERROR", { kind: "Status", code: 410, reason: "Expired", message: "too old" });
  await new Promise((resolve) => setTimeout(resolve, 5));
  await pods.opened();
  pods.instead["watch"] = [() => status(410, { reason: "Expired" })];
  pods.end();
  pods.put("a", "Succeeded");
  pods.remove("b");
  await done;
  const rest = pods.requests.filter((request) => !request.startsWith("get"));
  const words = rest.map((request) => request.split(" ")[0]).slice(0, 6);
  deepEqual(words, ["list", "watch", "list", "watch", "watch", "list"]);
});

Deno.test("a server that is down for a while is waited for", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  const down = () => Promise.reject(new TypeError("connection reset"));
  pods.instead["list"] = [down, () => status(503), down];
  pods.instead["watch"] = [
    down,
    () => status(429, { headers: { "retry-after": "0" } }),
    () => status(500),
  ];
  const done = pods.until("a", "Succeeded");
  await pods.opened();
  pods.put("a", "Succeeded");
  await done;
});

Deno.test("a watch that is forbidden is an error for all who wait, in the server's words", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  pods.instead["list"] = [() => status(403, { message: "pods is forbidden", reason: "Forbidden" })];
  const both = await Promise.allSettled([pods.until("a", "Running"), pods.until("b", "Running")]);
  deepEqual(both.map((one) => one.status === "rejected" && one.reason.message), [
    "pods is forbidden",
    "pods is forbidden",
  ]);
  // The next who waits starts afresh.
  const next = pods.until("a", "Running");
  await pods.opened();
  pods.put("a", "Running");
  await next;
});

Deno.test("a kind that is served no more has no objects", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  pods.instead["list"] = [() => status(404, { reason: "NotFound" }), () => status(404)];
  equal(await pods.until("a", "none"), " none");
  await rejects(pods.until("a", "Running"), { status: 404 });
});

Deno.test("what the check throws is what until() throws", async () => {
  await using pods = new FakePods();
  pods.put("a", "Pending");
  const done = pods.until("a", "Succeeded", undefined, {
    push(phase: string) {
      if (phase === "Failed") throw new Error("it failed");
    },
  } as unknown as string[]);
  const outcome = rejects(done, new Error("it failed"));
  await pods.opened();
  pods.put("a", "Failed");
  await outcome;
});

Deno.test("an aborted wait throws the signal's reason, and leaves the watch to others", async () => {
  await using pods = new FakePods();
  const controller = new AbortController();
  const aborted = pods.until("a", "Running", controller.signal);
  const other = pods.until("b", "Running");
  await pods.opened();
  const outcome = rejects(aborted, new Error("enough"));
  controller.abort(new Error("enough"));
  await outcome;
  equal(pods.watches, 1);
  pods.put("b", "Running");
  await other;
  await rejects(pods.until("a", "Running", controller.signal), new Error("enough"));
});

Deno.test("a watch nobody waits on is closed, after a while in which the next may use it", async () => {
  await using pods = new FakePods({ linger: 30 });
  const first = pods.until("a", "Running");
  await pods.opened();
  pods.put("a", "Running");
  await first;
  const second = pods.until("b", "Running");
  await new Promise((resolve) => setTimeout(resolve, 40));
  pods.put("b", "Running");
  await second;
  equal(pods.watches, 1);
  deepEqual(pods.requests, ["get a", "list", "watch 100", "get b"]);
  while (pods.watches > 0) await new Promise((resolve) => setTimeout(resolve, 1));
  equal(pods.hub.size, 0);
  deepEqual(pods.transport.clients.streams, [0]);
});

Deno.test("closing ends those who wait", async () => {
  const pods = new FakePods();
  const done = rejects(pods.until("a", "Running"), {
    name: "AbortError",
    message: "the connection to the cluster was closed",
  });
  await pods.opened();
  await pods[Symbol.asyncDispose]();
  await done;
  equal(pods.watches, 0);
});
