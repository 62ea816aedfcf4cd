// deno-lint-ignore-file no-console -- a program of its own
/**
 * `deno task bundle`: the program as a few minified files in dist/cli, and dist/capstan to start it.
 * They start in about two thirds of the time of the sources, which Deno looks up one by one.
 *
 * The folder lies two deep because the program looks for its checkout from its own place, and the
 * sources that do so lie as deep.
 */

/** Large, and wanted only by kubeconfigs with auth plugins: it stays a package. */
const EXTERNAL = "@kubernetes/client-node";

const root = new URL("../", import.meta.url).pathname;
/** What runs in a worker of its own: a file of its own. */
const SANDBOX = `${root}lib/stack/sandbox_worker.ts`;
const folder = `${root}dist/cli`;

await Deno.remove(folder, { recursive: true }).catch((error) => {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
});
const flags = ["--quiet", "--minify", "--code-splitting", "--external", EXTERNAL];
const { success } = await new Deno.Command(Deno.execPath(), {
  args: ["bundle", ...flags, "--outdir", folder, `${root}cli.ts`, SANDBOX],
  cwd: root,
}).spawn().status;
if (!success) Deno.exit(1);
await nameThePackage(JSON.parse(await Deno.readTextFile(`${root}deno.json`)).imports[EXTERNAL]);

const launcher = `${root}dist/capstan`;
await Deno.mkdir(`${root}dist`, { recursive: true });
await Deno.writeTextFile(launcher, launch(`${folder}/cli.js`), { mode: 0o755 });
console.log(`bundled: ${launcher} (link it into your PATH)`);

/**
 * V8 compiles ahead what it is told to keep, rather than each function when it is first called: what
 * it keeps in Deno's cache then holds all of them. Files of
 * other commands are not looked at. The import map is for stack files outside.
 */
function launch(program: string): string {
  const flags = ["-A", "--no-check", "--v8-flags=--no-lazy", "--unstable-lazy-dynamic-imports"];
  return [
    "#!/bin/sh",
    `exec deno run ${flags.join(" ")} --config '${root}deno.json' '${program}' "$@"`,
    "",
  ].join("\n");
}

/** A bare name means something only beside deno.json; what it stands for, everywhere. */
async function nameThePackage(specifier: string): Promise<void> {
  for await (const { name, isFile } of Deno.readDir(folder)) {
    if (!isFile) continue;
    const text = await Deno.readTextFile(`${folder}/${name}`);
    if (!text.includes(`"${EXTERNAL}"`)) continue;
    await Deno.writeTextFile(
      `${folder}/${name}`,
      text.replaceAll(`"${EXTERNAL}"`, JSON.stringify(specifier)),
    );
  }
}
