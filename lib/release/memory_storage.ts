/**
 * Release records in memory, for tests and for programs that keep them elsewhere.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import { isUnsettled, recordName, type Release, type RevisionKey } from "./release.ts";
import {
  alreadyExists,
  type ListQuery,
  type RevisionEntry,
  sortRevisions,
  type Storage,
} from "./storage.ts";

/**
 * Keeps records until the program ends. Of label selectors it knows `name=value`.
 *
 * @example Usage
 * ```ts
 * import { memoryStorage } from "@capstan/capstan";
 *
 * const storage = memoryStorage();
 * if ((await storage.list()).length !== 0) throw storage;
 * ```
 */
export function memoryStorage(): Storage {
  return new MemoryStorage();
}

class MemoryStorage implements Storage {
  readonly #records = new Map<string, Release>();

  get(key: RevisionKey): Promise<Release | undefined> {
    return Promise.resolve(this.#records.get(path(key)));
  }

  history(
    { namespace, name }: { readonly namespace: string; readonly name: string },
  ): Promise<readonly RevisionEntry[]> {
    const all = [...this.#records.values()];
    return Promise.resolve(
      sortRevisions(
        all.filter((one) => one.namespace === namespace && one.name === name).map(entry),
      ),
    );
  }

  list({ namespace, selector }: ListQuery = {}): Promise<readonly RevisionEntry[]> {
    const wanted = (selector ?? "").split(",").filter(Boolean).map((term) => term.split("="));
    const all = [...this.#records.values()].filter((one) =>
      (namespace === undefined || one.namespace === namespace) &&
      wanted.every(([name, value]) => one.labels[name!] === value)
    );
    return Promise.resolve(all.map(entry));
  }

  create(release: Release): Promise<void> {
    if (this.#records.has(path(release))) return Promise.reject(alreadyExists(release));
    this.#records.set(path(release), release);
    return Promise.resolve();
  }

  update(release: Release): Promise<void> {
    if (!this.#records.has(path(release))) {
      return Promise.reject(
        new CapstanError("release: not found", { code: "release/not-found" }),
      );
    }
    this.#records.set(path(release), release);
    return Promise.resolve();
  }

  delete(key: RevisionKey): Promise<boolean> {
    return Promise.resolve(this.#records.delete(path(key)));
  }

  check(): Promise<void> {
    return Promise.resolve();
  }
}

function path(key: RevisionKey): string {
  return `${key.namespace}/${recordName(key)}`;
}

function entry(release: Release): RevisionEntry {
  const { name, namespace, revision, info, labels, digest, lock, run } = release;
  const { status } = info;
  const kept = isUnsettled(status) ? { lock } : {};
  return { name, namespace, revision, status, labels, digest, run, ...kept };
}
