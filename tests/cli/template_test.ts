/**
 * Runs every case of tests/testdata/helm/probe-cli.json through the command line, for Helm 3 and for
 * Helm 4, and the flags that the cases leave out.
 *
 * Of standard error the message is compared, and of warnings their text: what stands before them
 * (`coalesce.go:237:`, `level=INFO msg=`) is Helm's logging. Below the message stands Capstan's help.
 */
import assert from "node:assert/strict";
import { createApiServer } from "../../lib/apiserver/server.ts";
import { runCli } from "../../lib/cli/main.ts";
import { createKubeClient } from "../../lib/kube/client.ts";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;

interface Run {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Case {
  readonly name: string;
  readonly release: string;
  readonly args: string[];
  readonly files: Record<string, string>;
  readonly helm3: Run;
  readonly helm4?: Run;
}

const cases: Case[] = JSON.parse(
  await Deno.readTextFile(new URL("../testdata/helm/probe-cli.json", import.meta.url)),
);

for (const helmVersion of ["v3", "v4"] as const) {
  for (const one of cases) {
    const expected = (helmVersion === "v4" ? one.helm4 : undefined) ?? one.helm3;
    Deno.test(`template ${helmVersion} prints what Helm prints: ${one.name}`, async () => {
      await inChart(one.files, async (folder) => {
        const args = one.args.map((arg) => arg.replaceAll("{D}", folder));
        const release = one.release === "" ? [] : [one.release];
        const run = await capstan([
          ...["template", ...release, folder, "--helm-version", helmVersion],
          ...args,
        ]);
        // The answers were recorded in text mode, which made CRLF of Helm's into LF.
        assert.equal(run.stdout.replaceAll("\r\n", "\n"), expected.stdout);
        assert.equal(run.exit, expected.exit);
        if (expected.stderr === "(timestamps)") return;
        const wanted = messages(expected.stderr.replaceAll("{D}", folder));
        const found = messages(run.stderr);
        assert.equal(found.error.slice(0, wanted.error.length), wanted.error);
        assert.match(found.error.slice(wanted.error.length), HELP);
        if (!args.includes("--debug")) assert.deepEqual(found.logged, wanted.logged);
      });
    });
  }
}

const CHART = {
  "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
  "values.yaml": "a: 1\n",
  "crds/one.yaml": "kind: CustomResourceDefinition\n",
  "templates/a.yaml": configMap("one", "{{ .Values.a }}") + "---\n" + configMap("two", "b"),
  "templates/tests/hook.yaml": hook("test") + "---\n" + hook("pre-install"),
};

function configMap(name: string, data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata: {x: "${data}"}\n`;
}

function hook(event: string): string {
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${event}\n  annotations: {helm.sh/hook: ${event}}\n`;
}

Deno.test("template --output-dir writes the documents of a template into one file and tells of each", async () => {
  await inChart(CHART, async (folder) => {
    const out = `${folder}/out`;
    const args = ["template", "rel", folder, "--output-dir", out, "--include-crds"];
    const { stdout } = await capstan([...args, "--release-name", "--skip-tests"]);
    assert.equal(
      stdout,
      `wrote ${out}/web/crds/one.yaml\n` +
        `wrote ${out}/rel/web/templates/a.yaml\n`.repeat(2) +
        `wrote ${out}/rel/web/templates/tests/hook.yaml\n\n`,
    );
    assert.equal(
      await Deno.readTextFile(`${out}/rel/web/templates/a.yaml`),
      `---\n# Source: web/templates/a.yaml\n${configMap("one", "1")}\n` +
        `---\n# Source: web/templates/a.yaml\n${configMap("two", "b")}\n`,
    );
    const hooks = `${out}/rel/web/templates/tests/hook.yaml`;
    const once = await Deno.readTextFile(hooks);
    assert.equal(once, `---\n# Source: web/templates/tests/hook.yaml\n${hook("pre-install")}\n`);
    await capstan([...args, "--release-name", "--skip-tests"]);
    assert.equal(
      await Deno.readTextFile(hooks),
      once + once,
      "Helm adds to the hooks of a run before",
    );
    await capstan([...args, "--no-hooks"]);
    assert.deepEqual(
      (await Array.fromAsync(Deno.readDir(`${out}/web/templates`))).map(({ name }) => name),
      ["a.yaml"],
    );
  });
});

Deno.test("template --post-renderer pipes the manifests through a program, and shows what it complains of", async () => {
  await inChart(CHART, async (folder) => {
    const args = ["template", "rel", folder, "--no-hooks", "--post-renderer"];
    const changed = await capstan([
      ...[
        ...args,
        "sed",
        "--post-renderer-args",
        "-e",
        "--post-renderer-args",
        "s/ConfigMap/Secret/",
      ],
    ]);
    const plain = await capstan(["template", "rel", folder, "--no-hooks"]);
    assert.equal(changed.stdout, plain.stdout.replaceAll("ConfigMap", "Secret"));
    for (
      const [command, message] of [
        [
          ["sh", "-c", "echo no >&2; exit 3"],
          "error while running post render on files: error while running command sh. error output:\nno\n: exit status 3",
        ],
        [
          ["true"],
          'error while running post render on files: post-renderer "true" produced empty output',
        ],
      ] as const
    ) {
      const [program, ...rest] = command;
      const more = rest.flatMap((arg) => ["--post-renderer-args", arg]);
      const { exit, stderr, stdout } = await capstan([...args, program, ...more]);
      assert.ok(stderr.startsWith(`Error: ${message}\n`), stderr);
      assert.equal(exit, 1);
      assert.equal(stdout, "");
    }
    const missing = await capstan([...args, "no-such-program"]);
    assert.match(missing.stderr, /^Error: unable to find binary at no-such-program/);
  });
});

Deno.test("template reads links out of the chart only with --follow-links", async () => {
  await inChart({ ...CHART, "../secret.txt": "s3cret" }, async (folder) => {
    await Deno.symlink("../secret.txt", `${folder}/files.txt`);
    await Deno.writeTextFile(
      `${folder}/templates/files.yaml`,
      'data: {{ .Files.Get "files.txt" }}\n',
    );
    const args = ["template", "rel", folder, "-s", "templates/files.yaml"];
    const refused = await capstan(args);
    assert.equal(refused.exit, 1);
    assert.match(
      refused.stderr,
      /^Error: the symbolic link files\.txt leads out of the chart, to /,
    );
    assert.match(refused.stderr, /\n {2}hint: .*--follow-links/);
    assert.equal(refused.stdout, "");
    const followed = await capstan([...args, "--follow-links"]);
    assert.equal(followed.stdout.split("\n")[2], "data: s3cret");
    assert.match(followed.stderr, /^found symbolic link in path: files\.txt resolves to /);
  });
});

Deno.test("template --post-renderer without --allow-run names the permission", async () => {
  await inChart(CHART, async (folder) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-read", CLI],
        ...["template", "rel", folder, "--post-renderer", "sed"],
      ],
    }).output();
    assert.equal(
      new TextDecoder().decode(stderr),
      "Error: cannot run the post-renderer sed: running programs is not allowed\n" +
        "  hint: start Capstan with --allow-run=sed; a stack file can take a TypeScript function instead\n",
    );
    assert.equal(code, 1);
  });
});

