/**
 * Keeps one revision's record up to date while the operation goes on.
 *
 * Progress of hooks is written at most once an interval, never once a hook: a record may be large,
 * and what counts is that a run that dies leaves something behind that says how far it got.
 *
 * @module
 */
import type { Release, ReleaseHook } from "../release/release.ts";
import type { Storage } from "../release/storage.ts";

/** Options of a {@linkcode Recorder}. */
export interface RecorderOptions {
  /** Milliseconds between writes while hooks run. */
  readonly interval: number;
  /** Told of a write of progress that failed, which does no harm. */
  readonly onError: (error: unknown) => void;
}

const DEFAULT_POLICIES: readonly string[] = ["before-hook-creation"];

/** Writes one revision's record. */
export class Recorder {
  readonly #storage: Storage;
  readonly #options: RecorderOptions;
  #release: Release;
  #created: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** @param created Whether the revision is stored already. */
  constructor(
    storage: Storage,
    release: Release,
    { created = false, ...options }: RecorderOptions & { readonly created?: boolean },
  ) {
    this.#storage = storage;
    this.#release = release;
    this.#created = created;
    this.#options = options;
  }

  /** The revision as it is known here. */
  get release(): Release {
    return this.#release;
  }

  /** Whether the revision is in the storage. */
  get created(): boolean {
    return this.#created;
  }

  /** Adds the revision to the storage. */
  async create(signal: AbortSignal): Promise<void> {
    await this.#storage.create(this.#release, { signal });
    this.#created = true;
  }

  /**
   * Notes how a hook's run goes. `hook` is the one with this place in the record. As in Helm, the
   * policy that a hook without any is run by is from then on part of the record.
   */
  hookRan(place: number, lastRun: ReleaseHook["lastRun"]): void {
    const hooks = this.#release.hooks.map((hook, i) => {
      if (i !== place) return hook;
      const { deletePolicies: given } = hook;
      return { ...hook, lastRun, deletePolicies: given.length > 0 ? given : DEFAULT_POLICIES };
    });
    this.#release = { ...this.#release, hooks };
    if (!this.#created) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#write();
    }, this.#options.interval);
  }

  /** Changes the revision here, without writing it. */
  change(change: (release: Release) => Release): void {
    this.#release = change(this.#release);
  }

  /** Writes the revision as it now is, and nothing after that. */
  async settle(change: (release: Release) => Release, signal: AbortSignal): Promise<void> {
    await this.stop();
    // A settled revision is nobody's work any more.
    const { lock: _, ...release } = change(this.#release);
    this.#release = release;
    await this.#storage.update(this.#release, { signal });
  }

  /** Writes what hooks have come to, of a revision that stays somebody's to go on with. */
  async keep(signal: AbortSignal): Promise<void> {
    await this.stop();
    await this.#storage.update(this.#release, { signal });
  }

  /** Ends writes of progress. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#writing;
  }

  #write(): void {
    this.#writing = this.#writing
      .then(() => this.#storage.update(this.#release))
      .catch(this.#options.onError);
  }
}
