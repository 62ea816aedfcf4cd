/**
 * `capstan permissions` for the commands about repositories, registries, dependencies and pages.
 */
import assert from "node:assert/strict";
import { GROUPS } from "../../lib/cli/command_groups.ts";
import { isRuled } from "../../lib/cli/permissions/commands.ts";
import { chartFiles, CONFIG } from "../harness.ts";
import { withRegistry } from "../registry/registry_server.ts";
import { chartArchive, repositoryFiles, serving } from "../registry/serving.ts";
import { atWork, environmentOf } from "./cluster.ts";
import type { Workplace } from "./cluster.ts";
import { hold } from "./holding.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

Deno.test("every command of the surface has a rule", async () => {
  const names: string[] = [];
  for (const group of GROUPS) {
    for (const [name, make] of Object.entries(await group.load())) {
      const made = make();
      if (!("getAllEntries" in made)) names.push(name);
      else {names.push(
          ...made.getAllEntries().map(({ name: inner }) => `${name} ${inner.original}`),
        );}
    }
  }
  assert.ok(names.length > 45, `${names.length} commands`);
  assert.deepEqual([...names, "version"].filter((name) => !isRuled(name)), []);
});

/** A folder that knows the repository `charts`, and a chart with dependencies there and beside it. */
async function inFolder(
  use: (work: Workplace, url: string) => Promise<void>,
): Promise<void> {
  const served = await repositoryFiles("cache-1.0.0", "queue-2.0.0");
  await serving(served, async ({ url }) => {
    await atWork({
      ".config/repositories.yaml": repositories(url),
      "archives/.keep": "",
      "web/Chart.yaml": `apiVersion: v2
name: web
version: 1.0.0
dependencies:
- {name: cache, version: 1.x, repository: "@charts"}
- {name: beside, version: 1.0.0, repository: "file://../beside"}
`,
      "alone/Chart.yaml": `apiVersion: v2
name: alone
version: 1.0.0
dependencies:
- {name: queue, version: ">=1", repository: "${url}"}
`,
      "late/Chart.yaml":
        `apiVersion: v2\nname: late\nversion: 1.0.0\ndependencies: [{name: cache, version: 1.0.0, repository: "${url}"}]\n`,
      "beside/Chart.yaml": "apiVersion: v2\nname: beside\nversion: 1.0.0\n",
    }, async (work) => {
      await Deno.writeFile(`${work.folder}/archives/a-1.0.0.tgz`, await chartArchive("a", "1.0.0"));
      await use(work, url);
    });
  });
}

function repositories(url: string): string {
  return `apiVersion: ""\nrepositories:\n- {name: charts, url: "${url}"}\n`;
}

Deno.test("each command about repositories works with exactly the permissions that are printed for it", async (t) => {
  await inFolder(async (work, url) => {
    for (
      const args of [
        ["repo", "add", "more", url],
        ["repo", "list"],
        ["repo", "update"],
        ["repo", "update", "charts"],
        ["search", "repo", "cache"],
        ["repo", "index", "archives"],
        ["repo", "index", "archives", "--merge", "archives/index.yaml"],
        ["pull", "charts/cache", "-d", "archives"],
        ["show", "chart", "charts/cache"],
        ["show", "chart", `${url}/cache-1.0.0.tgz`],
        ["template", "rel", "more/cache"],
        ["repo", "remove", "charts", "more"],
      ]
    ) {
      const options = args[1] === "add" || args[1] === "remove" ? { serial: true } : {};
      await t.step(args.slice(0, 4).join(" "), async () => await hold(work, args, options));
    }
  });
});

Deno.test("a chart by its address takes Helm's files where they have its login, and says so", async () => {
  const files = await repositoryFiles("cache-1.0.0");
  const login = `Basic ${btoa("me:secret")}`;
  await serving(
    (request) =>
      request.headers.get("authorization") === login ? files[new URL(request.url).pathname]! : 401,
    async ({ url }) => {
      await atWork({
        ".config/repositories.yaml":
          `repositories:\n- {name: charts, url: "${url}", username: me, password: secret}\n`,
      }, async (work) => await hold(work, ["show", "chart", `${url}/cache-1.0.0.tgz`]));
    },
  );
});

Deno.test("each command about dependencies works with exactly the permissions that are printed for it", async (t) => {
  await inFolder(async (work) => {
    for (
      const args of [
        ["dependency", "list", "web"],
        ["dependency", "update", "web"],
        ["dependency", "build", "web"],
        ["dependency", "build", "web", "--skip-refresh"],
        ["dependency", "update", "alone", "--skip-refresh"],
        ["template", "rel", "alone", "--dependency-update"],
        ["template", "rel", "late", "--dependency-update"],
        ["package", "alone", "-u", "-d", "archives"],
      ]
    ) {
      await t.step(args.join(" "), async () => await hold(work, args));
    }
  });
});

