import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { ApiError } from "../../lib/kube/errors.ts";
import { backoff, pause, withRetry } from "../../lib/kube/retry.ts";

const POLICY = { attempts: 4, base: 1, cap: 4 };
const passing = new ApiError("passing", { status: 503, retryable: true, refused: true });
const unknown = new ApiError("unknown", { status: 502, retryable: true, refused: false });
const final = new ApiError("final", { status: 403 });

function failing(errors: readonly unknown[]): (number: number) => Promise<string> {
  return (number) => {
    const error = errors[number - 1];
    return error === undefined ? Promise.resolve(`after ${number}`) : Promise.reject(error);
  };
}

function options(repeatable = true) {
  return { policy: POLICY, repeatable, random: () => 0 };
}

Deno.test("withRetry() repeats what may pass, and nothing else", async () => {
  const rows: [string, readonly unknown[], boolean, string | unknown][] = [
    ["good at once", [], true, "after 1"],
    ["good after two failures", [passing, unknown], true, "after 3"],
    ["never good", [passing, passing, passing, unknown], true, unknown],
    ["final", [passing, final], true, final],
    ["not repeatable, nothing was done", [passing], false, "after 2"],
    ["not repeatable, outcome unknown", [unknown], false, unknown],
    ["an error of another kind", [new TypeError("bug")], true, new TypeError("bug")],
  ];
  for (const [name, errors, repeatable, expected] of rows) {
    const result = withRetry(failing(errors), options(repeatable));
    if (typeof expected === "string") equal(await result, expected, name);
    else await rejects(result, expected as Error, name);
  }
});

Deno.test("withRetry() tells of each repetition and waits at least as long as the server asks", async () => {
  const told: unknown[] = [];
  const slow = new ApiError("slow down", { status: 429, retryable: true, retryAfter: 30 });
  const started = performance.now();
  await withRetry(failing([slow]), {
    ...options(),
    onRetry: ({ attempt, delay, error }) => told.push([attempt, delay, error.message]),
  });
  deepEqual(told, [[1, 30, "slow down"]]);
  ok(performance.now() - started >= 29);
});

Deno.test("withRetry() stops waiting when aborted, with the signal's reason", async () => {
  const controller = new AbortController();
  const slow = new ApiError("slow", { status: 429, retryable: true, retryAfter: 60_000 });
  const result = withRetry(failing([slow]), {
    ...options(),
    signal: controller.signal,
    onRetry: () => queueMicrotask(() => controller.abort(new Error("enough"))),
  });
  await rejects(result, new Error("enough"));
});

Deno.test("backoff() doubles up to the cap, half of it random", () => {
  const policy = { attempts: 9, base: 100, cap: 1000 };
  deepEqual([1, 2, 3, 4, 5, 9].map((n) => backoff(n, policy, () => 0)), [
    50,
    100,
    200,
    400,
    500,
    500,
  ]);
  deepEqual([1, 5].map((n) => backoff(n, policy, () => 1)), [100, 1000]);
});

Deno.test("pause() rejects at once when the signal has aborted before", async () => {
  await rejects(pause(60_000, AbortSignal.abort(new Error("before"))), new Error("before"));
});
