// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno task compile [OUTPUT]`: the program as one executable.
 *
 * What goes into it is a bundle, so that it holds what the program uses and not the packages of its
 * tests: 6 MB instead of 112. The library is in it too, for the stack files that it loads from the disk.
 *
 * Deno fetches the base of the executable (denort) from its own site; where that cannot be reached this
 * says so, and what to do instead.
 */
const root = new URL("../", import.meta.url).pathname;

/** Writes the program and the library into a folder, with the configuration that leads stack files to it. */
export async function bundleInto(folder: string): Promise<void> {
  const flags = ["--quiet", "--minify", "--code-splitting", "--outdir", folder];
  await deno(["bundle", ...flags, `${root}cli.ts`, `${root}mod.ts`]);
  const config = { imports: { "@capstan/capstan": "./mod.js" } };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
}

/** Runs Deno. @throws {Error} With its words, when it fails. */
async function deno(args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

async function compile(output: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await bundleInto(folder);
    const config = ["--config", `${folder}/deno.json`, "--include", `${folder}/mod.js`];
    const flags = ["-A", "--no-check", "--no-lock", "--output", absolute(output)];
    await deno(["compile", ...flags, ...config, `${folder}/cli.js`]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function absolute(path: string): string {
  return /^([/\\]|[A-Za-z]:)/.test(path) ? path : `${root}${path}`;
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

if (import.meta.main) {
  const [output = "dist/capstan-bin"] = Deno.args;
  try {
    await compile(output);
    console.log(`compiled: ${output}`);
  } catch (error) {
    console.error(explain(error instanceof Error ? error.message : String(error)));
    Deno.exit(1);
  }
}
