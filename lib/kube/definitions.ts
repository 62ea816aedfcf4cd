/**
 * What CustomResourceDefinitions define, and the kinds that are to come because one was written.
 *
 * @module
 */

import { parseApiVersion, refOf } from "./resource.ts";
import type { KubeObject, ObjectRef } from "./types.ts";

/** A kind that a CustomResourceDefinition makes the server serve. */
export interface DefinedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** The kinds that a definition serves, one for each version; none for whatever else it is. */
export function definedKinds(definition: unknown): DefinedKind[] {
  const { apiVersion, kind, spec } = fieldsOf(definition);
  if (kind !== "CustomResourceDefinition" || typeof apiVersion !== "string") return [];
  if (parseApiVersion(apiVersion).group !== "apiextensions.k8s.io") return [];
  const { group, scope, names, versions } = fieldsOf(spec);
  if (!Array.isArray(versions)) return [];
  return versions.map(fieldsOf).filter(({ served }) => served === true).map(({ name }) => ({
    apiVersion: `${group}/${name}`,
    kind: String(fieldsOf(names)["kind"]),
    namespaced: scope === "Namespaced",
  }));
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

/**
 * Remembers which kinds are to come, by the definitions that were written and deleted.
 *
 * An API server says that a definition is established before its discovery lists the kind: two
 * controllers follow one another (apiextensions' discovery controller, kube-aggregator's discovery
 * manager).
 */
export class PromisedKinds {
  /** `group/version/Kind`, with the name of its definition. */
  readonly #promised = new Map<string, string>();

  /** Whether a definition that was written serves this `group/version/Kind`. */
  has(key: string): boolean {
    return this.#promised.has(key);
  }

  /** Takes note of an object that was written; only definitions matter. */
  written(object: KubeObject): void {
    const kinds = definedKinds(object);
    if (kinds.length === 0) return;
    this.deleted(refOf(object));
    for (const { apiVersion, kind } of kinds) {
      this.#promised.set(`${apiVersion}/${kind}`, object.metadata.name);
    }
  }

  /** Takes note of an object that was deleted; only definitions matter. */
  deleted({ kind, name }: ObjectRef): void {
    if (kind !== "CustomResourceDefinition") return;
    for (const [key, definition] of this.#promised) {
      if (definition === name) this.#promised.delete(key);
    }
  }

  /** Stops expecting a kind that did not come. */
  giveUp(key: string): void {
    this.#promised.delete(key);
  }
}
