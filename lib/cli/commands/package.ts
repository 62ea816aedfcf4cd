/**
 * `capstan package`: charts as archives.
 *
 * @module
 */
import { CapstanError, messageOf } from "../../errors.ts";
import type { PackagedChart } from "../../registry/package.ts";
import { packageFolder } from "../../registry/package_folder.ts";
import type { CliContext } from "../context.ts";
import { makeFolder } from "../write_text.ts";
import { packageTime, withDependencyOptions } from "../dependency_options.ts";
import type { PackageFlags } from "../dependency_commands.ts";

/** Writes an archive for each chart, and says where. */
export async function packageCharts(
  this: CliContext,
  flags: PackageFlags,
  ...paths: string[]
): Promise<void> {
  for (const name of ["key", "keyring"] as const) {
    // A keyring that is not named is GnuPG's.
    if (!flags.sign || flags[name] || (name === "keyring" && flags[name] === undefined)) continue;
    throw new CapstanError(`--${name} is required for signing a package`, {
      code: "cli/flags",
      hint: "--key names a part of the key's user id, --keyring the file of private keys",
    });
  }
  for (const path of paths) {
    if (flags.dependencyUpdate) await updateFirst(this, flags, path);
    const packaged = await packaging(this, flags, path);
    const folder = flags.destination ?? ".";
    await makeFolder(folder);
    const target = `${
      folder === "." ? Deno.cwd() : folder.replace(/(?<=.)\/+$/, "")
    }/${packaged.fileName}`;
    await Deno.writeFile(target, packaged.archive);
    if (flags.sign) await sign(this, flags, { ...packaged, target });
    this.process.stdout.write(`Successfully packaged chart and saved it to: ${target}\n`);
  }
}

async function updateFirst(context: CliContext, flags: PackageFlags, path: string): Promise<void> {
  const { updateDependencies } = await import("../../registry/dependencies.ts");
  const quiet = () => {};
  await withDependencyOptions(
    context,
    flags,
    (options) => updateDependencies(path, options),
    quiet,
  );
}

async function packaging(
  context: CliContext,
  { version, appVersion }: PackageFlags,
  path: string,
): Promise<PackagedChart> {
  const { warn } = context;
  const time = packageTime(context);
  return await packageFolder(path, { version, appVersion, time, warn, signal: context.abort });
}

async function sign(
  context: CliContext,
  flags: PackageFlags,
  { archive, fileName, target }: PackagedChart & { readonly target: string },
): Promise<void> {
  const { signArchive } = await import("../../registry/provenance.ts");
  const { keyring } = await import("../verification.ts");
  const { key = "", passphraseFile } = flags;
  const provenance = await signArchive({ archive, fileName }, {
    key,
    keyring: await keyring(context, flags),
    passphrase: passphraseFile === undefined ? undefined : await passphrase(passphraseFile),
  });
  context.abort.throwIfAborted();
  await Deno.writeFile(`${target}.prov`, provenance);
}

/** The first line of a file, or of standard input. */
async function passphrase(path: string): Promise<string> {
  const bytes = path === "-" ? await new Response(Deno.stdin.readable).bytes() : await read(path);
  return new TextDecoder().decode(bytes).split(/\r?\n/, 1)[0]!;
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw new CapstanError(`cannot read passphrase file ${path}: ${messageOf(error)}`, {
      code: "chart/keyring",
      hint: "name another with --passphrase-file",
      cause: error,
    });
  }
}
