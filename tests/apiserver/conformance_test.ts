import { deepStrictEqual } from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { CASES } from "./cases.ts";
import { type Answer, run } from "./exchange.ts";

const file = new URL("./testdata/answers.json", import.meta.url);
const expected: Record<string, readonly Answer[]> = JSON.parse(await Deno.readTextFile(file));

for (const one of CASES) {
  Deno.test(`createApiServer() answers like a real API server: ${one.name}`, async (t) => {
    const { url, close } = createApiServer().serve();
    try {
      const answers = await run((path, init) => fetch(url + path, init), one);
      for (const [i, { method, path }] of one.steps.entries()) {
        await t.step(`${i} ${method} ${path}`, () => {
          deepStrictEqual(answers[i], expected[one.name]?.[i]);
        });
      }
    } finally {
      await close();
    }
  });
}
