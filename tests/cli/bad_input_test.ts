import assert from "node:assert/strict";
import { certificateFuncs, GoCertificate } from "../../lib/sprig/certificates.ts";
import { chartFiles, CONFIG, hookJob } from "../harness.ts";
import { call, testEnv } from "../sprig/environment.ts";
import { atWork, finished } from "./cluster.ts";
import type { Finished, Workplace } from "./cluster.ts";

/** A line of a stack trace. */
const TRACE = /^ {4}at .*(file|ext):.*:\d+:\d+\)?$/m;

/** A stack of one release of each chart, all independent. */
function stackOf(...charts: string[]): string {
  const releases = charts.map((chart) => `release("${chart}", { chart: "./charts/${chart}" })`);
  return `import { defineStack, release } from "@capstan/capstan";
export default defineStack({ name: "test", releases: [${releases.join(", ")}] });
`;
}

function chart(name: string, template: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(chartFiles(name, { "config.yaml": template })).map((
      [path, text],
    ) => [`charts/${path}`, text]),
  );
}

const GOOD = { ...chart("good", CONFIG), "good.ts": stackOf("good") };

interface Row {
  readonly why: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  /** All of standard error. */
  readonly says: string | RegExp;
}

/** Runs each row twice: one clear error, exit code 1, nothing written; a trace with --debug only. */
async function check(t: Deno.TestContext, rows: readonly Row[]): Promise<void> {
  await atWork(GOOD, async (workplace) => {
    for (const { why, files = {}, args, says } of rows) {
      await t.step(why, async () => {
        await workplace.write(files);
        assertClear(await workplace.capstan(...args), says);
        const debug = await workplace.capstan(...args, "--debug");
        assert.equal(debug.code, 1);
        assert.match(debug.stderr, TRACE);
        if (typeof says === "string") assert.ok(debug.stderr.startsWith(says), debug.stderr);
        assert.deepEqual(workplace.writes(), []);
      });
    }
  });
}

function assertClear({ code, stdout, stderr }: Finished, says: string | RegExp): void {
  if (typeof says === "string") assert.equal(stderr, says);
  else assert.match(stderr, says);
  assert.equal(stdout, "");
  assert.equal(code, 1);
  assert.doesNotMatch(stderr, TRACE);
}

const UP = ["up", "--quiet"];

Deno.test("a stack file that is no stack: one clear error and nothing else", (t) =>
  check(t, [
    {
      why: "it does not exist",
      args: [...UP, "gone.ts"],
      says: `Error: cannot load stack gone.ts: no such file
  hint: name the stack file: \`capstan up path/to/stack.ts\`; without a name it is ./stack.ts
`,
    },
    {
      why: "it is a folder",
      args: [...UP, "charts"],
      says: `Error: cannot load stack charts: it is a folder
  hint: name the file in it, e.g. charts/stack.ts
`,
    },
    {
      why: "it is not TypeScript",
      files: { "syntax.ts": "export default defineStack({" },
      args: [...UP, "syntax.ts"],
      says:
        /^Error: cannot load stack syntax\.ts: SyntaxError: .*\n(.*\n)* {2}at FOLDER\/syntax\.ts:1:\d+\n$/,
    },
    {
      why: "it imports what is not there",
      files: { "imports.ts": 'import "./nowhere.ts";' },
      args: [...UP, "imports.ts"],
      says: `Error: cannot load stack imports.ts: Module not found "FOLDER/nowhere.ts".
  at FOLDER/imports.ts:1:8
`,
    },
    {
      why: "it throws",
      files: { "throws.ts": 'const bad = () => {\n  throw new RangeError("boom");\n};\nbad();\n' },
      args: [...UP, "throws.ts"],
      says: `Error: cannot load stack throws.ts: it throws RangeError: boom
  at FOLDER/throws.ts:2:9
`,
    },
    {
      why: "it exports nothing",
      files: { "nothing.ts": "export const stack = 1;" },
      args: [...UP, "nothing.ts"],
      says: `Error: cannot load stack nothing.ts: it has no default export
  at nothing.ts
  hint: end the file with \`export default defineStack({ … })\`
`,
    },
    {
      why: "it exports the wrong thing",
      files: { "wrong.ts": 'export default { name: "test", releases: [] };' },
      args: [...UP, "wrong.ts"],
      says: `Error: cannot load stack wrong.ts: its default export is not a stack
  at wrong.ts
  hint: end the file with \`export default defineStack({ … })\`
`,
    },
    {
      why: "its types do not fit",
      files: { "types.ts": `${stackOf("good")}const replicas: number = "three";\n` },
      args: [...UP, "--check", "types.ts"],
      says: `Error: stack FOLDER/types.ts does not type-check:
TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
const replicas: number = "three";
      ~~~~~~~~
  at FOLDER/types.ts:3:7
  hint: fix the types, or skip this check with --no-check
`,
    },
    {
      why: "plan says the same of its types",
      args: ["plan", "types.ts"],
      says: `Error: stack test cannot go up:
  stack FOLDER/types.ts does not type-check:
  TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
  const replicas: number = "three";
        ~~~~~~~~
    at FOLDER/types.ts:3:7
    hint: fix the types, or skip this check with --no-check
`,
    },
    {
      why: "several mistakes at once",
      files: {
        "mistakes.ts": `import { defineStack, release } from "@capstan/capstan";
const a = release("A", { chart: "./charts/good", needs: ["b"] });
const b = release("b", { chart: "./charts/good", needs: ["c"] });
export default defineStack({ name: "test", releases: [a, b], parallelism: 0 });
`,
      },
      args: [...UP, "--no-check", "mistakes.ts"],
      says: `Error: stack test has 3 mistakes:
  bad parallelism of the stack: 0
    at FOLDER/mistakes.ts:4:16
    hint: use an integer from 1
  bad release name "A"
    at FOLDER/mistakes.ts:2:11
    hint: use lower-case letters, digits, dashes and dots, at most 53
  release b needs "c", which the stack does not have
    at FOLDER/mistakes.ts:3:11
`,
    },
  ]));

