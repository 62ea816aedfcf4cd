/** What a journal says of failures, and what not. */
import assert from "node:assert/strict";
import { listCopies, readCopy } from "../../lib/journal/copy.ts";
import type { RunEvent } from "../../lib/events.ts";
import { HIDDEN, KnownSecrets } from "../../lib/stack/secrets.ts";
import { hook, release } from "../../lib/stack/stack.ts";
import { chartFiles, CONFIG, rehearse } from "../harness.ts";

const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "live" },
  data: { key: btoa("from-the-cluster") },
};

Deno.test("the journal and its copy tell failures without secrets, the run's own output as they are", async () => {
  const files = {
    ...chartFiles("web", {
      "config.yaml": CONFIG +
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: {{ .Release.Name }}}\nstringData: {any: {{ .Values.any }}}\n",
    }),
    ...chartFiles("bad", { "a.yaml": '{{ fail (printf "no %s here" .Values.auth.password) }}' }),
  };
  await rehearse(files, async ({ run, api, folder }) => {
    await api.create(SECRET);
    const web = release("web", { chart: "./web", values: { any: "rendered-into-it" } });
    const seed = hook("seed", {
      after: [web],
      async run({ cluster }) {
        const live = await cluster.get("v1", "Secret", "default/live");
        throw new Error(`cannot log in: ${atob(live.data!["key"]!)}, rendered-into-it, plain`);
      },
    });
    // Its values are a function, so that it is rendered when the others have run.
    const bad = release("bad", {
      chart: "./bad",
      needs: [web],
      values: () => ({ auth: { password: "of-the-values" } }),
    });
    const { ok, events } = await run(
      { releases: [web, bad], hooks: [seed], onFailure: "continue" },
      {
        journal: { folder: `${folder}/state` },
      },
    );
    assert.equal(ok, false);
    const told = JSON.stringify(events);
    const secrets = ["from-the-cluster", "rendered-into-it", "of-the-values"];
    for (const secret of secrets) assert(told.includes(secret));
    const place = { api, namespace: "default" };
    const [copy] = await listCopies(place, "test");
    const texts = [JSON.stringify(await readCopy(place, copy!))];
    for await (const { name } of Deno.readDir(`${folder}/state/runs/test`)) {
      texts.push(await Deno.readTextFile(`${folder}/state/runs/test/${name}`));
    }
    assert.equal(texts.length, 2);
    for (const text of texts) {
      for (const secret of secrets) assert(!text.includes(secret), secret);
      assert(text.includes(`cannot log in: ${HIDDEN}, ${HIDDEN}, plain`), text);
      assert(text.includes(`no ${HIDDEN} here`), text);
    }
  });
});

Deno.test("KnownSecrets hides whole words, their base64 and lines of keys, and nothing short", () => {
  const secrets = new KnownSecrets();
  secrets.noteObject({
    ...SECRET,
    data: { short: btoa("abc"), password: btoa("hunter2-hunter") },
    stringData: { pem: "-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\n-----END KEY-----\n" },
  });
  secrets.noteObject({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "a" },
    data: { a: "public-text" },
  });
  secrets.noteValues({
    auth: { adminPassword: "pass-of-admin", user: "the-user" },
    tokens: ["first-token", "second-token"],
  });
  const rows = [
    ["abc public-text the-user", "abc public-text the-user"],
    ["hunter2-hunter", HIDDEN],
    [`data: ${btoa("hunter2-hunter")}.`, `data: ${HIDDEN}.`],
    ["hunter2-hunters", "hunter2-hunters"],
    ["bad line MIIEvQIBADANBgkqhkiG9w0B", `bad line ${HIDDEN}`],
    ['"pass-of-admin" first-token second-token', `"${HIDDEN}" ${HIDDEN} ${HIDDEN}`],
  ];
  for (const [text, expected] of rows) assert.equal(secrets.redact(text!), expected);
  const event: RunEvent = { type: "warning", at: 1, message: "x pass-of-admin" };
  assert.deepEqual(secrets.redactEvent(event), { ...event, message: `x ${HIDDEN}` });
});
