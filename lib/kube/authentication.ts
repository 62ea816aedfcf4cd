/**
 * How a user of a kubeconfig is let in, by whatever means it names.
 *
 * @module
 */

import { replaceFile } from "../files.ts";
import type { Credentials, HeaderFields } from "./connection.ts";
import { basic, bearer, FileCredentials, fixedCredentials, type ReadFile } from "./credentials.ts";
import { ExecCredentials } from "./exec_credentials.ts";
import type { SelectedContext, UserEntry } from "./kubeconfig.ts";
import { OidcCredentials } from "./oidc_credentials.ts";

/** What means of being let in need from outside. */
export interface AuthenticationIo {
  readonly readFile: ReadFile;
  /** Milliseconds since any fixed time. */
  readonly now: () => number;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  /** Whether the kubeconfig is a file of the system, where renewed tokens can be kept. */
  readonly ownFiles: boolean;
  /** The cluster's authority, for commands that ask for it. */
  readonly caCerts?: readonly string[] | undefined;
}

/**
 * A token, a file of it, or a password; else what a command prints, an OpenID Connect issuer gives or
 * an older provider finds. Commands, issuers and providers are asked at once, so that what is wrong
 * with them is known before anything else is done.
 */
export async function authenticate(
  { cluster, context, namespace, user }: SelectedContext,
  io: AuthenticationIo,
): Promise<Credentials | undefined> {
  const extra = impersonation(user);
  const { tokenFile, token, username } = user;
  if (tokenFile) return new FileCredentials(tokenFile, { ...io, extra });
  if (token) return fixedCredentials({ ...extra, ...bearer(token) });
  if (username) return fixedCredentials({ ...extra, ...basic(username, user.password ?? "") });
  const selected = { cluster, context, namespace, user };
  const provider = user["auth-provider"];
  if (user.exec !== undefined) {
    return await asked(new ExecCredentials({ ...io, selected, extra }));
  }
  if (provider?.name === "oidc") {
    const { config = {} } = provider;
    const keep = io.ownFiles ? (renewed: Renewed) => keepIn(user.origin, renewed) : undefined;
    return await asked(new OidcCredentials({ ...io, config, extra, keep }));
  }
  if (provider !== undefined) {
    const { providerCredentials } = await import("./plugin_credentials.ts");
    return await providerCredentials(selected, extra);
  }
  return Object.keys(extra).length === 0 ? undefined : fixedCredentials(extra);
}

async function asked<C extends Credentials>(credentials: C): Promise<C> {
  await credentials.headers({});
  return credentials;
}

/** Acting as somebody else. */
function impersonation(user: UserEntry): HeaderFields {
  const headers: Record<string, string | readonly string[]> = {};
  if (user.as) headers["impersonate-user"] = user.as;
  if (user["as-uid"]) headers["impersonate-uid"] = user["as-uid"];
  const groups = user["as-groups"] ?? [];
  if (groups.length > 0) headers["impersonate-group"] = groups.length === 1 ? groups[0]! : groups;
  for (const [key, values] of Object.entries(user["as-user-extra"] ?? {})) {
    headers[`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`] = values;
  }
  return headers;
}

type Renewed = ReadonlyMap<string, string>;

/**
 * Writes renewed tokens where the old ones stand, leaving the rest of the file as it is. Nothing is
 * asked for: where the file may not be written, the old tokens stay.
 */
async function keepIn(file: string | undefined, renewed: Renewed): Promise<void> {
  if (file === undefined) return;
  const folder = file.replace(/[^/\\]*$/, "") || ".";
  const { state } = await Deno.permissions.query({ name: "write", path: folder });
  if (state !== "granted") return;
  const text = await Deno.readTextFile(file);
  const { mode } = await Deno.stat(file);
  let next = text;
  for (const [old, fresh] of renewed) if (old !== "") next = next.replaceAll(old, fresh);
  if (next !== text) await replaceFile(await Deno.realPath(file), next, (mode ?? 0o600) & 0o777);
}