Deno.test("a chart that is missing or broken: one clear error, and no other release is touched", (t) =>
  check(t, [
    {
      why: "it is missing",
      files: { "missing.ts": stackOf("good", "missing") },
      args: [...UP, "--no-check", "missing.ts"],
      says:
        `Error: missing: cannot load chart ./charts/missing: path "FOLDER/./charts/missing" not found
  hint: a relative path starts where the command runs; in a stack file, at the stack file
`,
    },
    {
      why: "its Chart.yaml is missing",
      files: { "charts/bare/values.yaml": "{}", "bare.ts": stackOf("good", "bare") },
      args: [...UP, "--no-check", "bare.ts"],
      says: `Error: bare: cannot load chart ./charts/bare: Chart.yaml file is missing
  hint: a chart folder holds a Chart.yaml; does .helmignore leave it out?
`,
    },
    {
      why: "its Chart.yaml is not YAML",
      files: {
        "charts/broken/Chart.yaml": "apiVersion: v2\nname: [x\n",
        "broken.ts": stackOf("good", "broken"),
      },
      args: [...UP, "--no-check", "broken.ts"],
      says:
        `Error: broken: cannot load chart ./charts/broken: cannot load Chart.yaml: error converting YAML to JSON: yaml: line 2: did not find expected ',' or ']'
  at FOLDER/./charts/broken/Chart.yaml:3:1
`,
    },
    {
      why: "its template does not parse",
      files: { ...chart("parse", "a: {{ if }}\n"), "parse.ts": stackOf("good", "parse") },
      args: [...UP, "--no-check", "parse.ts"],
      says: `Error: parse: parse error at (parse/templates/config.yaml:1): missing value for if
  at parse/templates/config.yaml:1:10
    1 | a: {{ if }}
                 ^
`,
    },
    {
      why: "its template fails",
      files: { ...chart("fails", "a: {{ .Values.a.b }}\n"), "fails.ts": stackOf("good", "fails") },
      args: [...UP, "--no-check", "fails.ts"],
      says: `Error: fails: fails/templates/config.yaml:1:13
  executing "fails/templates/config.yaml" at <.Values.a.b>:
    nil pointer evaluating interface {}.b
  at fails/templates/config.yaml:1:14
    1 | a: {{ .Values.a.b }}
                     ^
  hint: .Values.a has no value; set it, or ask first: {{ with .Values.a }}{{ .b }}{{ end }}
`,
    },
    {
      why: "its template makes no YAML",
      files: { ...chart("text", "a: [\n"), "text.ts": stackOf("good", "text") },
      args: [...UP, "--no-check", "text.ts"],
      says:
        `Error: text: YAML parse error on text/templates/config.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content
  at text/templates/config.yaml
    in what it renders to:
    1 | a: [
    2 | 
        ^
  hint: the template renders to something that is not YAML; is an indent or a quote missing?
`,
    },
    {
      why: "two charts of a stack are broken",
      args: [...UP, "--no-check", "two.ts"],
      files: { "two.ts": stackOf("parse", "good", "fails") },
      says: `Error: stack test has 2 failures:
  parse: parse error at (parse/templates/config.yaml:1): missing value for if
    at parse/templates/config.yaml:1:10
      1 | a: {{ if }}
                   ^
  fails: fails/templates/config.yaml:1:13
    executing "fails/templates/config.yaml" at <.Values.a.b>:
      nil pointer evaluating interface {}.b
    at fails/templates/config.yaml:1:14
      1 | a: {{ .Values.a.b }}
                       ^
    hint: .Values.a has no value; set it, or ask first: {{ with .Values.a }}{{ .b }}{{ end }}
`,
    },
    {
      why: "plan",
      args: ["plan", "--no-check", "two.ts"],
      says: `Error: stack test cannot go up:
  parse: parse error at (parse/templates/config.yaml:1): missing value for if
    at parse/templates/config.yaml:1:10
      1 | a: {{ if }}
                   ^
  fails: fails/templates/config.yaml:1:13
    executing "fails/templates/config.yaml" at <.Values.a.b>:
      nil pointer evaluating interface {}.b
    at fails/templates/config.yaml:1:14
      1 | a: {{ .Values.a.b }}
                       ^
    hint: .Values.a has no value; set it, or ask first: {{ with .Values.a }}{{ .b }}{{ end }}
`,
    },
    {
      why: "install",
      args: ["install", "x", "charts/fails"],
      says: `Error: INSTALLATION FAILED: fails/templates/config.yaml:1:13
  executing "fails/templates/config.yaml" at <.Values.a.b>:
    nil pointer evaluating interface {}.b
  at fails/templates/config.yaml:1:14
    1 | a: {{ .Values.a.b }}
                     ^
  hint: .Values.a has no value; set it, or ask first: {{ with .Values.a }}{{ .b }}{{ end }}
`,
    },
    {
      why: "template",
      args: ["template", "x", "charts/missing"],
      says: `Error: repo charts not found
  hint: there is no folder or file charts/missing; name a folder or an archive, an address, a chart of a repository that was added (\`capstan repo add\`), or a chart and its repository with --repo
`,
    },
  ]));

