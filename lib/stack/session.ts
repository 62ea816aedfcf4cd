/**
 * What surrounds a run: its lock, its journal, and what a process that died has done of it.
 *
 * @module
 */
import type { LockCover, LockSettings } from "../action/lock.ts";
import { CapstanError } from "../errors.ts";
import type { RunEvent } from "../events.ts";
import { knownDurations } from "../journal/durations.ts";
import { latestJournal } from "../journal/find.ts";
import { JournalFolder } from "../journal/folder.ts";
import { Journal } from "../journal/journal.ts";
import { JOURNAL_VERSION } from "../journal/entries.ts";
import type { Journaled, NodeDigest } from "../journal/entries.ts";
import { progressOf } from "../journal/progress.ts";
import type { RunProgress } from "../journal/progress.ts";
import { thisProcess } from "../kube/process.ts";
import { declaredDigests } from "./fingerprint.ts";
import type { FrozenPlan } from "./frozen/format.ts";
import { lockStack, stateNamespace } from "./lock.ts";
import type { StackLock, StackLockOptions } from "./lock.ts";
import { checkUnchanged } from "./resume.ts";
import { KnownSecrets } from "./secrets.ts";
import type { StepSources } from "./steps.ts";

/** Where the journal of a run is kept. */
export interface JournalOptions {
  /** State folder on this machine; see docs/runs.md. @default none */
  readonly folder?: string | undefined;
  /** Keep a copy in the cluster, so that another machine can resume the run. @default {true} */
  readonly copy?: boolean | undefined;
}

/** Options of a {@linkcode RunSession}. */
export interface SessionOptions {
  readonly verb: string;
  readonly emit?: ((event: RunEvent) => void) | undefined;
  readonly journal?: JournalOptions | undefined;
  readonly lock?: StackLockOptions | undefined;
  readonly resume?: boolean | undefined;
  readonly plan?: FrozenPlan | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly now: () => number;
}

/** Milliseconds that a dead run on another machine is waited for, when it is to be resumed. */
const RESUME_WAIT = 60_000;

/** Earlier runs whose times order the work. */
const GUESSED_FROM = 2;

