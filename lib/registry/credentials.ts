/**
 * Logins of registries: Helm's registry/config.json, then Docker's config.json, with Docker's
 * credential helpers where programs may be run.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { folderOf, replaceFile } from "../files.ts";
import type { Access } from "./http.ts";

/** Where logins are kept. */
export interface CredentialFiles {
  /** Helm's own, which logins are written to. */
  readonly helm: string;
  /** Docker's, which is only read. */
  readonly docker?: string | undefined;
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
}

/** Reads and writes logins. */
export class Credentials {
  constructor(private readonly files: CredentialFiles) {}

  /** The login for a host, where there is one. */
  async of(host: string): Promise<Login | undefined> {
    for (const path of [this.files.helm, this.files.docker]) {
      if (path === undefined) continue;
      const config = await readConfig(path);
      const found = config === undefined ? undefined : await lookUp(config, host);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Keeps a login. */
  async set(host: string, { username = "", password = "" }: Access): Promise<void> {
    const auth = new TextEncoder().encode(`${username}:${password}`).toBase64();
    await this.#change((auths) => ({ ...auths, [keyOf(host)]: { auth } }));
  }

  /** Forgets a login. */
  async remove(host: string): Promise<void> {
    await this.#change(({ [keyOf(host)]: _, ...others }) => others);
  }

  async #change(edit: (auths: Record<string, unknown>) => Record<string, unknown>): Promise<void> {
    const path = this.files.helm;
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

async function lookUp(config: DockerConfig, host: string): Promise<Login | undefined> {
  const key = keyOf(host);
  const helper = config.credHelpers?.[key] ?? config.credHelpers?.[host];
  const names = [key, host, `https://${host}`, `https://${host}/`, `http://${host}`];
  const entry = names.map((name) => config.auths?.[name]).find((each) => each !== undefined);
  const { auth = "", identitytoken } = entry ?? {};
  if (auth !== "") {
    const text = new TextDecoder().decode(Uint8Array.fromBase64(auth));
    const colon = text.indexOf(":");
    return {
      username: text.slice(0, colon),
      password: text.slice(colon + 1).replace(/\0+$/, ""),
      identityToken: identitytoken || undefined,
    };
  }
  const program = helper ?? (entry === undefined ? undefined : config.credsStore) ??
    config.credsStore;
  return program === undefined ? undefined : await askHelper(program, key);
}

/** Docker's protocol for credential helpers. Without the permission to run it there is no login. */
async function askHelper(helper: string, key: string): Promise<Login | undefined> {
  const program = `docker-credential-${helper}`;
  const { state } = await Deno.permissions.query({ name: "run", command: program });
  if (state !== "granted") return undefined;
  let process: Deno.ChildProcess;
  try {
    process = new Deno.Command(program, {
      args: ["get"],
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(key));
  await writer.close();
  const { success, stdout } = await process.output();
  if (!success) return undefined;
  const { Username, Secret } = JSON.parse(new TextDecoder().decode(stdout)) as Record<
    string,
    string
  >;
  return Username === "<token>"
    ? { identityToken: Secret }
    : { username: Username, password: Secret };
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  const { state } = await Deno.permissions.query({ name: "read", path });
  if (state !== "granted") return undefined;
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
    hint: error instanceof Deno.errors.NotCapable ? `add --allow-${what}=${path}` : undefined,
    cause: error,
  });
}
