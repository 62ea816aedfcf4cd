/** `capstan plan -o plan.json` and `capstan up --plan plan.json`. */
import assert from "node:assert/strict";
import { chartFiles, CONFIG } from "../harness.ts";
import { atWork } from "./cluster.ts";

const STACK = (text: string) =>
  `import { defineStack, release } from "@capstan/capstan";
export default defineStack((env) => ({ name: "s", releases: [
  release("web", { chart: "./web", values: { text: "${text} in " + env.name, pin: 471147 } }),
] }));
`;
const FILES = {
  ...chartFiles("web", {
    "config.yaml": CONFIG +
      "---\napiVersion: v1\nkind: Secret\nmetadata: {name: pin}\nstringData: {pin: {{ .Values.pin | quote }}}\n",
  }),
  "stack.ts": STACK("hello"),
};

Deno.test("capstan up --plan does what capstan plan -o has frozen, or refuses and changes nothing", async () => {
  await atWork(FILES, async ({ capstan, folder, write, writes, storage }) => {
    const missing = await capstan("up", "--no-check", "--plan", "plan.json");
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /cannot read plan plan\.json: no such file/);
    const planned = await capstan("plan", "--no-check", "--env", "test", "-o", "plan.json");
    assert.equal(planned.code, 0, planned.stderr);
    assert.match(planned.stdout, /^NODE .*\nweb +install/);
    assert.match(planned.stderr, /wrote plan\.json; `capstan up --plan plan\.json` does exactly/);
    const text = await Deno.readTextFile(`${folder}/plan.json`);
    // Longer than what a digest is likely to hold by chance.
    assert(!text.includes("471147") && text.includes("hello in test"), text);
    assert.deepEqual(
      [`${folder}/plan.json`, `${folder}/state/plan.key`].map((path) =>
        Deno.statSync(path).mode! & 0o777
      ),
      [0o600, 0o600],
    );
    assert.deepEqual(writes().filter((write) => !write.includes("dryRun=All")), []);

    await write({ "stack.ts": STACK("other") });
    const refused = await capstan("up", "--no-check", "--plan", "plan.json");
    assert.equal(refused.code, 1);
    assert.match(
      refused.stderr,
      /^Error: cannot do what was planned: 2 things have moved since \S+Z:\n {2}web {2}values {9}changed\n {2}web {2}ConfigMap\/web {2}other data\.text\n {2}hint: nothing was changed; make a new plan/m,
    );
    assert.deepEqual(writes().filter((write) => !write.includes("dryRun=All")), []);
    const both = await capstan("up", "--no-check", "--plan", "plan.json", "--only", "web");
    assert.match(both.stderr, /cannot do what was planned together with a selection/);

    // The plan knows the environment, and the key is found by itself.
    await write({ "stack.ts": STACK("hello") });
    const done = await capstan("up", "--no-check", "--plan", "plan.json");
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /done: 1 installed/);
    const [record] = await storage.history({ name: "web", namespace: "default" });
    assert.match((await storage.get(record!))!.manifest, /text: "hello in test"/);

    // On another machine there is no key.
    await Deno.remove(`${folder}/state/plan.key`);
    const elsewhere = await capstan("up", "--no-check", "--plan", "plan.json");
    assert.match(elsewhere.stderr, /there is no key for plans: .*\n {2}hint: set CAPSTAN_PLAN_KEY/);
  });
});

Deno.test("capstan plan -o writes no plan that could not be carried out", async () => {
  await atWork(FILES, async ({ capstan, api }) => {
    const word = await capstan("plan", "--no-check", "-o", "xml");
    assert.equal(word.code, 2);
    assert.match(
      word.stderr,
      /"xml" for "--output" flag: must be one of table, json, yaml, markdown, or a file/,
    );
    const alone = await capstan("plan", "--no-check", "--dry-run", "client", "-o", "plan.json");
    assert.match(alone.stderr, /cannot freeze the plan into plan\.json: --dry-run client/);
    await api.create({ apiVersion: "v1", kind: "Secret", metadata: { name: "pin" } });
    const taken = await capstan("plan", "--no-check", "-o", "plan.json");
    assert.equal(taken.code, 1);
    assert.match(taken.stdout, /would be refused: /);
    assert.match(taken.stderr, /cannot freeze the plan: objects of web would be refused/);
    assert.match(
      (await capstan("up", "--no-check", "--plan", "plan.json")).stderr,
      /cannot read plan plan\.json/,
    );
  });
});
