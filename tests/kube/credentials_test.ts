import { deepEqual, equal, rejects } from "node:assert/strict";
import { FileCredentials } from "../../lib/kube/credentials.ts";

Deno.test("FileCredentials reads the file again after a minute, or when refused", async () => {
  let now = 0;
  let reads = 0;
  const credentials = new FileCredentials("/token", {
    readFile: () => Promise.resolve(`token-${++reads}\n`),
    now: () => now,
    extra: { "impersonate-user": "bob" },
  });
  deepEqual(await credentials.headers({}), {
    "impersonate-user": "bob",
    authorization: "Bearer token-1",
  });
  now = 59_000;
  await credentials.headers({});
  equal(reads, 1);
  now = 61_000;
  equal((await credentials.headers({}))["authorization"], "Bearer token-2");
  equal((await credentials.headers({ refresh: true }))["authorization"], "Bearer token-3");
});

Deno.test("FileCredentials that could not be read is read again the next time", async () => {
  let reads = 0;
  const credentials = new FileCredentials("/token", {
    readFile: () => ++reads === 1 ? Promise.reject(new Error("gone")) : Promise.resolve("late"),
    now: () => 0,
  });
  await rejects(credentials.headers({}), { message: "cannot read the token in /token: gone" });
  deepEqual(await credentials.headers({}), { authorization: "Bearer late" });
});
