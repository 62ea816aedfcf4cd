import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { fixedCredentials } from "../../lib/kube/credentials.ts";
import { ApiError } from "../../lib/kube/errors.ts";
import { pause } from "../../lib/kube/retry.ts";
import { Transport, type TransportOptions } from "../../lib/kube/transport.ts";
import { IMPATIENT, rawJson, type Scripted, serve, serveRaw, status } from "./serve.ts";

const GET = { method: "GET", path: "/x" } as const;
const POST = { method: "POST", path: "/x", body: { a: 1 } } as const;

async function using<T>(
  server: Scripted,
  body: (transport: Transport) => Promise<T>,
  options: TransportOptions = {},
): Promise<T> {
  const transport = new Transport(server.connection, { retry: IMPATIENT, ...options });
  try {
    return await body(transport);
  } finally {
    transport.close();
    await server[Symbol.asyncDispose]();
  }
}

Deno.test("Transport repeats after 429 and 5xx, also a POST that was refused", async () => {
  const codes = [429, 503, 200];
  const server = serve((_, count) =>
    codes[count - 1] === 200
      ? Response.json({ count })
      : status(codes[count - 1]!, { headers: { "retry-after": "0" } })
  );
  const told: string[] = [];
  const answer = await using(server, (t) => t.json<{ count: number }>(POST), {
    onRetry: ({ request, error }) => told.push(`${request} ${error.status}`),
  });
  deepEqual(answer, { count: 3 });
  deepEqual(told, ["POST /x 429", "POST /x 503"]);
});

Deno.test("Transport does not repeat a POST whose outcome is unknown, but a GET", async () => {
  await using(serve((_, count) => count === 1 ? status(502) : Response.json({})), async (t) => {
    await rejects(t.send(POST), { status: 502, message: "answer 502" });
    equal((await t.send(GET)).status, 200);
  });
  const server = serve((_, count) => count === 2 ? status(502) : Response.json({}));
  await using(server, async (t) => {
    await t.send(GET);
    await t.send(GET);
  });
  equal(server.requests.length, 3);
});

Deno.test("Transport gives up with the server's last words after the policy's tries", async () => {
  const server = serve((_, count) =>
    count === 1 ? Response.json({}) : status(500, { message: `no ${count}` })
  );
  await using(server, async (t) => {
    await t.send(GET);
    await rejects(t.send(GET), { message: "no 5" });
  });
});

Deno.test("Transport repeats a GET whose connection was reset or whose answer was cut", async () => {
  const server = serveRaw(async (count, socket) => {
    if (count === 1) return;
    const answer = rawJson({ ok: true });
    await socket.write(count === 2 ? answer.subarray(0, answer.length - 5) : answer);
  });
  // Nothing was ever answered, but a connection was made: as patient as the policy.
  const answer = await using(server, async (t) => {
    const first = await t.json(GET).catch((error) => error);
    return first instanceof ApiError ? await t.json(GET) : first;
  });
  deepEqual(answer, { ok: true });
  equal(server.requests.length, 3);
});

Deno.test("Transport reports a server that is not there soon, with what to check", async () => {
  const gone = serve(() => Response.json({}));
  await gone[Symbol.asyncDispose]();
  const retries: unknown[] = [];
  await using(gone, async (t) => {
    const error = await t.send(GET).then(() => undefined, (error) => error);
    ok(error instanceof ApiError);
    equal(error.message, `cannot reach ${gone.connection.server}: connection refused`);
    ok(error.hint?.includes("is the cluster up"));
  }, { onRetry: (retry) => retries.push(retry) });
  equal(retries.length, 1);
});

Deno.test("Transport gives up on an answer that does not come", async () => {
  const held: ((response: Response) => void)[] = [];
  const server = serve(() => new Promise((resolve) => held.push(resolve)));
  const result = using(server, async (t) => {
    const error = await t.send(POST).then(() => undefined, (error) => error);
    held.forEach((release) => release(Response.json({})));
    return error;
  }, { requestTimeout: 20 });
  const error = await result;
  equal(error.reason, "Timeout");
  equal(error.message, `no answer from ${server.connection.server} within 0.02 s to POST /x`);
});

