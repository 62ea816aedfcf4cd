import assert from "node:assert/strict";
import { networkFuncs } from "../../lib/sprig/network.ts";
import { call, testEnv } from "./environment.ts";

Deno.test("getHostByName is empty unless names are resolved", () => {
  assert.equal(call(networkFuncs(testEnv()), "getHostByName", "localhost"), "");
  const resolving = networkFuncs(testEnv({ resolveHost: (name) => `address of ${name}` }));
  assert.equal(call(resolving, "getHostByName", "db"), "address of db");
});