Deno.test("a kubeconfig that cannot be used: one clear error", (t) =>
  check(t, [
    {
      why: "it is missing",
      args: [...UP, "--kubeconfig", "gone.yaml", "good.ts"],
      says: `Error: cannot read kubeconfig gone.yaml: no such file
  hint: name one with --kubeconfig or in KUBECONFIG
`,
    },
    {
      why: "it is not YAML",
      files: { "broken.yaml": "clusters: [\n" },
      args: [...UP, "--kubeconfig", "broken.yaml", "good.ts"],
      says:
        `Error: cannot read kubeconfig broken.yaml: error converting YAML to JSON: yaml: line 1: did not find expected node content
  at broken.yaml
  hint: mend it, or name another
`,
    },
    {
      why: "it is something else",
      files: { "list.yaml": "- a\n" },
      args: ["list", "--kubeconfig", "list.yaml"],
      says: `Error: cannot read kubeconfig list.yaml: it is not a mapping
`,
    },
    {
      why: "it does not have the context",
      args: [...UP, "--kube-context", "eu-1", "good.ts"],
      says: `Error: context "eu-1" does not exist
  hint: its contexts are rehearsal; pick one with --kube-context
`,
    },
  ]));

Deno.test("a cluster that cannot be reached or trusted: one clear error, whatever the number of releases", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  listener.close();
  const server = certificate("genSelfSignedCert", "127.0.0.1", ["127.0.0.1"], [], 1n);
  const other = certificate("genCA", "another authority", 1n);
  const tls = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    cert: server.cert,
    key: server.key,
    onListen: () => {},
  }, () => new Response("never asked"));
  const closed = `http://127.0.0.1:${port}`;
  const untrusted = `https://127.0.0.1:${tls.addr.port}`;
  await atWork(GOOD, async ({ capstan, write }) => {
    await write({
      "closed.yaml": kubeconfig(closed),
      "untrusted.yaml": kubeconfig(untrusted, other.cert),
      "three.ts": stackOf("good").replace(
        /release\(.*?\}\)/,
        (one) => ["a", "b", "c", "d"].map((name) => one.replace('"good"', `"${name}"`)).join(", "),
      ),
    });
    const unreachable = `cannot reach ${closed}: connection refused\n` +
      "  hint: is the cluster up, and the kubeconfig's server address right?\n";
    const refused = `cannot trust ${untrusted}: invalid peer certificate: UnknownIssuer\n` +
      "  hint: the kubeconfig's certificate-authority must have signed the server's certificate for that name\n";
    const many = ["up", "--quiet", "--no-check", "three.ts", "--kubeconfig"];
    for (
      const [args, says] of [
        [
          [...many, "closed.yaml"],
          `Error: cannot lock stack test on 127.0.0.1:${port}: ${unreachable}`,
        ],
        [
          ["install", "x", "charts/good", "--kubeconfig", "closed.yaml"],
          `Error: INSTALLATION FAILED: ${unreachable}`,
        ],
        [["list", "--kubeconfig", "closed.yaml"], `Error: ${unreachable}`],
        [
          [...many, "untrusted.yaml"],
          `Error: cannot lock stack test on 127.0.0.1:${tls.addr.port}: ${refused}`,
        ],
        [["list", "--kubeconfig", "untrusted.yaml"], `Error: ${refused}`],
      ] as const
    ) {
      assertClear(await capstan(...args), says);
      assert.match((await capstan(...args, "--debug")).stderr, TRACE);
    }
  });
  await tls.shutdown();
});

