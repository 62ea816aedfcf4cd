/** Logins from Helm's file, from Docker's, and from helpers where they may be run. */
import assert from "node:assert/strict";
import { Credentials } from "../../lib/registry/credentials.ts";
import { tarball } from "../chart/tarball.ts";
import { withRegistry } from "./registry_server.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const ADMIN = { username: "me", password: "pass:w" };
const AUTH = btoa("me:pass:w");

/** Keeps one login in a file beside it, and writes down what it is asked. */
const HELPER = `#!/bin/sh
read -r asked
here=$(dirname "$0")
echo "$1" >> "$here/asked"
case "$1" in
get) cat "$here/kept" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
store) echo "$asked" > "$here/kept" ;;
erase) rm "$here/kept" ;;
esac
`;

Deno.test("Credentials.of() looks into Helm's file, then into Docker's", async (t) => {
  const folder = await Deno.makeTempDir();
  const files = { helm: `${folder}/helm.json`, docker: `${folder}/docker.json` };
  const other = { auths: { "r.example": { auth: btoa("other:x") } } };
  const rows: [string, unknown, unknown, string, unknown][] = [
    ["Helm's", { auths: { "r.example": { auth: AUTH } } }, other, "r.example", ADMIN],
    ["Docker's", {}, { auths: { "r.example": { auth: AUTH } } }, "r.example", ADMIN],
    [
      "no file of Helm's",
      undefined,
      { auths: { "r.example": { auth: AUTH } } },
      "r.example",
      ADMIN,
    ],
    ["by address", { auths: { "https://r.example": { auth: AUTH } } }, {}, "r.example", ADMIN],
    ["with a port", { auths: { "r.example:5000": { auth: AUTH } } }, {}, "r.example:5000", ADMIN],
    ["another port", { auths: { "r.example:5000": { auth: AUTH } } }, {}, "r.example", undefined],
    [
      "Docker's own registry",
      {},
      { auths: { "https://index.docker.io/v1/": { auth: AUTH } } },
      "docker.io",
      ADMIN,
    ],
    ["none", {}, {}, "r.example", undefined],
  ];
  for (const [what, helm, docker, host, login] of rows) {
    await t.step(what, async () => {
      await Deno.remove(files.helm).catch(() => {});
      if (helm !== undefined) await Deno.writeTextFile(files.helm, JSON.stringify(helm));
      await Deno.writeTextFile(files.docker, JSON.stringify(docker));
      const found = await new Credentials(files).of(host);
      assert.deepEqual(found && { username: found.username, password: found.password }, login);
    });
  }
  for (
    const [what, text, message] of [
      ["no JSON", "{", /^cannot read registry logins in \S+helm\.json: /],
      [
        "no Base64",
        '{"auths": {"r.example": {"auth": "?"}}}',
        /^cannot read the login of r\.example: its auth/,
      ],
    ] as const
  ) {
    await t.step(what, async () => {
      await Deno.writeTextFile(files.helm, text);
      await assert.rejects(new Credentials(files).of("r.example"), { message });
    });
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: "a credential helper is run where that is allowed, and named where it is not",
  ignore: Deno.build.os === "windows",
  async fn(t) {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/docker-credential-test`, HELPER, { mode: 0o755 });
    await Deno.mkdir(`${folder}/registry`);
    const config = `${folder}/registry/config.json`;
    const archive = await tarball({
      "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    });
    await Deno.writeFile(`${folder}/web-1.0.0.tgz`, archive);
    await withRegistry({ login: ADMIN }, async ({ host }) => {
      const capstan = async (permissions: string[], ...args: string[]) => {
        const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
          args: [
            ...[
              "run",
              "--no-prompt",
              "--allow-net",
              "--allow-read",
              "--allow-write",
              "--allow-env",
            ],
            ...["--allow-sys", ...permissions, CLI, ...args, "--plain-http"],
          ],
          cwd: folder,
          env: {
            CAPSTAN_CACHE_HOME: `${folder}/cache`,
            DOCKER_CONFIG: folder,
            HELM_CONFIG_HOME: folder,
            NO_COLOR: "1",
            PATH: `${folder}:${Deno.env.get("PATH")}`,
          },
        }).output();
        const decoder = new TextDecoder();
        return { code, out: decoder.decode(stdout) + decoder.decode(stderr) };
      };
      const allowed = ["--allow-run=docker-credential-test"];
      const login = ["registry", "login", host, "-u", ADMIN.username, "-p", ADMIN.password];
      const push = ["push", "web-1.0.0.tgz", `oci://${host}/team`];
      const pull = ["pull", `oci://${host}/team/web`, "-d", "out"];

      await t.step("a login is kept by the helper that Helm's file names", async () => {
        await Deno.writeTextFile(config, '{"credsStore": "test"}');
        const refused = await capstan([], ...login);
        assert.equal(refused.code, 1);
        assert.match(
          refused.out,
          /Error: docker-credential-test cannot store the login of \S+: it cannot be run\n {2}hint: docker-credential-test keeps the login and may not be run: add --allow-run=docker-credential-test/,
        );
        const done = await capstan(allowed, ...login);
        assert.equal(done.code, 0, done.out);
        assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), {
          credsStore: "test",
          auths: { [host]: {} },
        });
        const kept = JSON.parse(await Deno.readTextFile(`${folder}/kept`));
        assert.deepEqual(kept, { ServerURL: host, Username: "me", Secret: "pass:w" });
      });
      await t.step("and is asked for there", async () => {
        const pushed = await capstan(allowed, ...push);
        assert.equal(pushed.code, 0, pushed.out);
        const pulled = await capstan(allowed, ...pull);
        assert.equal(pulled.code, 0, pulled.out);
        assert.deepEqual(await Deno.readFile(`${folder}/out/web-1.0.0.tgz`), archive);
      });
      await t.step("without the permission, the refusal names it", async () => {
        await Deno.writeTextFile(`${folder}/asked`, "");
        const refused = await capstan([], ...pull);
        assert.equal(refused.code, 1);
        assert.match(
          refused.out,
          /Error: cannot be let in to \S+\/team\/web: .*401 Unauthorized\n {2}hint: docker-credential-test keeps the login and may not be run: add --allow-run=docker-credential-test\n/,
        );
        assert.equal(await Deno.readTextFile(`${folder}/asked`), "");
      });
      await t.step("Docker's file names one for this registry", async () => {
        await Deno.writeTextFile(config, "{}");
        const docker = { credHelpers: { [host]: "test" }, credsStore: "missing" };
        await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(docker));
        assert.equal((await capstan(allowed, ...pull)).code, 0);
      });
      await t.step("it is not there", async () => {
        await Deno.writeTextFile(`${folder}/config.json`, '{"credsStore": "missing"}');
        const { out } = await capstan(["--allow-run"], ...pull);
        assert.match(out, /hint: docker-credential-missing keeps the login and is not on the PATH/);
      });
      await t.step("it forgets", async () => {
        await Deno.writeTextFile(config, '{"credsStore": "test"}');
        const logout = ["registry", "logout", host];
        const { code, stderr } = await new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", CLI, ...logout],
          env: { HELM_CONFIG_HOME: folder, PATH: `${folder}:${Deno.env.get("PATH")}` },
        }).output();
        assert.equal(code, 0, new TextDecoder().decode(stderr));
        await assert.rejects(Deno.stat(`${folder}/kept`), Deno.errors.NotFound);
        await Deno.writeTextFile(`${folder}/config.json`, "{}");
        const { out } = await capstan(allowed, ...pull);
        assert.match(out, /401 Unauthorized\n {2}hint: give user name and password/);
      });
    });
    await Deno.remove(folder, { recursive: true });
  },
});
