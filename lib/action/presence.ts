/**
 * Which objects are there already, for many releases at once.
 *
 * @module
 */
import { ApiError, isNotFound } from "../kube/errors.ts";
import { Together } from "../kube/together.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";

/** From so many objects of one kind and namespace on, one list is cheaper than reading each. */
const WORTH_A_LIST = 8;

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
    const listed = names.length < WORTH_A_LIST ? undefined : await this.#list(of, names, signal);
    if (listed !== undefined) return listed;
    const found = await Promise.all(
      names.map(async (name) =>
        [name, await readObject(this.#api, { ...of, name }, signal)] as const
      ),
    );
    return new Map(found.flatMap(([name, object]) => object === undefined ? [] : [[name, object]]));
  }

  async #list(
    { apiVersion, kind, namespace }: ObjectRef,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, KubeObject> | undefined> {
    const wanted = new Set(names);
    const found = new Map<string, KubeObject>();
    let seen = 0;
    const enough = new AbortController();
    try {
      await this.#api.list({ apiVersion, kind }, {
        namespace,
        metadataOnly: true,
        signal: AbortSignal.any([signal, enough.signal]),
        onPage: (items) => {
          for (const item of items) {
            if (wanted.has(item.metadata.name)) found.set(item.metadata.name, item);
          }
          seen += items.length;
          if (seen > MOST_OTHERS * names.length) enough.abort();
        },
      });
      return found;
    } catch (error) {
      signal.throwIfAborted();
      // Who may read objects may still not list them.
      if (enough.signal.aborted || error instanceof ApiError) return undefined;
      throw error;
    }
  }
}