Deno.test("template as a process reads values from standard input, and needs only to read", async () => {
  await inChart(CHART, async (folder) => {
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--no-prompt", "--allow-read", CLI],
        ...["template", "rel", folder, "-f", "-", "-s", "templates/a.yaml", "--set", "b=2"],
      ],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode("a: piped\n"));
    await writer.close();
    const { stdout, stderr } = await child.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.match(new TextDecoder().decode(stdout), /data: {x: "piped"}/);
  });
});

const LOOKUP = {
  ...CHART,
  "templates/a.yaml":
    `kind: ConfigMap\napiVersion: v1\nmetadata: {name: live}\ndata:\n  uid: {{ (lookup "v1" "ConfigMap" "data" "there").data | toJson }}\n  apis: {{ .Capabilities.APIVersions.Has "v1/ConfigMap" }}\n  kube: {{ .Capabilities.KubeVersion }}\n`,
};

Deno.test("template --dry-run=server asks the cluster for capabilities, lookups and conflicts", async () => {
  await inChart(LOOKUP, async (folder) => {
    const served = createApiServer().serve();
    const api = createKubeClient({ server: served.url, namespace: "data" });
    try {
      await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "data" } });
      const object = { apiVersion: "v1", kind: "ConfigMap" } as const;
      const at = (name: string) => ({ name, namespace: "data" });
      await api.create({ ...object, metadata: at("there"), data: { x: "found" } });
      await Deno.writeTextFile(`${folder}/config`, served.kubeconfig());
      const args = ["template", "rel", folder, "--kubeconfig", `${folder}/config`, "-ndata"];
      const { gitVersion } = await api.version();
      for (const mode of ["--dry-run=server", "--validate"]) {
        const { stdout, stderr } = await capstan([...args, mode]);
        assert.match(
          stdout,
          new RegExp(`uid: {"x":"found"}\\n  apis: true\\n  kube: ${gitVersion}\\n`),
          stderr,
        );
      }
      const offline = await capstan(args);
      assert.match(offline.stdout, /uid: null\n {2}apis: false\n {2}kube: v1\.37\.0\n/);
      await api.create({ ...object, metadata: at("live") });
      const { exit, stderr } = await capstan([...args, "--dry-run=server"]);
      assert.match(
        stderr,
        /^Error: unable to continue with install: ConfigMap "live" in namespace "data" exists and cannot be imported into the current release: invalid ownership metadata; /,
      );
      assert.equal(exit, 1);
      assert.equal((await capstan([...args, "--dry-run=server", "--is-upgrade"])).exit, 0);
      assert.equal((await capstan([...args, "--dry-run=server", "--take-ownership"])).exit, 0);
    } finally {
      api.close();
      await served.close();
    }
  });
});

