/**
 * The folder for what is known of a run's failures.
 *
 * @module
 */
import { bounded } from "../action/operation.ts";
import { isAbort, messageOf } from "../errors.ts";
import type { Emit } from "../events.ts";
import type { RunClusters } from "./clusters.ts";
import { saveEvidence } from "./evidence.ts";
import type { KnownSecrets } from "./secrets.ts";
import { anyOf } from "./supervise.ts";
import type { Changed } from "./undo.ts";

/** Most milliseconds that saving may take. */
const LONGEST = 30_000;

/** Options of {@linkcode EvidenceFolder}. */
export interface EvidenceFolderOptions {
  /** The run's own folder; made when there is something to be saved. */
  readonly path: string;
  readonly clusters: RunClusters;
  readonly emit: Emit;
  /** Taken out of what is written. @default only values of Secrets are masked */
  readonly secrets?: KnownSecrets | undefined;
}

/** Saves what is known of releases that failed. */
export class EvidenceFolder {
  readonly #options: EvidenceFolderOptions;
  /** How often a release was saved: one that is tried again may fail again. */
  readonly #times = new Map<string, number>();

  constructor(options: EvidenceFolderOptions) {
    this.#options = options;
  }

  /** Where something was saved; `undefined` while nothing was. */
  get folder(): string | undefined {
    return this.#times.size === 0 ? undefined : this.#options.path;
  }

  /** Saves what there is to know. That it cannot be had is told, and keeps nothing from being undone. */
  async save(
    failed: readonly Changed[],
    { signal, timeout = LONGEST }: {
      readonly signal?: AbortSignal | undefined;
      readonly timeout?: number | undefined;
    } = {},
  ): Promise<void> {
    if (failed.length === 0) return;
    const { path, clusters, emit, secrets } = this.#options;
    const numbered = failed.map((release) => {
      const times = (this.#times.get(release.id) ?? 0) + 1;
      this.#times.set(release.id, times);
      return times === 1 ? release : { ...release, id: `${release.id}.${times}` };
    });
    const warn = (message: string) => emit({ type: "warning", message });
    try {
      await bounded(Math.min(LONGEST, timeout), (limit) =>
        saveEvidence(numbered, {
          folder: path,
          apiOf: ({ node }) => clusters.contextOf(node).api,
          signal: anyOf(signal, limit)!,
          warn,
          redact: (text) => secrets?.redact(text) ?? text,
        }));
    } catch (error) {
      const why = isAbort(error) ? "interrupted" : messageOf(error);
      warn(`cannot save all evidence in ${path}: ${why}`);
    }
  }

  /** Saves what there is to know of a release that its own `atomic` is about to undo. */
  async saveOne(failed: Changed, signal: AbortSignal | undefined): Promise<void> {
    await this.save([failed], { signal });
    const message = `what is known of its failure is kept in ${this.#options.path}`;
    this.#options.emit({ type: "warning", owner: failed.id, message });
  }
}
