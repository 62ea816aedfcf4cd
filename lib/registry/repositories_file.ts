/**
 * repositories.yaml: the repositories that a user has added, by name. Helm reads and writes it too.
 *
 * Rules from Helm's pkg/repo/v1/repo.go and pkg/cmd/repo_*.go.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { folderOf, replaceFile } from "../files.ts";
import { isMap } from "../template/value.ts";
import { emitYaml } from "../yaml/emit.ts";
import { parseYaml } from "../yaml/parse.ts";
import type { RepositorySource } from "./repository.ts";

/** A repository with its name. */
export interface NamedRepository extends RepositorySource {
  readonly name: string;
}

/** The repositories in the file, in its order; none where there is no file. */
export async function readRepositories(path: string): Promise<NamedRepository[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw unusable("read", path, error);
  }
  try {
    return entriesOf(parseYaml(text)).map(fromFile);
  } catch (error) {
    throw unusable("read", path, error);
  }
}

/** The repositories of the file; one that says nothing has none, as in Helm. @throws {Error} Where it says what none is. */
function entriesOf(document: unknown): Record<string, unknown>[] {
  if (document === null || document === undefined) return [];
  if (!isMap(document)) throw new Error("it is no map with `repositories`");
  const list = document["repositories"] ?? [];
  if (!Array.isArray(list)) throw new Error("`repositories` is no list");
  return list.map((entry, i) => {
    if (!isMap(entry)) throw new Error(`entry ${i + 1} of \`repositories\` is no map`);
    for (const key of ["name", "url", "username", "password", "certFile", "keyFile", "caFile"]) {
      if (typeof (entry[key] ?? "") !== "string") {
        throw new Error(`${key} of entry ${i + 1} of \`repositories\` is no text`);
      }
    }
    return entry;
  });
}

/**
 * Changes the file while no other program does: Helm and Capstan take the same lock.
 *
 * @param edit Returns what the file is to hold; `undefined` leaves it as it is.
 */
export async function changeRepositories(
  path: string,
  edit: (repositories: NamedRepository[]) => Promise<NamedRepository[] | undefined>,
): Promise<void> {
  const folder = folderOf(path);
  let lock: Deno.FsFile;
  try {
    if (folder !== "") await Deno.mkdir(folder, { recursive: true });
    lock = await Deno.open(path.replace(/(\.[^./]*)?$/, ".lock"), { write: true, create: true });
  } catch (error) {
    throw unusable("write", path, error);
  }
  try {
    await lock.lock(true);
    const changed = await edit(await readRepositories(path));
    if (changed !== undefined) await write(path, changed);
  } finally {
    lock.close();
  }
}

async function write(path: string, repositories: readonly NamedRepository[]): Promise<void> {
  const text = emitYaml({
    apiVersion: "",
    generated: "0001-01-01T00:00:00Z",
    repositories: repositories.map(toFile),
  });
  try {
    await replaceFile(path, text, 0o600);
  } catch (error) {
    throw unusable("write", path, error);
  }
}

function fromFile(entry: Record<string, unknown>): NamedRepository {
  const text = (key: string) =>
    typeof entry[key] === "string" && entry[key] !== "" ? entry[key] : undefined;
  return {
    name: text("name") ?? "",
    url: text("url") ?? "",
    username: text("username"),
    password: text("password"),
    certFile: text("certFile"),
    keyFile: text("keyFile"),
    caFile: text("caFile"),
    insecureSkipTlsVerify: entry["insecure_skip_tls_verify"] === true,
    passCredentials: entry["pass_credentials_all"] === true,
  };
}

function toFile(repository: NamedRepository): Record<string, unknown> {
  return {
    name: repository.name,
    url: repository.url,
    username: repository.username ?? "",
    password: repository.password ?? "",
    certFile: repository.certFile ?? "",
    keyFile: repository.keyFile ?? "",
    caFile: repository.caFile ?? "",
    insecure_skip_tls_verify: repository.insecureSkipTlsVerify ?? false,
    pass_credentials_all: repository.passCredentials ?? false,
  };
}

/** Whether two say the same. */
export function sameRepository(a: NamedRepository, b: NamedRepository): boolean {
  return JSON.stringify(toFile(a)) === JSON.stringify(toFile(b));
}

function unusable(what: string, path: string, error: unknown): CapstanError {
  return new CapstanError(`cannot ${what} ${path}: ${messageOf(error)}`, {
    code: "repo/config",
    hint: error instanceof Deno.errors.NotCapable
      ? `add --allow-read and --allow-write for ${path}`
      : "the file is written by `capstan repo add`; HELM_REPOSITORY_CONFIG names another one",
    cause: error,
  });
}