Deno.test("Transport ends with the signal's reason, in flight or waiting for a slot", async () => {
  const held: ((response: Response) => void)[] = [];
  const server = serve(() => new Promise((resolve) => held.push(resolve)));
  await using(server, async (t) => {
    const controller = new AbortController();
    const { signal } = controller;
    const both = [t.send({ ...GET, signal }), t.send({ ...GET, signal })];
    const settled = Promise.allSettled(both);
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort(new Error("enough"));
    for (const result of await settled) {
      equal(result.status === "rejected" && result.reason.message, "enough");
    }
    equal(t.pressure.inFlight, 0);
    held.forEach((release) => release(Response.json({})));
  }, { maxInFlight: 1 });
});

Deno.test("Transport.close() ends what is under way, and what comes later", async () => {
  const held: ((response: Response) => void)[] = [];
  const server = serve(() => new Promise((resolve) => held.push(resolve)));
  await using(server, async (t) => {
    const pending = t.send(GET);
    const outcome = rejects(pending, { name: "AbortError" });
    while (held.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    t.close();
    await outcome;
    await rejects(t.send(GET), { name: "AbortError" });
    held.forEach((release) => release(Response.json({})));
  });
});

Deno.test("Transport asks for fresh credentials after a 401, once", async () => {
  const seen: (string | null)[] = [];
  const server = serve((request) => {
    const token = request.headers.get("authorization");
    seen.push(token);
    return token === "Bearer new" ? Response.json({}) : status(401, { message: "Unauthorized" });
  });
  let token = "old";
  const credentials = {
    refreshable: true,
    headers: ({ refresh }: { refresh?: boolean | undefined }) => {
      if (refresh) token = token === "old" ? "new" : "spoilt";
      return { authorization: `Bearer ${token}` };
    },
  };
  const connection = { ...server.connection, credentials };
  await using(
    { ...server, connection, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() },
    async (t) => {
      await t.send(GET);
      await t.send(GET);
      token = "older";
      const error = await t.send(GET).then(() => undefined, (error) => error);
      equal(error.message, "Unauthorized");
      ok(error.hint.includes("credentials"));
    },
  );
  deepEqual(seen, ["Bearer old", "Bearer new", "Bearer new", "Bearer older", "Bearer spoilt"]);
});

Deno.test("Transport tells each warning of the server once", async () => {
  const warning = '299 - "v1 Foo is \\"old\\"", 299 - "second"';
  const told: string[] = [];
  const server = serve(() => Response.json({}, { headers: { warning } }));
  await using(server, async (t) => {
    await t.send(GET);
    await t.send(GET);
  }, { onWarning: (text) => told.push(text) });
  deepEqual(told, ['v1 Foo is "old"', "second"]);
});

Deno.test("Transport sends no more at once than allowed, and fewer after 429", async () => {
  let open = 0;
  let most = 0;
  const server = serve(async (_, count) => {
    most = Math.max(most, ++open);
    await new Promise((resolve) => setTimeout(resolve, 2));
    open--;
    return count === 30 ? status(429, { headers: { "retry-after": "0" } }) : Response.json({});
  });
  await using(server, async (t) => {
    await Promise.all(Array.from({ length: 40 }, () => t.send(GET)));
    ok(t.pressure.limit < 8 && t.pressure.limit >= 4, String(t.pressure.limit));
  }, { maxInFlight: 8 });
  equal(most, 8);
});

Deno.test("Transport.stream() is read until closed, on a client of its own kind", async () => {
  const cancelled = Promise.withResolvers<void>();
  const server = serve(() =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("one\n")),
        cancel: () => cancelled.resolve(),
      }),
    )
  );
  await using(server, async (t) => {
    const stream = await t.stream(GET);
    const reader = stream.body.getReader();
    equal(new TextDecoder().decode((await reader.read()).value), "one\n");
    deepEqual(t.clients.streams, [1]);
    stream.close();
    deepEqual(t.clients.streams, [0]);
    await rejects(reader.read(), { name: "AbortError" });
    await cancelled.promise;
  });
});

