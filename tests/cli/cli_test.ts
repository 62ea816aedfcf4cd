import assert from "node:assert/strict";

const CLI = new URL("../../cli.ts", import.meta.url).pathname;
const CONFIG: { version: string } = JSON.parse(
  await Deno.readTextFile(new URL("../../deno.json", import.meta.url)),
);

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `capstan` with no permission but those given. */
async function capstan(
  args: readonly string[],
  permissions: readonly string[] = [],
): Promise<Result> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, CLI, ...args],
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("capstan --help lists every command and needs no permission", async () => {
  const { code, stdout, stderr } = await capstan(["--help"]);
  assert.equal(code, 0, stderr);
  for (
    const command of [
      "up",
      "plan",
      "down",
      "rehearse",
      "template",
      "install",
      "upgrade",
      "uninstall",
      "list",
      "status",
      "history",
    ]
  ) {
    assert.match(stdout, new RegExp(`^  ${command} +\\S`, "m"), command);
  }
});

Deno.test("capstan COMMAND --help describes the command's flags", async () => {
  for (
    const command of [
      "up",
      "plan",
      "down",
      "rehearse",
      "template",
      "install",
      "upgrade",
      "uninstall",
      "list",
      "status",
      "history",
    ]
  ) {
    const { code, stdout } = await capstan([command, "--help"]);
    assert.equal(code, 0, command);
    assert.match(stdout, /\[--kubeconfig\]/, command);
  }
});

Deno.test("capstan version prints the version of deno.json", async () => {
  const { code, stdout } = await capstan(["version"]);
  assert.equal(code, 0);
  assert.match(stdout, new RegExp(`^capstan ${CONFIG.version.replaceAll(".", "\\.")} `));
});

Deno.test("capstan version --short and --template print as Helm does", async () => {
  const rows: [readonly string[], RegExp | string][] = [
    [["--short"], `v${CONFIG.version}\n`],
    [["--short", "-n", "x", "--debug"], `v${CONFIG.version}\n`],
    [["--template", "{{.Version}}"], `v${CONFIG.version}`],
    [['--template={{printf "%s/%s" .GitCommit .KubeClientVersion}}'], "/v1.37"],
  ];
  for (const [args, expected] of rows) {
    assert.deepEqual((await capstan(["version", ...args])).stdout, expected);
  }
  const { code, stderr } = await capstan(["version", "--template", "{{.Version"]);
  assert.equal(code, 1);
  assert.match(stderr, /^Error: /);
});

Deno.test("capstan refuses wrong usage with exit code 2 and says what was meant", async (t) => {
  const rows: [readonly string[], RegExp][] = [
    [
      ["instal", "a", "b"],
      /^Error: unknown command "instal" for "capstan"\n\nDid you mean this\?\n {2}`install`/,
    ],
    [
      ["up", "--paralelism", "3"],
      /^Error: unknown flag: --paralelism\n {2}hint: did you mean --parallelism\?\n$/,
    ],
    [
      ["list", "--kubeContextt", "x"],
      /^Error: unknown flag: --kubeContextt\n {2}hint: did you mean --kube-context\?\n$/,
    ],
    [
      ["env", "-o", "json"],
      /^Error: unknown shorthand flag: 'o' in -o\n {2}hint: --help shows the flags of the command\n$/,
    ],
    [
      ["up", "--parallelism", "0"],
      /^Error: invalid argument "0" for "--parallelism" flag: must be an integer from 1\n$/,
    ],
    [
      ["up", "--hook-parallelism", "2000"],
      /"2000" for "--hook-parallelism" flag: must be an integer from 0 to 1024/,
    ],
    [
      ["up", "--hook-selection", "some"],
      /"some" for "--hook-selection" flag: must be one of all, annotated\n$/,
    ],
    [
      ["install", "--timeout", "5 minutes", "a", "b"],
      /"5 minutes" for "--timeout" flag: must be a duration such as 90s, 5m or 1h30m\n$/,
    ],
    [["up", "--sandbox=maybe"], /"maybe" for "--sandbox" flag: must be true or false\n$/],
    [["get", "everything", "web"], /"everything" for WHAT: must be one of all, hooks/],
    [["up", "--parallelism"], /^Error: flag needs an argument: --parallelism\n/],
    [
      ["status"],
      /^Error: argument NAME is missing\n {2}hint: --help shows how the command is called\n$/,
    ],
    [
      ["status", "a", "b"],
      /^Error: argument "b" is one too many: the command takes 1 at most\n {2}hint: --help/,
    ],
  ];
  for (const [args, message] of rows) {
    await t.step(args.join(" "), async () => {
      const { code, stdout, stderr } = await capstan(args);
      assert.match(stderr, message);
      assert.equal(code, 2);
      assert.equal(stdout, "");
    });
  }
});
