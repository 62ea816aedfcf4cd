/** Servers that let in only who shows a client certificate: real Helm and Capstan show it alike. */
import assert from "node:assert/strict";
import { makePems, tlsServing } from "../registry/tls_server.ts";
import { atChartPlace, LOGIN, withRealRegistry } from "./chart_servers.ts";
import type { ChartPlace } from "./chart_servers.ts";
import { helms } from "./tools.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const CHART = { "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n" };
const TRUST = ["--ca-file", "ca"];
const SHOWN = [...TRUST, "--cert-file", "clientCert", "--key-file", "clientKey"];

for (const [name, helm] of helms()) {
  Deno.test(`client certificates: ${name} and Capstan are let into a repository and a registry`, async () => {
    await atChartPlace(async (place) => {
      const pems = await makePems();
      await place.write({ ...CHART, ...pems });
      await place.ok(helm, "package", "web", "-d", "repo");
      await place.capstan("repo", "index", "repo");
      const files = new Map<string, Uint8Array>();
      for await (const { name } of Deno.readDir(`${place.folder}/repo`)) {
        files.set(`/${name}`, await Deno.readFile(`${place.folder}/repo/${name}`));
      }
      const answer = (path: string) => files.get(path) ?? 404;
      await tlsServing({ pems, required: true, answer }, ({ url }) => repository(place, url, helm));
      await withRealRegistry(place, (host) => registry(place, host, helm), "ca");
    });
  });
}

async function repository(place: ChartPlace, url: string, helm: string): Promise<void> {
  const { capstan, folder, ok, run } = place;
  for (const [program, ...args] of [[helm], [Deno.execPath(), "run", "-A", CLI]]) {
    const refused = await run(program!, ...args, "repo", "add", "refused", url, ...TRUST);
    assert.equal(refused.code, 1, refused.stdout);
    // A server that wants a certificate says so, or just hangs up.
    assert.match(refused.stderr, /^Error: looks like "https:\S+" is not a valid chart repository/);
  }
  // What one adds the other uses.
  await capstan("repo", "add", "ours", url, ...SHOWN);
  await ok(helm, "repo", "add", "theirs", url, ...SHOWN);
  await ok(helm, "pull", "ours/web", "-d", folder);
  await capstan("repo", "update");
  await capstan("pull", "theirs/web", "-d", "by-capstan");
  assert.deepEqual(
    await Deno.readFile(`${folder}/web-1.0.0.tgz`),
    await Deno.readFile(`${folder}/by-capstan/web-1.0.0.tgz`),
  );
}

async function registry(place: ChartPlace, host: string, helm: string): Promise<void> {
  const { capstan, ok, run } = place;
  const remote = `oci://${host}/charts`;
  const login = ["--username", LOGIN.username, "--password", LOGIN.password];
  await capstan("registry", "login", host, ...SHOWN, ...login);
  await capstan("push", "web-1.0.0.tgz", remote, ...SHOWN);
  await ok(helm, "pull", `${remote}/web`, "--version", "1.0.0", "-d", "repo", ...SHOWN);
  assert.match(await capstan("show", "chart", `${remote}/web`, ...SHOWN), /name: web/);
  const refused = await run(
    ...[Deno.execPath(), "run", "-A", CLI, "pull", `${remote}/web`] as const,
    ...TRUST,
  );
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^Error: cannot fetch https:\S+\/charts\/web\/.*\n {2}hint: where the server asks for a client certificate, give --cert-file/,
  );
}
