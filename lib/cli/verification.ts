/**
 * `--verify`: a chart's signature, before the chart is used.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { LocalChart, RemoteArchive } from "../registry/locate.ts";
import { verifyProvenance } from "../registry/provenance.ts";
import type { Keyring } from "../registry/provenance.ts";
import type { Verification } from "../registry/provenance.ts";
import type { CliContext } from "./context.ts";

/** Where public keys are. */
export interface KeyringFlags {
  readonly keyring?: string;
}

/** Verifies what was found. @throws {CapstanError} When it is not signed by a key of the keyring. */
export async function verifyFound(
  context: CliContext,
  found: LocalChart | RemoteArchive,
  flags: KeyringFlags,
): Promise<Verification> {
  if (found.kind === "local") return await verifyFile(context, found.path, flags);
  const fileName = found.pulled === undefined
    ? decodeURIComponent(new URL(found.url).pathname.split("/").at(-1)!)
    : `${found.name}-${found.version}.tgz`;
  const { archive, provenance } = found;
  if (provenance === undefined) {
    throw new CapstanError(`cannot verify ${fileName}: it has no provenance`, {
      code: "chart/provenance",
      hint: "the chart was published without one, so it cannot be verified",
    });
  }
  return await verifyProvenance({ archive, fileName, provenance }, await keyring(context, flags));
}

/** Verifies an archive on this disk with the .prov file beside it. */
export async function verifyFile(
  context: CliContext,
  path: string,
  flags: KeyringFlags,
): Promise<Verification> {
  const info = await Deno.stat(path).catch((error) => {
    throw new CapstanError(`cannot verify ${path}: ${messageOf(error)}`, {
      code: "chart/missing",
      hint: "name a chart's archive, such as web-1.2.0.tgz, with its .prov file beside it",
      cause: error,
    });
  });
  if (info.isDirectory) {
    throw new CapstanError("unpacked charts cannot be verified", {
      code: "chart/unverified",
      hint: `package it first: capstan package --sign ${path}`,
    });
  }
  if (!/\.(tgz|gz)$/.test(path)) {
    throw new CapstanError("chart must be a tgz file", {
      code: "chart/unverified",
      hint:
        `a provenance is that of an archive, as \`capstan package --sign\` writes it; ${path} is none`,
    });
  }
  const provenance = await Deno.readFile(`${path}.prov`).catch((error) => {
    throw new CapstanError(`could not load provenance file ${path}.prov: ${messageOf(error)}`, {
      code: "chart/provenance",
      hint: "`capstan package --sign` writes one beside the archive",
      cause: error,
    });
  });
  const fileName = path.split(/[/\\]/).at(-1)!;
  const archive = await Deno.readFile(path);
  return await verifyProvenance({ archive, fileName, provenance }, await keyring(context, flags));
}

/** What Helm prints of a verification. */
export function verificationText({ signedBy, fingerprint, fileHash }: Verification): string {
  return [
    ...signedBy.map((name) => `Signed by: ${name}`),
    `Using Key With Fingerprint: ${fingerprint}`,
    `Chart Hash Verified: ${fileHash}`,
    "",
  ].join("\n");
}

/** The file of keys; Helm's default is GnuPG's old keyring. */
export async function keyring(context: CliContext, flags: KeyringFlags): Promise<Keyring> {
  const path = flags.keyring ?? `${homeOf(context) ?? "."}/.gnupg/pubring.gpg`;
  try {
    return { path, data: await Deno.readFile(path) };
  } catch (error) {
    throw new CapstanError(`cannot read keyring ${path}: ${messageOf(error)}`, {
      code: "chart/keyring",
      hint: error instanceof Deno.errors.NotCapable
        ? `add --allow-read=${path}`
        : "name a file of keys with --keyring; GnuPG 2 writes one with gpg --export, or --export-secret-keys to sign with",
      cause: error,
    });
  }
}

function homeOf(context: CliContext): string | undefined {
  const home = context.env("HOME");
  const { state } = Deno.permissions.querySync({ name: "env", variable: "HOME" });
  if (home !== undefined || state === "granted") return home;
  throw new CapstanError("cannot find the keyring: Capstan may not read HOME, which leads to it", {
    code: "chart/keyring",
    hint: "add --allow-env=HOME, or name a file of public keys with --keyring",
  });
}
