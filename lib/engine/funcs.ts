/**
 * Helm's own template functions, those that sprig and the YAML families do not have.
 *
 * @module
 */

import { messageOf } from "../errors.ts";
import { func, int64, newMap } from "../template/value.ts";
import type { FuncMap, GoMap } from "../template/value.ts";
import { AuthorError } from "./errors.ts";

/** What a template asked of the cluster. */
export interface LookupQuery {
  /** Group and version, e.g. `apps/v1`. */
  readonly apiVersion: string;
  /** E.g. `Deployment`. */
  readonly kind: string;
  /** Empty for every namespace, and for kinds that have none. */
  readonly namespace: string;
  /** Empty for a list. */
  readonly name: string;
}

/**
 * Answers `lookup`: the object, or for an empty name the list of them; an empty map where there is
 * nothing. What it throws ends the rendering.
 */
export type Lookup = (
  query: LookupQuery,
  signal?: AbortSignal,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Thrown out of a rendering that needs an answer first. Rendering is one synchronous run; it starts
 * again once the answer is there.
 */
export class NeedsLookup extends Error {
  override readonly name = "NeedsLookup";

  constructor(readonly query: LookupQuery) {
    super("lookup is not answered yet");
  }
}

/** The answers to `lookup` so far. */
export class LookupAnswers {
  readonly #answers = new Map<string, GoMap | Error>();

  /** The answer, which the rendering may change without touching what others see. */
  get(query: LookupQuery): GoMap {
    const answer = this.#answers.get(keyOf(query));
    if (answer === undefined) throw new NeedsLookup(query);
    if (answer instanceof Error) throw answer;
    return copyObject(answer) as GoMap;
  }

  /** Asks, and keeps what is said. */
  async ask(query: LookupQuery, lookup: Lookup, signal?: AbortSignal): Promise<void> {
    try {
      this.#answers.set(keyOf(query), await lookup(query, signal));
    } catch (error) {
      signal?.throwIfAborted();
      this.#answers.set(keyOf(query), error instanceof Error ? error : new Error(messageOf(error)));
    }
  }
}

/** `required`, `fail` and `lookup`. */
export function helmFuncs(options: {
  readonly lint: boolean;
  readonly lookups: LookupAnswers | undefined;
  readonly warn: (message: string) => void;
}): FuncMap {
  const { lint, lookups, warn } = options;
  return {
    required: func(["string", "any"], (message, value) => {
      if (value !== null && value !== undefined && value !== "") return value;
      if (!lint) throw new AuthorError(message);
      warn(`missing required value: ${message}`);
      return "";
    }),
    fail: func(["string"], (message) => {
      if (!lint) throw new AuthorError(message);
      warn(`fail: ${message}`);
      return "";
    }),
    lookup: func(
      ["string", "string", "string", "string"],
      (apiVersion, kind, namespace, name) =>
        lint || lookups === undefined
          ? newMap()
          : lookups.get({ apiVersion, kind, namespace, name }),
    ),
  };
}

function keyOf({ apiVersion, kind, namespace, name }: LookupQuery): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/** A copy of an object of the cluster, whose whole numbers are int64, as Helm has them. */
function copyObject(value: unknown): unknown {
  if (typeof value === "number" && Number.isSafeInteger(value)) return int64(value);
  if (Array.isArray(value)) return value.map(copyObject);
  if (typeof value !== "object" || value === null) return value;
  const map = newMap();
  for (const [key, inner] of Object.entries(value)) map[key] = copyObject(inner);
  return map;
}