Deno.test("template takes the namespace of the kubeconfig's context", async () => {
  await inChart(
    { ...CHART, "templates/a.yaml": "kind: {{ .Release.Namespace }}\n" },
    async (folder) => {
      const config = {
        "current-context": "a",
        contexts: [{ name: "a", context: { cluster: "c", namespace: "mine" } }],
        clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:1" } }],
      };
      await Deno.writeTextFile(`${folder}/config`, JSON.stringify(config));
      const { stdout } = await capstan([
        "template",
        folder,
        "--kubeconfig",
        `${folder}/config`,
        "--no-hooks",
      ]);
      assert.match(stdout, /kind: mine\n/);
    },
  );
});

Deno.test("template answers getHostByName only with --enable-dns", async () => {
  await inChart(
    { ...CHART, "templates/a.yaml": 'kind: {{ getHostByName "localhost" | quote }}\n' },
    async (folder) => {
      const args = ["template", "rel", folder, "--no-hooks"];
      assert.match((await capstan(args)).stdout, /kind: ""\n/);
      assert.match(
        (await capstan([...args, "--enable-dns"])).stdout,
        /kind: "(127\.0\.0\.1|::1)"\n/,
      );
    },
  );
});

Deno.test("template says what Helm says of flags that do not go together or do not exist", async (t) => {
  const rows: [args: readonly string[], stderr: string, exit?: number][] = [
    [["--dry-run"], "--dry-run is deprecated and should be replaced with '--dry-run=client'\n", 0],
    [["--dry-run", "--helm-version=v3"], "", 0],
    [
      ["--dry-run=true"],
      "boolean '--dry-run=true' flag is deprecated and must be replaced with '--dry-run=client'\n",
      0,
    ],
    [
      ["--dry-run=none"],
      'Error: invalid dry-run value ("none"). Must be "server" or "client"\n  hint: client only renders, server also asks the cluster whether it would take the objects\n',
    ],
    [
      ["--dry-run=foo"],
      'Error: invalid dry-run value ("foo"). Must be "none", "server", or "client"\n  hint: client only renders, server also asks the cluster whether it would take the objects\n',
    ],
    [
      ["--dry-run=foo", "--helm-version=v3"],
      "Error: Invalid dry-run flag. Flag must one of the following: false, true, none, client, server\n  hint: client only renders, server also asks the cluster whether it would take the objects\n",
    ],
    [
      ["--atomic", "--wait", "--wait-for-jobs", "--timeout=1m", "--create-namespace", "--qps=3"],
      "Flag --atomic has been deprecated, use --rollback-on-failure instead\n",
      0,
    ],
    [
      ["--force", "--force-conflicts"],
      "Flag --force has been deprecated, use --force-replace instead\n" +
      "Error: if any flags in the group [force force-conflicts] are set none of the others can be; [force force-conflicts] were all set\n" +
      "  hint: leave one out: what is replaced as a whole has no conflicts of fields\n",
    ],
    [["--wait=legacy", "--force-conflicts", "--server-side=false", "--is-upgrade=false"], "", 0],
    [
      ["--labels", "a"],
      'Error: invalid argument "a" for "-l, --labels" flag: a must be formatted as key=value\n  hint: several are separated by commas: --labels team=a,tier=web\n',
    ],
    [
      ["-l", "a=b,name=x"],
      "Error: user supplied labels contains system reserved label name. System labels: [name owner status version createdAt modifiedAt]\n",
    ],
    [["--dependency-update"], "", 0],
    [
      ["--repo=http://127.0.0.1:1", "--ca-file=/nowhere.pem"],
      "Error: cannot read certificate file /nowhere.pem: no such file or directory\n  hint: name a file in PEM; a relative path starts where the command runs\n",
    ],
    [
      ["--name-template=x"],
      "Error: cannot set --name-template and also specify a name\n  hint: leave out the name, or the flag\n",
    ],
  ];
  for (const [args, stderr, exit = 1] of rows) {
    await t.step(args.join(" "), async () => {
      await inChart(CHART, async (folder) => {
        const run = await capstan(["template", "rel", folder, ...args]);
        assert.equal(run.stderr, stderr);
        assert.equal(run.exit, exit);
      });
    });
  }
});

