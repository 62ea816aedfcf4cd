import assert from "node:assert/strict";
import { dryRunMode } from "../../lib/cli/dry_run_mode.ts";
import { atWork } from "./cluster.ts";

Deno.test("dryRunMode() takes what each Helm takes, and says what it says", () => {
  const rows: ["v3" | "v4", string | undefined, string, string?][] = [
    ["v4", undefined, "none"],
    ["v4", "client", "client"],
    ["v4", "server", "server"],
    ["v4", "unset", "client", "--dry-run is deprecated"],
    ["v4", "true", "client", "boolean '--dry-run=true' flag is deprecated"],
    ["v4", "0", "none", "must be replaced with '--dry-run=none'"],
    ["v3", undefined, "none"],
    ["v3", "false", "none"],
    ["v3", "unset", "client"],
    ["v3", "server", "server"],
  ];
  for (const [helmVersion, dryRun, expected, warning = ""] of rows) {
    const said: string[] = [];
    const flags = { helmVersion, ...(dryRun === undefined ? {} : { dryRun }) };
    const mode = dryRunMode(flags, (message) => said.push(message));
    assert.equal(mode, expected, `${helmVersion} ${dryRun}`);
    assert.equal(said.length, warning === "" ? 0 : 1);
    assert.ok(said.join().includes(warning), said.join());
  }
  const bad: [Parameters<typeof dryRunMode>[0], RegExp][] = [
    [{ dryRun: "maybe" }, /^CapstanError: invalid dry-run value \("maybe"\). Must be "none"/],
    [{ dryRun: "maybe", helmVersion: "v3" }, /Invalid dry-run flag/],
  ];
  for (const [flags, message] of bad) assert.throws(() => dryRunMode(flags, () => {}), message);
});

const CHART = {
  "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
  "web/templates/NOTES.txt": "Hello {{ .Release.Revision }}\n",
  "web/templates/a.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}"}
