/**
 * Flags about where charts come from and how to be let in; names and meanings are Helm's.
 *
 * @module
 */
import type { Access } from "../registry/http.ts";
import { flag, text } from "./flags.ts";

/** How to be let in, and whom to trust. */
export interface AccessFlags {
  readonly username?: string;
  readonly password?: string;
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly plainHttp?: boolean;
}

/** Files that are shared with Helm. */
export interface HelmFileFlags {
  readonly repositoryConfig?: string;
  readonly repositoryCache?: string;
  readonly registryConfig?: string;
}

/** Everything about finding one chart. */
export interface DownloadFlags extends AccessFlags, HelmFileFlags {
  readonly version?: string;
  readonly devel?: boolean;
  readonly repo?: string;
  readonly passCredentials?: boolean;
  readonly verify?: boolean;
  readonly keyring?: string;
}

/** How to be let in, and whom to trust. */
export const ACCESS = {
  username: text("user name for the repository or registry", "name"),
  password: text("password for the repository or registry", "text"),
  caFile: text("trust the authorities in this PEM file", "path"),
  certFile: text("show this client certificate, a PEM file", "path"),
  keyFile: text("key of the client certificate, a PEM file", "path"),
  insecureSkipTlsVerify: flag("do not check the server's certificate"),
  plainHttp: flag("speak HTTP to a registry"),
} as const;

/** Files that are shared with Helm. */
export const HELM_FILES = {
  repositoryConfig: text("file of repository names and addresses", "path"),
  repositoryCache: text("folder of cached repository indexes", "path"),
  registryConfig: text("file of registry logins", "path"),
} as const;

/** Everything about finding one chart. */
export const DOWNLOAD = {
  ...ACCESS,
  ...HELM_FILES,
  version: text("version or range of the chart; the newest when left out", "version"),
  devel: flag("take development versions too; the same as --version '>0.0.0-0'"),
  repo: text("chart repository URL in which to find the chart", "url"),
  passCredentials: flag("send user name and password to whatever host an index names"),
  verify: flag("check the chart's signature before it is used"),
  keyring: text("file of public keys to verify with; ~/.gnupg/pubring.gpg when left out", "path"),
} as const;

/** What the flags say of being let in. */
export function accessOf(flags: AccessFlags & { readonly passCredentials?: boolean }): Access {
  const { username, password, caFile, certFile, keyFile } = flags;
  const { insecureSkipTlsVerify, plainHttp, passCredentials } = flags;
  return {
    username,
    password,
    caFile,
    certFile,
    keyFile,
    insecureSkipTlsVerify,
    plainHttp,
    passCredentials,
  };
}

/** The version that the flags ask for. */
export function versionOf({ version, devel }: DownloadFlags): string | undefined {
  return version || (devel ? ">0.0.0-0" : undefined);
}