/** Indented lines, each of them Capstan's own. */
const HELP = /^(\n {2}.*)*(\n\n\w*Error[^]*)?$/;

/** What is printed to standard error, without a logger's own words: warnings sorted, then the error. */
function messages(stderr: string): { readonly logged: string[]; readonly error: string } {
  const error = /^Error: [^]*$/m.exec(stderr)?.[0] ?? "";
  const logged = stderr.slice(0, stderr.length - error.length).split("\n")
    .filter((line) => line !== "" && !line.startsWith("level=ERROR"))
    .map((line) =>
      line.replace(/^\w+\.go:\d+: /, "")
        .replace(/^level=\w+ msg=(?:"((?:[^"\\]|\\.)*)"|(\S+))/, (_, quoted, plain) =>
          quoted ?? plain)
        .replace(/^WARNING: /, "")
    );
  return { logged: logged.sort(), error: error.replace(/\n$/, "") };
}

/** Runs the command line in this process. */
async function capstan(args: readonly string[]): Promise<Run> {
  let stdout = "", stderr = "";
  const exit = await runCli(args, {
    streams: {
      stdout: { write: (text) => stdout += text },
      stderr: { write: (text) => stderr += text },
    },
  });
  return { exit, stdout, stderr };
}

async function inChart(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const outer = await Deno.makeTempDir();
  const folder = `${outer}/chart`;
  try {
    for (const [name, text] of Object.entries(files)) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(path, text);
    }
    await use(folder);
  } finally {
    await Deno.remove(outer, { recursive: true });
  }
}
