/**
 * `capstan pull` and `capstan push`.
 *
 * Rules and words from Helm's pkg/action/pull.go and pkg/registry/client.go.
 *
 * @module
 */
import { gunzip, unpackTar } from "../../chart/archive.ts";
import { chartLimits } from "../../chart/limits.ts";
import { loadChartArchive } from "../../chart/load.ts";
import { CapstanError, messageOf } from "../../errors.ts";
import { isOci } from "../../registry/oci_reference.ts";
import type { RemoteArchive } from "../../registry/locate.ts";
import type { CliContext } from "../context.ts";
import { accessOf, versionOf } from "../download_flags.ts";
import { withLocator } from "../locator.ts";
import type { PullFlags, PushFlags } from "../registry_commands.ts";
import { makeFolder, writeFiles, writeText } from "../write_text.ts";

/** Downloads charts to files or folders. */
export async function pull(this: CliContext, flags: PullFlags, ...refs: string[]): Promise<void> {
  const { repo, verify = false, prov = false } = flags;
  await withLocator(this, flags, async (locator) => {
    for (const ref of refs) {
      const found = await locator.fetch(ref, {
        repo,
        version: versionOf(flags),
        access: accessOf(flags),
        provenance: verify || prov,
        signal: this.abort,
      });
      const { stdout } = this.process;
      if (found.pulled !== undefined) {
        stdout.write(`Pulled: ${found.pulled.reference}\nDigest: ${found.pulled.manifest}\n`);
      }
      if (verify) {
        const { verificationText, verifyFound } = await import("../verification.ts");
        stdout.write(verificationText(await verifyFound(this, found, flags)));
      }
      await (flags.untar ? unpack(found, ref, flags) : save(found, flags));
    }
  });
}

async function save(found: RemoteArchive, { destination = "." }: PullFlags): Promise<void> {
  const name = found.pulled === undefined
    ? decodeURIComponent(new URL(found.url).pathname.split("/").at(-1)!)
    : `${found.name}-${found.version || found.digest}.tgz`;
  await makeFolder(destination);
  await writeText(`${destination}/${name}`, found.archive);
  if (found.provenance !== undefined) {
    await writeText(`${destination}/${name}.prov`, found.provenance);
  }
}

/** Unpacks into a folder of the chart's name, which must not be there. */
async function unpack(found: RemoteArchive, ref: string, flags: PullFlags): Promise<void> {
  const { destination = ".", untardir = "." } = flags;
  const into = (untardir.startsWith("/") ? untardir : `${destination}/${untardir}`).replace(
    /(\/\.)+$|^(\.\/)+(?=.)/g,
    "",
  );
  const { metadata: { name } } = await loadChartArchive(found.archive);
  const folder = `${into}/${name}`;
  const there = await Deno.lstat(folder).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw new CapstanError(`failed to untar ${ref}: ${messageOf(error)}`, {
      code: "cli/unwritable",
      hint: "name a folder that you may write to with --untardir",
      cause: error,
    });
  });
  if (there) {
    throw new CapstanError(
      `failed to untar: a file or directory with the name ${folder} already exists`,
      { code: "cli/exists", hint: "move it away, or name another folder with --untardir" },
    );
  }
  const limits = chartLimits();
  const files = unpackTar(await gunzip(found.archive, limits), limits);
  await writeFiles(folder, Object.fromEntries(files.map(({ name, data }) => [name, data])));
}

/** Uploads a chart's archive, with the provenance file beside it where there is one. */
export async function push(
  this: CliContext,
  flags: PushFlags,
  path: string,
  remote: string,
): Promise<void> {
  if (!isOci(remote)) {
    throw new CapstanError(`scheme prefix missing from remote (e.g. "oci://")`, {
      code: "registry/reference",
      hint: `write oci://${remote.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")}`,
    });
  }
  const archive = await readArchive(path);
  const provenance = await Deno.readFile(`${path}.prov`).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  await withLocator(this, flags, async ({ oci }) => {
    await loadChartArchive(archive).catch((error) => {
      throw new CapstanError(`cannot push ${path}: ${messageOf(error)}`, {
        code: "chart/invalid",
        hint: "`capstan package` makes an archive of a chart's folder",
        cause: error,
      });
    });
    const { reference, manifest } = await oci.push(archive, remote, {
      access: accessOf(flags),
      provenance,
      now: this.now,
      signal: this.abort,
    });
    this.process.stdout.write(`Pushed: ${reference}\nDigest: ${manifest}\n`);
  });
}

async function readArchive(path: string): Promise<Uint8Array> {
  try {
    if (!(await Deno.stat(path)).isDirectory) return await Deno.readFile(path);
  } catch (error) {
    throw new CapstanError(`cannot push ${path}: ${messageOf(error)}`, {
      code: "chart/missing",
      hint: "`capstan package` makes an archive of a chart's folder",
      cause: error,
    });
  }
  throw new CapstanError("cannot push directory, must provide chart archive (.tgz)", {
    code: "chart/missing",
    hint: `make one with \`capstan package ${path}\``,
  });
}
