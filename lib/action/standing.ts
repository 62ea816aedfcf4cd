/**
 * Objects that stand as they would be applied, found for many releases at once.
 *
 * @module
 */
import { keyOf, refOf } from "../kube/resource.ts";
import { Together } from "../kube/together.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { isAsApplied } from "./as_applied.ts";
import { jsonEqual } from "./json_equal.ts";
import type { ManifestObject } from "./objects.ts";
import { MANAGED_BY_HELM } from "./ownership.ts";
import { listNamed, WORTH_A_LIST } from "./presence.ts";

/** A list that holds so many times more than is asked for is not read to its end. */
const MOST_OTHERS = 3;

/**
 * Reads live objects that need perhaps not be applied again. What is asked in the same moment is
 * asked for together, a list for each kind and namespace; where that would not spare requests, nothing
 * is read.
 */
export class Standing {
  readonly #api: KubeApi;
  readonly #kinds = new Map<string, Together<KubeObject>>();

  constructor(api: KubeApi) {
    this.#api = api;
  }

  /** Those of the objects that stand as applying them would leave them, by {@linkcode keyOf}. */
  async find(
    objects: readonly ManifestObject[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, KubeObject>> {
    const standing = new Map<string, KubeObject>();
    const { fieldManager } = this.#api;
    if (fieldManager === undefined) return standing;
    await Promise.all(objects.map(async ({ object }) => {
      const ref = refOf(object);
      const live = await this.#read(ref, signal);
      if (live !== undefined && isAsApplied(object, live, fieldManager)) {
        standing.set(keyOf(ref), live);
      }
    }));
    return standing;
  }

  #read(ref: ObjectRef, signal: AbortSignal): Promise<KubeObject | undefined> {
    const { apiVersion, kind, namespace = "", name } = ref;
    const where = `${apiVersion}/${kind}/${namespace}`;
    let together = this.#kinds.get(where);
    if (together === undefined) {
      together = new Together((names, signal) => this.#readAll(ref, names, signal));
      this.#kinds.set(where, together);
    }
    return together.ask(name, signal);
  }

  async #readAll(
    of: ObjectRef,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, KubeObject>> {
    const listed = names.length < WORTH_A_LIST ? undefined : await listNamed(this.#api, of, {
      names,
      most: MOST_OTHERS,
      metadataOnly: false,
      labelSelector: MANAGED_BY_HELM,
      signal,
    });
    return listed ?? new Map();
  }
}

/** Objects of a revision that the one before has in the same words. */
export function sameAsBefore(
  objects: readonly ManifestObject[],
  before: readonly ManifestObject[],
): ManifestObject[] {
  const earlier = new Map(before.map(({ object }) => [keyOf(refOf(object)), object]));
  return objects.filter(({ object }) =>
    object.metadata.name && jsonEqual(object, earlier.get(keyOf(refOf(object))))
  );
}
