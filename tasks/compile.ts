// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno task compile [OUTPUT]`: the program as one executable.
 *
 * Deno fetches the base of the executable (denort) from its own site; where that cannot be reached this
 * says so, and what to do instead.
 */
const [output = "dist/capstan-bin"] = Deno.args;
const { code, stderr } = await new Deno.Command(Deno.execPath(), {
  args: ["compile", "-A", "--no-check", "--output", output, "cli.ts"],
  env: { NO_COLOR: "1" },
}).output();
const said = new TextDecoder().decode(stderr).trim();
if (code === 0) console.log(`compiled: ${output}`);
else {
  console.error(explain(said));
  Deno.exit(1);
}

/** Deno's own words, or what to do where the base of the executable is not to be had. */
function explain(said: string): string {
  if (!/denort|dns error|client error|sending request/i.test(said)) return said;
  return [
    "cannot compile cli.ts: the base of the executable (denort) could not be fetched",
    "  hint: run this where Deno can download it, or take `deno task bundle`, whose program",
    "        needs no denort, only Deno",
    "",
    said,
  ].join("\n");
}
