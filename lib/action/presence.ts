/**
 * Which objects are there already, for many releases at once.
 *
 * @module
 */
import { ApiError, isNotFound } from "../kube/errors.ts";
import { Together } from "../kube/together.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";

/** From so many objects of one kind and namespace on, one list is cheaper than reading each. */
export const WORTH_A_LIST = 8;

/** A list that holds so many times more than is asked for is not read to its end. */
const MOST_OTHERS = 20;

/** An object; `undefined` when it or its kind is not there. */
export async function readObject(
  api: KubeApi,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await api.get(ref, { signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Looks for objects. What is asked in the same moment is asked for together: a list of the metadata
 * of a kind in a namespace, or each object alone where that is less, or where lists are forbidden.
 */
export class Presence {
  readonly #api: KubeApi;
  readonly #kinds = new Map<string, Together<KubeObject>>();

  constructor(api: KubeApi) {
    this.#api = api;
  }

  /** The object, with at least its metadata; `undefined` when it or its kind is not there. */
  find(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    const { apiVersion, kind, namespace = "", name } = ref;
    const where = `${apiVersion}/${kind}/${namespace}`;
    let together = this.#kinds.get(where);
    if (together === undefined) {
      together = new Together((names, signal) => this.#findAll(ref, names, signal));
      this.#kinds.set(where, together);
    }
    return together.ask(name, signal);
  }

  async #findAll(
    of: ObjectRef,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, KubeObject>> {
    const listed = names.length < WORTH_A_LIST
      ? undefined
      : await listNamed(this.#api, of, { names, signal, most: MOST_OTHERS, metadataOnly: true });
    if (listed !== undefined) return listed;
    const found = await Promise.all(
      names.map(async (name) =>
        [name, await readObject(this.#api, { ...of, name }, signal)] as const
      ),
    );
    return new Map(found.flatMap(([name, object]) => object === undefined ? [] : [[name, object]]));
  }
}

/** Which objects {@linkcode listNamed} shall find. */
export interface NamedObjects {
  readonly names: readonly string[];
  /** How many times more than that the list may hold before it is given up. */
  readonly most: number;
  readonly metadataOnly: boolean;
  /** A label selector that all of them match. */
  readonly labelSelector?: string;
  readonly signal: AbortSignal;
}

/** Objects of one kind and namespace by one list; `undefined` where they must be asked for one by one. */
export async function listNamed(
  api: KubeApi,
  { apiVersion, kind, namespace }: ObjectRef,
  { names, most, signal, ...query }: NamedObjects,
): Promise<ReadonlyMap<string, KubeObject> | undefined> {
  const wanted = new Set(names);
  const found = new Map<string, KubeObject>();
  let seen = 0;
  const enough = new AbortController();
  try {
    await api.list({ apiVersion, kind }, {
      ...query,
      namespace,
      // Whole objects may be large: no more at once than were asked for.
      pageSize: query.metadataOnly ? undefined : names.length,
      signal: AbortSignal.any([signal, enough.signal]),
      onPage: (items) => {
        for (const item of items) {
          if (wanted.has(item.metadata.name)) found.set(item.metadata.name, item);
        }
        seen += items.length;
        if (found.size === wanted.size || seen > most * names.length) enough.abort();
      },
    });
    return found;
  } catch (error) {
    signal.throwIfAborted();
    if (found.size === wanted.size) return found;
    // Who may read objects may still not list them.
    if (enough.signal.aborted || error instanceof ApiError) return undefined;
    throw error;
  }
}