const ADMIN = { username: "me", password: "secret" };

Deno.test("each command about registries works with exactly the permissions that are printed for it", async (t) => {
  await withRegistry({ login: ADMIN }, async ({ host }) => {
    await atWork({ "pulled/.keep": "", "charts/.keep": "" }, async (work) => {
      const archive = await chartArchive("a", "1.0.0");
      await Deno.writeFile(`${work.folder}/charts/a-1.0.0.tgz`, archive);
      const login = ["registry", "login", host, "-u", "me", "-p", "secret", "--plain-http"];
      for (
        const args of [
          login,
          ["push", "charts/a-1.0.0.tgz", `oci://${host}/team`, "--plain-http"],
          ["show", "chart", `oci://${host}/team/a`, "--plain-http"],
          ["pull", `oci://${host}/team/a`, "--plain-http", "-d", "pulled"],
          ["pull", `oci://${host}/team/a`, "--plain-http", "--untar", "--untardir", "pulled/un"],
          ["template", "rel", `oci://${host}/team/a`, "--version", "1.0.0", "--plain-http"],
          ["install", "rel", `oci://${host}/team/a`, "--plain-http"],
          ["registry", "logout", host],
        ]
      ) {
        const options = args[0] === "registry" ? { serial: true } : {};
        await t.step(args.slice(0, 2).join(" "), async () => await hold(work, args, options));
      }
    });
  });
});

Deno.test({
  name: "a login that a program keeps takes the permission to run that program",
  ignore: Deno.build.os === "windows",
  async fn() {
    await withRegistry({ login: ADMIN }, async ({ host }) => {
      await atWork({
        ".config/registry/config.json": `{"credHelpers": {"${host}": "test"}}`,
        "docker-credential-test": `#!/bin/sh\necho '{"Username":"me","Secret":"secret"}'\n`,
      }, async (work) => {
        await Deno.chmod(`${work.folder}/docker-credential-test`, 0o755);
        const archive = await chartArchive("a", "1.0.0");
        await Deno.writeFile(`${work.folder}/a-1.0.0.tgz`, archive);
        await hold(work, ["push", "a-1.0.0.tgz", `oci://${host}/team`, "--plain-http"]);
        await hold(work, ["show", "chart", `oci://${host}/team/a`, "--plain-http"]);
      }, { PATH: ["FOLDER", Deno.env.get("PATH")].join(":") });
    });
  },
});

Deno.test("what tells of runs works with exactly the permissions that are printed for it", async (t) => {
  const stack = `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "shop", releases: [release("web", { chart: "./web" })] });
`;
  const files = { "stack.ts": stack, ...chartFiles("web", { "config.yaml": CONFIG }) };
  await atWork(files, async (work) => {
    const ran = await work.capstan("up", "--output", "json", "--no-check");
    assert.equal(ran.code, 0, ran.stderr);
    const run = /"run":"([^"]+)"/.exec(ran.stdout)![1]!;
    await work.write({ "events.jsonl": ran.stdout });
    for (
      const args of [
        ["report"],
        ["report", run, "--format", "trace", "-o", "trace.json"],
        ["report", "events.jsonl", "-o", "page.html"],
        ["report", "events.jsonl", "-o", "-"],
        ["runs"],
        ["runs", "show", run],
        ["runs", "--namespace", "default"],
        ["env"],
        ["completions", "bash"],
        ["version"],
      ]
    ) {
      await t.step(args.join(" "), async () => await hold(work, args));
    }
    const watching = (flags: readonly string[], args: readonly string[]) =>
      stopped(work, flags, args);
    const port = String(freePort());
    for (const args of [["watch", "events.jsonl"], ["watch", "events.jsonl", "--port", port]]) {
      await t.step(
        args.join(" "),
        async () => await hold(work, args, { run: watching, serial: true }),
      );
    }
  });
});

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return (listener.addr as Deno.NetAddr).port;
}

/** Runs what goes on until it is interrupted, which it is once it has shown its page. */
async function stopped({ folder }: Workplace, flags: readonly string[], args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...flags, CLI, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    env: environmentOf(folder),
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let stdout = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    stdout += text;
    const url = /^http:\S+/m.exec(stdout)?.[0];
    if (url === undefined) continue;
    // The page is there before the events are; without them it ends by itself.
    for (let page: string | undefined = ""; page !== undefined && !page.includes("web");) {
      page = await fetch(url).then((response) => response.text(), () => undefined);
    }
    try {
      child.kill("SIGINT");
    } catch {
      // It has ended.
    }
    stdout = "";
  }
  const { code } = await child.status;
  return { code, stdout: "", stderr: await stderr };
}