function certificate(name: string, ...args: unknown[]): GoCertificate {
  const randomBytes = (n: number) => crypto.getRandomValues(new Uint8Array(n));
  const made = call(certificateFuncs(testEnv({ now: Date.now, randomBytes })), name, ...args);
  assert.ok(made instanceof GoCertificate);
  return made;
}

function kubeconfig(server: string, authority?: string): string {
  const trust = authority === undefined ? "" : `, certificate-authority-data: ${btoa(authority)}`;
  return `current-context: c
clusters: [{name: c, cluster: {server: "${server}"${trust}}}]
contexts: [{name: c, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: t}}]
`;
}

const FORBIDDEN =
  'secrets is forbidden: User "u" cannot create resource "secrets" in API group "" in the namespace "default"';

Deno.test("403 when the record is to be written: one clear error, and nothing is there", async () => {
  await atWork(GOOD, async ({ capstan, server, storage, writes }) => {
    server.inject({ method: "POST", path: "/secrets", status: 403, message: FORBIDDEN });
    const up = await capstan("up", "--quiet", "--no-check", "good.ts");
    assert.equal(up.stderr, `Error: good: create: failed to create: ${FORBIDDEN}\n`);
    assert.equal(up.code, 1);
    const install = await capstan("install", "x", "charts/good");
    assertClear(install, `Error: INSTALLATION FAILED: create: failed to create: ${FORBIDDEN}\n`);
    assert.deepEqual(await storage.list(), []);
    assert.deepEqual(writes().filter((write) => !/\/(secrets|leases)/.test(write)), []);
  });
});

Deno.test("403 on an object: one clear error, and the release is recorded as failed", async () => {
  const message = 'configmaps is forbidden: User "u" cannot patch resource "configmaps"';
  await atWork(GOOD, async ({ capstan, server, storage }) => {
    server.inject({ method: "PATCH", path: "/configmaps/", status: 403, message });
    const says = `server-side apply failed for object default/good /v1, Kind=ConfigMap: ${message}`;
    const up = await capstan("up", "--quiet", "--no-check", "good.ts");
    assert.equal(up.stderr, `Error: good: ${says}\n`);
    assert.match(up.stdout, /\ngood +default +1 +failed +0 +\S+ +failed\n\nfailed: 1 failed in /);
    assert.equal(up.code, 1);
    const [entry, ...others] = await storage.list();
    assert.deepEqual([entry?.name, entry?.status, others.length], ["good", "failed", 0]);
    const release = await storage.get(entry!);
    assert.equal(release?.info.description, `Release "good" failed: ${says}`);
  });
});

/** Two releases, the second after the first, whose hook takes so long. */
function slow(delay: string): Record<string, string> {
  return {
    ...chart("slow", CONFIG + hookJob("{{ .Release.Name }}-job", "pre-install", { delay })),
    "slow.ts": `import { defineStack, release } from "@capstan/capstan";
const first = release("first", { chart: "./charts/slow" });
const second = release("second", { chart: "./charts/slow", needs: [first] });
export default defineStack({ name: "test", releases: [first, second] });
`,
  };
}

