/** What Capstan signs real Helm verifies, and the other way round; both refuse the same. */
import assert from "node:assert/strict";
import { generateKey } from "openpgp";
import { atChartPlace, LOGIN, withRealRegistry } from "./chart_servers.ts";
import type { ChartPlace } from "./chart_servers.ts";
import { helms } from "./tools.ts";

const CHART = {
  "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "web/templates/map.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
};

for (const [name, helm] of helms()) {
  Deno.test(`signatures: ${name} and Capstan verify what the other signed, also from a registry`, async () => {
    await atChartPlace(async (place) => {
      await place.write({ ...CHART, pass: "secret\n" });
      await makeKeys(place, "me", "");
      await makeKeys(place, "locked", "secret");
      await makeKeys(place, "other", "");
      for (const key of ["me", "locked"]) await signedByBoth(place, helm, key);
      await withRealRegistry(place, (host) => throughRegistry(place, host, helm));
    });
  });
}

async function makeKeys({ folder }: ChartPlace, name: string, passphrase: string): Promise<void> {
  const { privateKey, publicKey } = await generateKey({
    type: "rsa",
    rsaBits: 2048,
    userIDs: [{ name, email: `${name}@example.com` }],
    ...(passphrase === "" ? {} : { passphrase }),
    format: "binary",
  });
  await Deno.writeFile(`${folder}/${name}.sec`, privateKey as Uint8Array);
  await Deno.writeFile(`${folder}/${name}.pub`, publicKey as Uint8Array);
}

async function signedByBoth(place: ChartPlace, helm: string, key: string): Promise<void> {
  const { capstan, folder, ok, run } = place;
  const sign = ["--sign", "--key", key, "--keyring", `${key}.sec`];
  const unlock = key === "locked" ? ["--passphrase-file", "pass"] : [];
  await Deno.mkdir(`${folder}/${key}`);
  await ok(helm, "package", "web", ...sign, ...unlock, "-d", key);
  await capstan("package", "web", ...sign, ...unlock, "-d", key, "--version", "2.0.0");
  for (const version of ["1.0.0", "2.0.0"]) {
    const archive = `${key}/web-${version}.tgz`;
    const ring = ["--keyring", `${key}.pub`];
    const said = await ok(helm, "verify", archive, ...ring);
    assert.match(said, new RegExp(`^Signed by: ${key} <${key}@example.com>\nUsing Key With`));
    assert.equal(await capstan("verify", archive, ...ring), said);
    assert.equal((await run(helm, "verify", archive, "--keyring", "other.pub")).code, 1);
    const cli = new URL("../../cli.ts", import.meta.url).pathname;
    const verify = ["verify", archive, "--keyring", "other.pub"];
    const refused = await run(Deno.execPath(), "run", "-A", cli, ...verify);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /could not find signing key/);
  }
}

/** A provenance is a layer of its own beside the chart. */
async function throughRegistry(place: ChartPlace, host: string, helm: string): Promise<void> {
  const { ca, capstan, ok } = place;
  const remote = `oci://${host}/charts`;
  const login = ["--username", LOGIN.username, "--password", LOGIN.password];
  await capstan("registry", "login", host, "--ca-file", ca, ...login);
  await ok(helm, "push", "me/web-1.0.0.tgz", remote, "--ca-file", ca);
  await capstan("push", "me/web-2.0.0.tgz", remote, "--ca-file", ca);
  const verified = ["--verify", "--keyring", "me.pub", "--ca-file", ca];
  for (const version of ["1.0.0", "2.0.0"]) {
    const args = [`${remote}/web`, "--version", version, ...verified];
    assert.match(await capstan("pull", ...args, "-d", "by-capstan"), /Signed by: me </);
    await Deno.mkdir(`${place.folder}/by-helm`, { recursive: true });
    assert.match(await ok(helm, "pull", ...args, "-d", "by-helm"), /Signed by: me </);
    const name = `web-${version}.tgz.prov`;
    assert.deepEqual(
      await Deno.readFile(`${place.folder}/by-capstan/${name}`),
      await Deno.readFile(`${place.folder}/by-helm/${name}`),
    );
    assert.match(await capstan("template", "r", ...args), /kind: ConfigMap/);
  }
}
