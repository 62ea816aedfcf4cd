/** `--verify` of every verb that takes a chart: good, by another key, tampered with, not signed. */
import assert from "node:assert/strict";
import { generateKey } from "openpgp";
import { sha256 } from "../../lib/registry/cache.ts";
import { signArchive } from "../../lib/registry/provenance.ts";
import { serving } from "../registry/serving.ts";
import { tarball } from "../chart/tarball.ts";
import { atWork } from "./cluster.ts";

async function keys(name: string) {
  const { privateKey, publicKey } = await generateKey({
    userIDs: [{ name, email: `${name}@example.com` }],
    format: "binary",
  });
  return { secret: privateKey as Uint8Array, public: publicKey as Uint8Array };
}

async function web(text: string): Promise<Uint8Array> {
  return await tarball({
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/templates/a.yaml":
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {text: ${text}}\n`,
  });
}

Deno.test("--verify takes a chart that is signed by a key of the keyring, and no other", async (t) => {
  const [me, other] = await Promise.all([keys("me"), keys("other")]);
  const archive = await web("good");
  const provenance = await signArchive(
    { archive, fileName: "web-1.0.0.tgz" },
    { keyring: { path: "me.secret", data: me.secret }, key: "me" },
  );
  const bad = await web("bad");
  const index = async (name: string, data: Uint8Array) =>
    `apiVersion: v1\nentries:\n  web:\n  - {name: web, version: 1.0.0, urls: [${name}/web-1.0.0.tgz], digest: ${await sha256(
      data,
    )}}\n`;
  const files = {
    "/good/index.yaml": await index("/good", archive),
    "/good/web-1.0.0.tgz": archive,
    "/good/web-1.0.0.tgz.prov": provenance,
    "/tampered/index.yaml": await index("/tampered", bad),
    "/tampered/web-1.0.0.tgz": bad,
    "/tampered/web-1.0.0.tgz.prov": provenance,
    "/unsigned/index.yaml": await index("/unsigned", archive),
    "/unsigned/web-1.0.0.tgz": archive,
  };
  const rows: [string, string, string, RegExp | undefined][] = [
    ["signed by it", "good", "me.pub", undefined],
    [
      "signed by another",
      "good",
      "other.pub",
      /^Error: cannot verify web-1\.0\.0\.tgz: could not find signing key/,
    ],
    [
      "tampered with",
      "tampered",
      "me.pub",
      /^Error: cannot verify web-1\.0\.0\.tgz: sha256 sum does not match/,
    ],
    [
      "not signed",
      "unsigned",
      "me.pub",
      /^Error: failed to fetch provenance "http:\S+\/unsigned\/web-1\.0\.0\.tgz\.prov"\n {2}hint: the chart was published without one/,
    ],
    ["no keyring", "good", "none.pub", /^Error: cannot read keyring none\.pub: /],
  ];
  const verbs: [string, string[], boolean][] = [
    ["pull", ["pull"], false],
    ["show", ["show", "chart"], false],
    ["template", ["template", "r"], false],
    ["install", ["install", "r"], true],
    ["upgrade", ["upgrade", "r"], true],
  ];
  await serving(files, async ({ url }) => {
    await atWork({}, async ({ capstan, folder, writes }) => {
      await Deno.writeFile(`${folder}/me.pub`, me.public);
      await Deno.writeFile(`${folder}/other.pub`, other.public);
      for (const [verb, args, changes] of verbs) {
        for (const [what, source, ring, message] of [...rows].reverse()) {
          await t.step(`${verb}: ${what}`, async () => {
            const before = writes().length;
            const flags = ["--repo", `${url}/${source}`, "--verify", "--keyring", ring];
            const { code, stdout, stderr } = await capstan(...args, "web", ...flags);
            if (message === undefined) {
              assert.equal(code, 0, stderr);
              if (verb === "template") assert.match(stdout, /text: good/);
              if (verb === "pull") {
                assert.match(
                  stdout,
                  /^Signed by: me <me@example\.com>\nUsing Key With Fingerprint: /,
                );
              }
              assert.equal(writes().length > before, changes);
            } else {
              const prefix = verb === "install" ? "INSTALLATION FAILED: " : "";
              assert(stderr.startsWith(`Error: ${prefix}`), stderr);
              assert.match(stderr.replace(prefix, ""), message);
              assert.equal(code, 1);
              assert.equal(writes().length, before);
            }
          });
        }
      }
      const written = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
      assert(written.includes("web-1.0.0.tgz") && written.includes("web-1.0.0.tgz.prov"));
    });
  });
});