/** Waits until the first release's hook runs. */
async function untilHookRuns({ server }: Workplace): Promise<void> {
  const isCreated = () =>
    server.requests.some(({ method, path }) => method === "POST" && path.includes("/jobs"));
  for (let i = 0; i < 1_000 && !isCreated(); i++) await delay(20);
  assert.ok(isCreated(), "the hook was never created");
}

function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function statuses({ storage }: Workplace): Promise<string[]> {
  return (await storage.list()).map(({ name, status }) => `${name} ${status}`);
}

const INTERRUPTS = [["SIGINT", 130], ["SIGTERM", 143]] as const;

for (const [signal, code] of INTERRUPTS) {
  Deno.test(`the first ${signal} lets what runs finish, starts nothing new, and ends with ${code}`, async () => {
    await atWork(slow("1500ms"), async (workplace) => {
      const child = workplace.start("up", "--no-check", "slow.ts");
      await untilHookRuns(workplace);
      child.kill(signal);
      const ended = await finished(child, workplace.folder);
      assert.equal(ended.code, code, ended.stderr);
      assert.match(ended.stderr, /warning interrupted: .*; once more ends it now\n/);
      assert.deepEqual(await statuses(workplace), ["first deployed"]);
      assert.match(ended.stdout, /\nfirst +default +1 +deployed +1 .*installed\n/);
      assert.match(ended.stdout, /\nsecond +default +- .*skipped\n/);
      assert.doesNotMatch(ended.stderr, TRACE);
    });
  });

  Deno.test(`the second ${signal} ends the run now: releases are failed, none is pending`, async () => {
    await atWork(slow("10m"), async (workplace) => {
      const child = workplace.start("up", "--no-check", "slow.ts");
      await untilHookRuns(workplace);
      child.kill(signal);
      await delay(300);
      assert.deepEqual(await statuses(workplace), ["first pending-install"]);
      child.kill(signal);
      const ended = await finished(child, workplace.folder);
      assert.equal(ended.code, code, ended.stderr);
      assert.deepEqual(await statuses(workplace), ["first failed"]);
      assert.doesNotMatch(ended.stderr, TRACE);
    });
  });
}

/** Stack files that are never loaded: one waits, one never gives way to anything else. */
const ENDLESS = {
  "waits.ts":
    'console.error("begun");\nawait new Promise((resolve) => setTimeout(resolve, 600_000));\n',
  "loops.ts": 'console.error("begun");\nwhile (true);\n',
};

for (const [signal, code] of INTERRUPTS) {
  for (const [path, more] of [["waits.ts"], ["loops.ts"], ["loops.ts", "--sandbox"]]) {
    Deno.test(`the first ${signal} ends the load of ${[path, more].filter(Boolean).join(" ")}`, async () => {
      await atWork(ENDLESS, async (workplace) => {
        const flags = ["--no-check", ...(more === undefined ? [] : [more])];
        const child = workplace.start("up", ...flags, path!);
        const stderr = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
        let told = "";
        while (!told.includes("begun\n")) {
          const { value, done } = await stderr.read();
          assert.ok(!done, told);
          told += value;
        }
        child.kill(signal);
        const [status] = await Promise.all([child.status, child.stdout.cancel()]);
        assert.equal(status.code, code);
        for (let piece = await stderr.read(); !piece.done; piece = await stderr.read()) {
          told += piece.value;
        }
        assert.doesNotMatch(told, TRACE);
        assert.deepEqual(workplace.writes(), []);
      });
    });
  }
}

Deno.test("install is interrupted as up is", async () => {
  await atWork(slow("10m"), async (workplace) => {
    const child = workplace.start("install", "first", "charts/slow");
    await untilHookRuns(workplace);
    child.kill("SIGINT");
    await delay(300);
    child.kill("SIGINT");
    const ended = await finished(child, workplace.folder);
    assert.equal(ended.code, 130, ended.stderr);
    assert.match(ended.stderr, /warning interrupted: /);
    assert.match(ended.stderr, /\nError: INSTALLATION FAILED: failed pre-install: interrupted\n$/);
    assert.deepEqual(await statuses(workplace), ["first failed"]);
    assert.doesNotMatch(ended.stderr, TRACE);
  });
});