/** One run from its lock to the end of its journal. */
export class RunSession {
  readonly #options: SessionOptions;
  #run: string;
  #lock: StackLock | undefined;
  #journal: Journal | undefined;
  #durations: ReadonlyMap<string, number> = new Map();
  #progress: RunProgress | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#run = newRunId(options.now());
  }

  /** Id of the run; that of the one it goes on with, once that is known. */
  readonly run = (): string => this.#run;

  /** What must not get into the journal. */
  readonly secrets: KnownSecrets = new KnownSecrets();

  /** Tells an event to the journal, without secrets, and to the caller. */
  readonly emit = (event: RunEvent): void => {
    this.#journal?.event(this.secrets.redactEvent(event));
    this.#options.emit?.(event);
  };

  /** See {@linkcode ActionContext.checkpoint}. */
  readonly checkpoint = async (id: string): Promise<void> => {
    await this.#journal?.settle({ type: "done", at: this.#options.now(), id });
  };

  /** See {@linkcode ActionContext.estimateOf}. */
  readonly estimateOf = (id: string): number | undefined => this.#durations.get(id);

  /** Notes what a release is rendered from. */
  readonly onInputs = (owner: string, digest: NodeDigest): void => {
    this.#journal?.add({ type: "inputs", at: this.#options.now(), owner, digest });
  };

  /** Operations need no locks of their own where the stack's covers them. */
  readonly lock: LockSettings = coveredBy(() => this.#lock?.cover);

  /** What the run that is resumed has done. */
  get progress(): RunProgress | undefined {
    return this.#progress;
  }

  /** Aborted when the lock is lost. */
  get lost(): AbortSignal | undefined {
    return this.#lock?.lost;
  }

  /**
   * Takes the lock, finds the run to resume, and opens the journal.
   *
   * @throws {CapstanError} When another run holds the lock, or there is nothing that can be resumed.
   */
  async open(sources: StepSources): Promise<void> {
    const { lock, resume, journal, signal, verb } = this.#options;
    const apis = sources.clusters.servers();
    if (lock !== undefined && apis.length > 0) {
      this.#lock = await lockStack(sources.stack, {
        ...lock,
        wait: lock.wait ?? (resume ? RESUME_WAIT : 0),
        clusters: apis,
        run: this.#run,
        verb,
        warn: (message) => sources.emit({ type: "warning", message }),
        signal,
      });
    }
    if (journal !== undefined) await this.#openJournal(sources, journal);
    if (!resume) this.#tellOfTheDead(sources);
  }

  async #openJournal(
    sources: StepSources,
    { folder: path, copy = true }: JournalOptions,
  ): Promise<void> {
    const { resume, signal, now } = this.#options;
    const { stack, clusters } = sources;
    const apis = clusters.servers();
    const servers = apis.map(({ server }) => server).sort();
    const folder = path === undefined ? undefined : new JournalFolder(path);
    const place = copy && apis.length > 0
      ? { api: apis[0]!, namespace: stateNamespace(stack) }
      : undefined;
    const from = { folder, place, signal };
    const before = resume
      ? await this.#resumed(sources, await latestJournal({ stack: stack.name, servers }, from))
      : this.#begun(sources, servers);
    // Files of this machine alone: no run waits for the sake of a better guess.
    this.#durations = await knownDurations(
      { stack: stack.name, servers, most: GUESSED_FROM },
      { ...from, place: undefined },
    ).catch(() => new Map());
    const warned = new Set<string>();
    this.#journal = await Journal.open({
      folder,
      place,
      before,
      onError: (message) => {
        if (!warned.has(message)) sources.emit({ type: "warning", message });
        warned.add(message);
      },
    });
    this.#journal.add({ type: "attempt", at: now(), ...await thisProcess() });
  }

  #begun({ stack, nodes }: StepSources, servers: readonly string[]): Journaled {
    const { plan } = this.#options;
    const header = {
      type: "journal",
      version: JOURNAL_VERSION,
      at: this.#options.now(),
      run: this.#run,
      stack: stack.name,
      verb: this.#options.verb,
      servers,
      ...(plan === undefined ? {} : { plan: plan.signature }),
      nodes: declaredDigests(nodes),
    } as const;
    return { header, entries: [] };
  }

  async #resumed(sources: StepSources, journal: Journaled | undefined): Promise<Journaled> {
    const { stack } = sources;
    const { verb } = this.#options;
    if (journal === undefined) {
      throw new CapstanError(`cannot resume stack ${stack.name}: no run of it is known`, {
        code: "resume/none",
        hint: `run \`capstan ${verb}\` without --resume; \`capstan runs\` lists what is known`,
      });
    }
    const progress = progressOf(journal);
    if (progress.verb !== verb || progress.ok) {
      const why = progress.ok ? "has come to its end" : `is no ${verb}`;
      throw new CapstanError(
        `cannot resume stack ${stack.name}: its last run (${progress.verb} ${progress.run}) ${why}`,
        {
          code: "resume/over",
          hint: progress.ok
            ? `run \`capstan ${verb}\` without --resume`
            : `go on with it by \`capstan ${progress.verb} --resume\`, or run \`capstan ${verb}\` without`,
        },
      );
    }
    if (progress.rolledBack) throw undone(journal);
    const { plan } = this.#options;
    if (journal.header.plan !== plan?.signature) throw otherPlan(journal, plan);
    await checkUnchanged(sources, journal, progress, this.#options.signal);
    this.#run = progress.run;
    this.#progress = progress;
    return journal;
  }

  /** Says that a run has died, which the user may not know. */
  #tellOfTheDead({ emit }: StepSources): void {
    for (const { purpose = "a run", pid, host } of this.#lock?.takenFrom ?? []) {
      const where = pid === undefined ? "" : ` (process ${pid}${host ? ` on ${host}` : ""})`;
      emit({ type: "warning", message: `${purpose}${where} has died and left its lock behind` });
    }
  }

  /** Closes the journal and lets go of the lock. */
  async close(): Promise<void> {
    await this.#journal?.close();
    await this.#lock?.release();
  }
}

/** Of a run that was undone nothing is finished, whatever it had finished before. */
function undone({ header: { stack, run } }: Journaled): CapstanError {
  return new CapstanError(
    `cannot resume run ${run} of stack ${stack}: it has been rolled back, so that nothing of it is left`,
    {
      code: "resume/rolled-back",
      hint: "run `capstan up` without --resume: it deploys again, and runs hooks again",
    },
  );
}

/** What was begun by a plan must not go on without it, nor by another. */
function otherPlan({ header: { stack, run, plan } }: Journaled, given: FrozenPlan | undefined) {
  const why = plan === undefined
    ? "it was not begun by a plan"
    : given === undefined
    ? "it does a frozen plan"
    : "it does another plan";
  return new CapstanError(`cannot resume run ${run} of stack ${stack}: ${why}`, {
    code: "resume/plan",
    hint: plan === undefined
      ? "leave out --plan"
      : "add --plan with the file that it was begun with, or make a new plan and run that",
  });
}

/** Settings whose cover is there as soon as the stack is locked. */
function coveredBy(cover: () => LockCover | undefined): LockSettings {
  return {
    get cover() {
      return cover();
    },
  };
}

/** An id whose order is that of time, to the millisecond: `20260501-120000250-3f9a1c`. */
export function newRunId(now: number): string {
  const time = new Date(now).toISOString().replace(/[-:.Z]/g, "").replace("T", "-");
  return `${time}-${crypto.getRandomValues(new Uint8Array(3)).toHex()}`;
}