Deno.test("Transport.stream() that is turned down throws the server's words and frees its place", async () => {
  await using(serve(() => status(403, { message: "pods is forbidden" })), async (t) => {
    await rejects(t.stream(GET), { message: "pods is forbidden", status: 403 });
    deepEqual(t.clients.streams, [0]);
  });
});

Deno.test("Transport over an injected fetch makes no connections", async () => {
  const seen: string[] = [];
  const transport = new Transport({ server: "http://nowhere.test", namespace: "default" }, {
    fetch: (url, init) => {
      seen.push(`${init.method} ${url} ${"client" in init}`);
      return Promise.resolve(Response.json({ ok: true }));
    },
  });
  deepEqual(await transport.json({ ...GET, query: { a: 1 } }), { ok: true });
  deepEqual(seen, ["GET http://nowhere.test/x?a=1 false"]);
  transport.close();
});

Deno.test("Transport asks for fresh credentials once, however many requests were refused", async () => {
  const server = serve(async (request) => {
    if (request.headers.get("authorization") === "Bearer 2") return Response.json({});
    await pause(20); // until all are under way
    return status(401);
  });
  let asked = 1;
  const credentials = {
    refreshable: true,
    headers: async ({ refresh }: { refresh?: boolean | undefined }) => {
      if (refresh) await pause(5).then(() => asked++);
      return { authorization: `Bearer ${asked}` };
    },
  };
  const connection = { ...server.connection, credentials };
  await using(
    { ...server, connection, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() },
    async (t) => {
      await Promise.all(Array.from({ length: 20 }, () => t.send(GET)));
    },
  );
  equal(asked, 2);
  equal(server.requests.length, 40);
});

Deno.test("Transport sends several values of a header as several headers", async () => {
  const server = serveRaw(async (_, socket, request) => {
    await socket.write(rawJson({ groups: request.match(/^impersonate-group: .*$/gmi) }));
  });
  const credentials = fixedCredentials({ "impersonate-group": ["dev", "ops"] });
  const connection = { ...server.connection, credentials };
  await using(
    { ...server, connection, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() },
    async (t) => {
      deepEqual(await t.json(GET), {
        groups: ["impersonate-group: dev", "impersonate-group: ops"],
      });
    },
  );
});

Deno.test("Transport is as patient with the first request as with any, where something is there", async () => {
  const server = serveRaw(async (count, socket) => {
    // Closed without an answer three times.
    if (count > 3) await socket.write(rawJson({ count }));
  });
  await using(server, async (t) => {
    deepEqual(await t.json(GET), { count: 4 });
  });
});

Deno.test("Transport.stream() ends with its signal, also when memory was cleared meanwhile", async () => {
  const server = serve(() =>
    new Response(
      new ReadableStream({ start: (c) => c.enqueue(new TextEncoder().encode("line\n")) }),
    )
  );
  await using(server, async (t) => {
    const wish = new AbortController();
    const stream = await t.stream({ ...GET, signal: wish.signal });
    const reader = stream.body.getReader();
    await reader.read();
    const next = reader.read();
    const ended = rejects(next, { name: "AbortError" });
    // Deno forgets to end the body of a response that nobody holds any more.
    for (let i = 0; i < 40; i++) {
      Array.from({ length: 100_000 }, (_, j) => ({ j }));
      await pause(1);
    }
    wish.abort();
    await Promise.race([ended, pause(2_000).then(() => Promise.reject(new Error("still open")))]);
    stream.close();
  });
});