data: {ns: "{{ (lookup "v1" "Namespace" "" "default").metadata }}", host: "{{ getHostByName "localhost" }}"}
---
apiVersion: v1
kind: Secret
metadata: {name: secret}
stringData: {password: s3cret}
`,
  "web/charts/sub/Chart.yaml": "apiVersion: v2\nname: sub\nversion: 1.0.0\n",
  "web/charts/sub/templates/NOTES.txt": "From below\n",
  "web/templates/extra.yaml":
    `{{ with .Values.extra }}{apiVersion: v1, kind: ConfigMap, metadata: {name: extra}, bad: field}{{ end }}`,
};

const POST_RENDERER = ["--post-renderer=sed", "--post-renderer-args=s/s3cret/changed/"];

Deno.test("install and upgrade take Helm's flags", async () => {
  await atWork(CHART, async ({ capstan, writes, server, storage }) => {
    const say = async (...args: string[]) => {
      const { code, stdout, stderr } = await capstan(...args);
      assert.equal(code, 0, `${args.join(" ")}\n${stderr}`);
      return stdout;
    };
    const before = server.requests.length;
    const client = await say("install", "w", "./web", "--dry-run=client", "--hide-secret");
    assert.equal(server.requests.length, before, "a client's dry run asks nothing");
    assert.match(client, /DESCRIPTION: Dry run complete\n.*HOOKS:\nMANIFEST:\n---\n# Source: web/s);
    assert.match(client, /# HIDDEN: The Secret output has been suppressed\n/);
    assert.match(client, /ns: "<nil>"|ns: ""/, "nothing is looked up");
    const plain = await say("install", "w", "./web", "--dry-run=client", "--debug");
    assert.match(plain, /\nUSER-SUPPLIED VALUES:\n\{\}\n\nCOMPUTED VALUES:\n/);
    const dry = await say("install", "w", "./web", "--dry-run=server", "--hide-notes");
    assert.match(dry, /ns: "map\[/);
    assert.doesNotMatch(dry, /NOTES/);
    assert.deepEqual(writes(), [], "a dry run changes nothing");

    await say("install", "w", "./web", "--enable-dns", ...POST_RENDERER);
    const installed = await say("get", "manifest", "w");
    assert.match(installed, /host: "?(127\.0\.0\.1|::1)"?/);
    assert.match(installed, /password: changed/);
    assert.match(await say("get", "notes", "w"), /^NOTES:\nHello 1\n+$/);

    assert.match(
      await say("upgrade", "w", "./web", "--set", "size=7", "--debug", "--dry-run=server"),
      /\nUSER-SUPPLIED VALUES:\nsize: 7\n\nCOMPUTED VALUES:\nsize: 7\n\nHOOKS:/,
    );
    const unknown = await capstan("upgrade", "w", "./web", "--set", "extra=1", "--cleanup-on-fail");
    assert.match(unknown.stderr, /^Error: UPGRADE FAILED: failed to create resource: /m);
    assert.match(unknown.stderr, /field not declared in schema|unknown field/);
    const patched = await capstan(
      ..."upgrade w ./web --set extra=1 --server-side=false --render-subchart-notes".split(" "),
    );
    assert.equal(patched.code, 0, patched.stderr);
    assert.match(patched.stderr, /warning unknown field "bad"\n/);
    assert.match(await say("get", "notes", "w"), /From below\n+Hello 3/);
    assert.match(
      await say("upgrade", "w", "./web", "--dry-run", "--description", "why"),
      /^Release "w" has been upgraded[^]*REVISION: 4\nDESCRIPTION: why\n/,
    );
    assert.equal(
      await say("rollback", "w", "1", "--dry-run=client"),
      "Rollback was a success! Happy Helming!\n",
    );
    assert.equal(await say("uninstall", "w", "--dry-run"), 'release "w" uninstalled\n');
    assert.equal((await storage.list()).length, 3, "nor do those of others");

    await say("uninstall", "w", "--keep-history", "--wait");
    assert.match((await capstan("install", "w", "./web")).stderr, /cannot reuse a name/);
    assert.match(await say("install", "w", "./web", "--replace", "--wait=legacy"), /REVISION: 4\n/);
    assert.equal(await say("uninstall", "x", "--ignore-not-found"), 'release "x" uninstalled\n');
    assert.match(
      await say("upgrade", "-i", "y", "./web", "--take-ownership"),
      /^Release "y" does not exist. Installing it now.\nNAME: y\n/,
    );
  });
});

Deno.test("install, upgrade, rollback and uninstall say of flags what Helm 4 says", async () => {
  const atomic = "Flag --atomic has been deprecated, use --rollback-on-failure instead\n";
  const force = "Flag --force has been deprecated, use --force-replace instead\n";
  const booleanWait = (value: string, word: string) =>
    `--wait=${value} is deprecated (boolean value) and can be replaced with --wait=${word}\n`;
  const together = (group: string, given: string) =>
    `Error: if any flags in the group [${group}] are set none of the others can be; ` +
    `[${given}] were all set\n`;
  const rows: [string, number, string][] = [
    ["install x ./web --atomic", 0, atomic],
    ["install x ./web --atomic --helm-version v3", 0, ""],
    ["upgrade w ./web --atomic --force", 0, atomic + force],
    ["rollback w --force", 0, force],
    ["rollback w --force --helm-version v3", 0, ""],
    ["install v ./web --wait=true", 0, booleanWait("true", "watcher")],
    ["upgrade w ./web --wait=false", 0, booleanWait("false", "hookOnly")],
    ["upgrade w ./web --wait=true --helm-version v3", 0, ""],
    ["upgrade w ./web --wait", 0, ""],
    ["uninstall w --wait=true", 0, booleanWait("true", "watcher")],
    [
      "rollback w --force-replace --force-conflicts",
      1,
      together("force-replace force-conflicts", "force-conflicts force-replace"),
    ],
    [
      "upgrade w ./web --force --force-conflicts",
      1,
      force + together("force force-conflicts", "force force-conflicts"),
    ],
    [
      "upgrade w ./web --force-conflicts --server-side=false",
      1,
      "Error: UPGRADE FAILED: invalid client update option(s): forceConflicts enabled when serverSideApply disabled\n",
    ],
    [
      "rollback w --force-replace --server-side=true",
      1,
      "Error: invalid operation: cannot use server-side apply and force replace together\n",
    ],
    [
      "install x ./web --server-side=auto",
      2,
      'Error: invalid argument "auto" for "--server-side" flag: must be one of true, false\n',
    ],
  ];
  await atWork(CHART, async ({ capstan }) => {
    for (const text of ["one", "two"]) {
      await capstan("upgrade", "-i", "w", "./web", "--set-string", `text=${text}`);
    }
    for (const [line, expected, start] of rows) {
      const dryRun = line.startsWith("uninstall") ? "--dry-run" : "--dry-run=client";
      const { code, stderr } = await capstan(...line.split(" "), dryRun);
      assert.equal(code, expected, `${line}\n${stderr}`);
      if (start === "") assert.doesNotMatch(stderr, /deprecated/, line);
      else assert.ok(stderr.startsWith(start), `${line}\n${stderr}`);
    }
  });
});

Deno.test("a name that no release can have is refused in Helm's words, which differ by command", async () => {
  const rows = [
    ["upgrade a_b ./web", "UPGRADE FAILED: release name is invalid: a_b"],
    ["upgrade a_b ./web --install", "release name is invalid: a_b"],
    ["rollback a_b", "prepareRollback: Release name is invalid: a_b"],
    ["uninstall a_b", "uninstall: Release name is invalid: a_b"],
    ["test a_b", "releaseTest: Release name is invalid: a_b"],
    ["status a_b", "releaseContent: Release name is invalid: a_b"],
    ["get values a_b", "releaseContent: Release name is invalid: a_b"],
    ["history a_b", "release name is invalid: a_b"],
  ] as const;
  await atWork(CHART, async ({ capstan }) => {
    for (const [line, message] of rows) {
      const { code, stdout, stderr } = await capstan(...line.split(" "));
      assert.deepEqual([code, stdout], [1, ""], line);
      assert.equal(
        stderr,
        `Error: ${message}\n  hint: use lower-case letters, digits, - and ., at most 53 characters\n`,
      );
    }
  });
});

Deno.test("a dry run of an install warns of kinds that the chart would define, as Helm 4 does", async () => {
  const files = {
    "web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "web/crds/w.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
`,
  };
  const warning = "This chart or one of its subcharts contains CRDs. " +
    "Rendering may fail or contain inaccuracies.\n";
  const rows: [string, boolean][] = [
    ["--dry-run=server", true],
    ["--dry-run=client", false],
    ["--dry-run=server --skip-crds", false],
    ["--dry-run=server --helm-version v3", false],
  ];
  await atWork(files, async ({ capstan }) => {
    for (const [flags, warned] of rows) {
      const { code, stderr } = await capstan("install", "w", "./web", ...flags.split(" "));
      assert.equal(code, 0, stderr);
      assert.equal(stderr.includes(warning), warned, `${flags}\n${stderr}`);
    }
  });
});

