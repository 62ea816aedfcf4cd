// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno test` over the given paths (all unit and doc tests, which need no cluster, when there are none), closing with the
 * plain line `N passed, N failed` that CI reads. Exits as `deno test` does.
 */
/** Folders below tests/ that need a real cluster. */
const WITH_CLUSTER = ["e2e", "public", "testbed"];

const paths = Deno.args.length > 0
  ? Deno.args
  : ["--doc", "mod.ts", "lib", "docs", ...await unitTests()];
const child = new Deno.Command(Deno.execPath(), {
  args: ["test", "-A", "--parallel", ...paths],
  stdout: "piped",
  stderr: "inherit",
  env: { TZ: "UTC", NO_COLOR: "1" },
}).spawn();

const tail = { passed: 0, failed: 0, ignored: 0 };
const decoder = new TextDecoder();
let rest = "";
for await (const chunk of child.stdout) {
  await Deno.stdout.write(chunk);
  const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
  rest = lines.pop() ?? "";
  lines.forEach(count);
}
count(rest);
const { code } = await child.status;
const skipped = tail.ignored > 0 ? `, ${tail.ignored} skipped` : "";
console.log(`${tail.passed} passed, ${tail.failed} failed${skipped}`);
Deno.exit(code);

function count(line: string): void {
  const match = line.match(/^(?:ok|FAILED) \| (\d+) passed(?: \(\d+ steps?\))? \| (\d+) failed/);
  if (match === null) return;
  tail.passed = Number(match[1]);
  tail.failed = Number(match[2]);
  tail.ignored = Number(line.match(/\| (\d+) ignored/)?.[1] ?? 0);
}

/** What is below tests/ and needs no cluster. Together with --doc, Deno's --ignore has no effect. */
async function unitTests(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir("tests"));
  return entries.map(({ name }) => name).filter((name) => !WITH_CLUSTER.includes(name)).sort().map((
    name,
  ) => `tests/${name}`);
}
