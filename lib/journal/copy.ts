/**
 * The compact copy of a journal that the cluster keeps, so that a run can go on from another machine:
 * a Secret `capstan-run-STACK-RUN` with the journal in gzip.
 *
 * @module
 */
import { unzipText, zipText } from "../files.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import type { KubeApi, KubeObject, RequestOptions } from "../kube/types.ts";
import { decodeJournal, encodeJournal } from "./entries.ts";
import type { Journaled, JournalEntry } from "./entries.ts";
import { isComplete, progressOf } from "./progress.ts";

/** Where copies are kept. */
export interface CopyPlace {
  readonly api: KubeApi;
  readonly namespace: string;
}

/** Most bytes of a copy; with base64 around it a Secret stays below 1 MiB. */
export const MAX_COPY_BYTES = 700 * 1024;

/** Copies that are kept for each stack. */
const KEPT = 5;
const STACK_LABEL = "capstan/stack";
const RUN_LABEL = "capstan/run";

/** How much of a journal a copy keeps: all, no steps of releases that are complete, or only ends. */
export type Detail = "all" | "open" | "ends";

/** Options of {@linkcode writeCopy}. */
export interface CopyOptions extends RequestOptions {
  readonly detail: Detail;
  /** Most bytes. @default {MAX_COPY_BYTES} */
  readonly limit?: number | undefined;
}

/** Writes the copy, with less detail where it would be too large. Returns its size. */
export async function writeCopy(
  place: CopyPlace,
  journal: Journaled,
  { detail, limit = MAX_COPY_BYTES, signal }: CopyOptions,
): Promise<number> {
  const wanted = DETAILS.slice(DETAILS.indexOf(detail));
  let bytes = new Uint8Array();
  for (const each of wanted) {
    bytes = await zipText(encodeJournal(compact(journal, each)));
    if (bytes.length <= limit) break;
  }
  const object = secretOf(place, journal, bytes);
  try {
    await place.api.replace(object, { signal });
  } catch (error) {
    if (!isMissing(error)) throw error;
    await create(place.api, object, signal);
  }
  return bytes.length;
}

const DETAILS: readonly Detail[] = ["all", "open", "ends"];

async function create(
  api: KubeApi,
  object: KubeObject,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    await api.create(object, { signal });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await api.replace(object, { signal });
  }
}

function isMissing(error: unknown): boolean {
  return (error as { status?: number }).status === 404;
}

/** The journal with less detail. */
export function compact({ header, entries }: Journaled, detail: Detail): Journaled {
  if (detail === "all") return { header, entries };
  const progress = progressOf({ header, entries });
  const dropped = (id: string) => {
    if (detail === "ends") return !progress.done.has(id) || !/\/(hook |run$)/.test(id);
    return false;
  };
  const owners = new Map<string, string>();
  for (const entry of entries) {
    if (entry.type === "step-planned") owners.set(entry.step.id, entry.step.owner);
  }
  const closed = (id: string) => isComplete(progress, owners.get(id) ?? "") || dropped(id);
  return { header, entries: entries.filter((entry) => !isAbout(entry, closed)) };
}

/** Whether an entry tells of a step that answers to `closed`. */
function isAbout(entry: JournalEntry, closed: (id: string) => boolean): boolean {
  switch (entry.type) {
    case "step-planned":
      return closed(entry.step.id);
    case "step-started":
    case "step-finished":
    case "done":
      return closed(entry.id);
    default:
      return false;
  }
}

function secretOf(
  { namespace }: CopyPlace,
  { header: { stack, run } }: Journaled,
  bytes: Uint8Array,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    type: "capstan/run.v1",
    metadata: {
      name: copyName(stack, run),
      namespace,
      labels: {
        "app.kubernetes.io/managed-by": "capstan",
        [STACK_LABEL]: stack,
        [RUN_LABEL]: run,
      },
    },
    data: { journal: bytes.toBase64() },
  };
}

function copyName(stack: string, run: string): string {
  return `capstan-run-${stack}-${run}`;
}

/** Runs of a stack that have a copy, the latest first. */
export async function listCopies(
  { api, namespace }: CopyPlace,
  stack: string | undefined,
  { signal }: RequestOptions = {},
): Promise<{ readonly stack: string; readonly run: string }[]> {
  const labelSelector = stack === undefined ? RUN_LABEL : `${RUN_LABEL},${STACK_LABEL}=${stack}`;
  const { items } = await api.list({ apiVersion: "v1", kind: "Secret" }, {
    namespace,
    labelSelector,
    metadataOnly: true,
    signal,
  });
  return items.map(({ metadata: { labels = {} } }) => ({
    stack: labels[STACK_LABEL] ?? "",
    run: labels[RUN_LABEL]!,
  })).sort((a, b) => a.run < b.run ? 1 : -1);
}

/** Reads a copy; `undefined` when there is none. */
export async function readCopy(
  { api, namespace }: CopyPlace,
  { stack, run }: { readonly stack: string; readonly run: string },
  { signal }: RequestOptions = {},
): Promise<Journaled | undefined> {
  const name = copyName(stack, run);
  const object = await api.get({ apiVersion: "v1", kind: "Secret", namespace, name }, { signal });
  const { journal } = (object?.["data"] ?? {}) as { readonly journal?: string };
  if (journal === undefined) return undefined;
  return decodeJournal(await unzipText(Uint8Array.fromBase64(journal)), `${namespace}/${name}`);
}

/** Removes the oldest copies of a stack beyond those that are kept. */
export async function pruneCopies(
  place: CopyPlace,
  stack: string,
  options: RequestOptions = {},
): Promise<void> {
  const { api, namespace } = place;
  for (const { run } of (await listCopies(place, stack, options)).slice(KEPT)) {
    const name = copyName(stack, run);
    await api.delete({ apiVersion: "v1", kind: "Secret", namespace, name }, options);
  }
}