Deno.test("a dry run that is none is refused in the words of either Helm", async () => {
  const three = "Invalid dry-run flag. Flag must one of the following: false, true, none, client,";
  const four = 'invalid dry-run value ("no"). Must be "none", "server", or "client"\n';
  const hiding = "iding Kubernetes secrets requires a dry-run mode\n";
  const rows = [
    ["install x ./web --dry-run=no", four],
    ["upgrade x ./web --dry-run=no", four],
    ["rollback x --dry-run=no", four],
    ["install x ./web --dry-run=no --helm-version v3", `INSTALLATION FAILED: ${three}`],
    ["upgrade x ./web --dry-run=no --helm-version v3", three],
    ["install x ./web --hide-secret", `INSTALLATION FAILED: h${hiding}`],
    ["upgrade x ./web --hide-secret", `UPGRADE FAILED: h${hiding}`],
    ["upgrade x ./web --hide-secret --helm-version v3", `UPGRADE FAILED: H${hiding}`],
  ] as const;
  await atWork(CHART, async ({ capstan }) => {
    for (const [line, start] of rows) {
      const { code, stderr } = await capstan(...line.split(" "));
      assert.equal(code, 1, line);
      assert.ok(stderr.startsWith(`Error: ${start}`), `${line}\n${stderr}`);
    }
  });
});

Deno.test("flags about the cluster win over the kubeconfig", async () => {
  await atWork({}, async ({ capstan, server, folder }) => {
    const { clusters } = JSON.parse(
      JSON.stringify(await readYaml(`${folder}/kubeconfig`)),
    ) as { clusters: { cluster: { server: string } }[] };
    const address = clusters[0]!.cluster.server;
    const { code, stderr } = await capstan(
      ...`list --kubeconfig=/dev/null --kube-apiserver ${address} --kube-token=t0ken`.split(" "),
      ..."--kube-as-user bob --kube-as-group ops --qps 5 --burst-limit 9".split(" "),
    );
    assert.equal(code, 0, stderr);
    assert.ok(server.requests.length > 0);
  });
});

async function readYaml(path: string): Promise<unknown> {
  const { parseYaml } = await import("../../lib/yaml/parse.ts");
  return parseYaml(await Deno.readTextFile(path));
}
