/**
 * Logins of registries: Helm's registry/config.json, then Docker's config.json, with Docker's
 * credential helpers where programs may be run.
 *
 * @module
 */
import { CapstanError, isDenied, messageOf } from "../errors.ts";
import { folderOf, replaceFile } from "../files.ts";
import { askHelper, eraseWithHelper, programOf, storeWithHelper } from "./credential_helper.ts";
import { isWithheld } from "./helm_paths.ts";
import type { Access } from "./http.ts";

/** Where logins are kept. */
export interface CredentialFiles {
  /** Helm's own, which logins are written to. */
  readonly helm: FilePlace;
  /** Docker's, which is only read. */
  readonly docker?: FilePlace | undefined;
  /** Logins by host that win over those of files. @default none */
  readonly given?: Readonly<Record<string, Login>> | undefined;
}

/** A path, or what finds it when it is needed. */
export type FilePlace = string | (() => string);

/** What keeps the login of a host. */
export interface LoginPlace {
  readonly path: string;
  /** The program that the file names for it. */
  readonly program?: string | undefined;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, { auth?: string; identitytoken?: string }>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** A login: a name and a password, or a token that stands for both. */
export interface Login extends Pick<Access, "username" | "password"> {
  /** Docker's identity token, exchanged for access tokens. */
  readonly identityToken?: string | undefined;
  /** Why there is none, where the program that keeps it could not be asked. */
  readonly hint?: string | undefined;
}

/** Reads and writes logins. */
export class Credentials {
  constructor(private readonly files: CredentialFiles) {}

  /** The login for a host, where there is one. */
  async of(host: string): Promise<Login | undefined> {
    const { given = {} } = this.files;
    if (Object.hasOwn(given, host)) return given[host];
    let blocked: Login | undefined;
    for (const place of [this.files.helm, this.files.docker]) {
      if (place === undefined) continue;
      const found = await loginIn(place, host);
      if (found !== undefined && found.hint === undefined) return found;
      blocked ??= found;
    }
    return blocked;
  }

  /** The file that has the login of a host, and the program that keeps it, which is not run. */
  async placeOf(host: string): Promise<LoginPlace | undefined> {
    for (const place of [this.files.helm, this.files.docker]) {
      if (place === undefined) continue;
      const path = pathOf(place);
      const config = await readConfig(path) ?? {};
      const { auth } = entryOf(config, host) ?? {};
      if (auth) return { path };
      const helper = helperOf(config, host);
      if (helper !== undefined) return { path, program: programOf(helper) };
    }
    return undefined;
  }

  /** Keeps a login, in the program that Helm's file names for this, or else in the file. */
  async set(host: string, { username = "", password = "" }: Access): Promise<void> {
    const key = keyOf(host);
    const helper = helperOf(await readConfig(pathOf(this.files.helm)) ?? {}, host);
    if (helper !== undefined) await storeWithHelper(helper, key, { username, secret: password });
    const auth = new TextEncoder().encode(`${username}:${password}`).toBase64();
    await this.#change((auths) => ({ ...auths, [key]: helper === undefined ? { auth } : {} }));
  }

  /** Forgets a login. */
  async remove(host: string): Promise<void> {
    const helper = helperOf(await readConfig(pathOf(this.files.helm)) ?? {}, host);
    if (helper !== undefined) await eraseWithHelper(helper, keyOf(host));
    await this.#change(({ [keyOf(host)]: _, ...others }) => others);
  }

  async #change(edit: (auths: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const path = pathOf(this.files.helm);
    const config = (await readConfig(path) ?? {}) as Record<string, unknown>;
    const auths = edit((config["auths"] ?? {}) as Record<string, unknown>);
    const folder = folderOf(path);
    try {
      if (folder !== "") await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(path, `${JSON.stringify({ ...config, auths }, null, "\t")}`, 0o600);
    } catch (error) {
      throw unusable("write", path, error);
    }
  }
}

/** Docker's own registry goes by an old address. */
function keyOf(host: string): string {
  return host === "docker.io" || host === "registry-1.docker.io"
    ? "https://index.docker.io/v1/"
    : host;
}

function pathOf(place: FilePlace): string {
  return typeof place === "string" ? place : place();
}

/** The login that a file has; where it may not be read, what would let it be. */
async function loginIn(place: FilePlace, host: string): Promise<Login | undefined> {
  try {
    const config = await readConfig(pathOf(place));
    return config === undefined ? undefined : await lookUp(config, host);
  } catch (error) {
    // A registry that lets everybody in needs no login.
    if (isWithheld(error)) return { hint: error.hint };
    throw error;
  }
}

function entryOf({ auths }: DockerConfig, host: string) {
  const names = [keyOf(host), host, `https://${host}`, `https://${host}/`, `http://${host}`];
  return names.map((name) => auths?.[name]).find((each) => each !== undefined);
}

async function lookUp(config: DockerConfig, host: string): Promise<Login | undefined> {
  const { auth = "", identitytoken } = entryOf(config, host) ?? {};
  if (auth !== "") {
    const text = new TextDecoder().decode(decoded(auth, host));
    const colon = text.indexOf(":");
    return {
      username: text.slice(0, colon),
      password: text.slice(colon + 1).replace(/\0+$/, ""),
      identityToken: identitytoken || undefined,
    };
  }
  const helper = helperOf(config, host);
  if (helper === undefined) return undefined;
  const answer = await askHelper(helper, keyOf(host));
  if (answer === undefined || "hint" in answer) return answer;
  return answer.username === "<token>"
    ? { identityToken: answer.secret }
    : { username: answer.username, password: answer.secret };
}

function decoded(auth: string, host: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(auth);
  } catch {
    throw new CapstanError(`cannot read the login of ${host}: its auth is no Base64`, {
      code: "registry/config",
      hint: `log in again: capstan registry login ${host}`,
    });
  }
}

/** The helper that keeps the login of a host. */
function helperOf({ credHelpers, credsStore }: DockerConfig, host: string): string | undefined {
  return credHelpers?.[keyOf(host)] ?? credHelpers?.[host] ?? (credsStore || undefined);
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return undefined;
    }
    throw unusable("read", path, error);
  }
  try {
    return JSON.parse(text.trim() === "" ? "{}" : text) as DockerConfig;
  } catch (error) {
    throw unusable("read", path, error);
  }
}

function unusable(what: string, path: string, error: unknown): CapstanError {
  return new CapstanError(`cannot ${what} registry logins in ${path}: ${messageOf(error)}`, {
    code: "registry/config",
    hint: isDenied(error)
      ? `add --allow-${what}=${path}`
      : "mend the file, or remove it and log in again: capstan registry login HOST",
    cause: error,
  });
}
