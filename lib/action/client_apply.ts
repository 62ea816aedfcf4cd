/**
 * Putting an object in place as Helm 3 does and Helm 4 with `--server-side=false`: it is read,
 * compared, and patched by the client, or replaced as a whole (pkg/kube/client.go).
 *
 * @module
 */
import { Kinds } from "../apiserver/kinds.ts";
import { type Schema, TypeTable } from "../apiserver/schema.ts";
import { isAlreadyExists } from "../kube/errors.ts";
import { refOf } from "../kube/resource.ts";
import type { KubeApi, KubeObject, WriteOptions } from "../kube/types.ts";
import type { Fields } from "./json_equal.ts";
import { isEmpty, mergeDiff, strategicDiff } from "./strategic_diff.ts";

/** Options of {@linkcode ClientApply.put}. */
export interface PutOptions {
  /** The object as the revision before has it: fields that it alone has are removed. */
  readonly before: KubeObject | undefined;
  /** Replace what is there, whatever others have added to it. */
  readonly replace?: boolean | undefined;
  /** Refuse fields that a kind does not have, when replacing. Else the server warns of them. @default {false} */
  readonly strict?: boolean | undefined;
  readonly signal: AbortSignal;
}

/** Applies objects by the client. Made when it is asked for: it reads the table of built-in types. */
export class ClientApply {
  readonly #api: KubeApi;
  readonly #kinds: Kinds;

  constructor(api: KubeApi) {
    this.#api = api;
    this.#kinds = new Kinds(new TypeTable());
  }

  /** Puts an object in place and returns it as the server has it. */
  async put(object: KubeObject, options: PutOptions): Promise<KubeObject> {
    const { before, replace, strict, signal } = options;
    const ref = refOf(object);
    const live = await this.#api.get(ref, { signal });
    if (live === undefined) {
      try {
        return await this.#api.create(object, { signal });
      } catch (error) {
        // Somebody was faster: then it is there to be changed.
        if (!isAlreadyExists(error)) throw error;
        return await this.put(object, options);
      }
    }
    if (replace) return await this.#replace(object, live, { strict, signal });
    const schema = this.#schemaOf(object);
    // Of an object that no revision had, nothing is the release's to remove.
    const original = before ?? {};
    const patch = schema === undefined
      ? mergeDiff(original, object)
      : strategicDiff(schema, { before: original, after: object, live });
    const changes = withoutServerFields(patch);
    if (isEmpty(changes)) return live;
    const type = schema === undefined
      ? "application/merge-patch+json"
      : "application/strategic-merge-patch+json";
    return await this.#api.patch(ref, type, changes, { signal });
  }

  /** Puts the object in the place of another; what only the server may change stays as it is. */
  async #replace(object: KubeObject, live: KubeObject, options: WriteOptions): Promise<KubeObject> {
    const { resourceVersion = "" } = live.metadata;
    return await this.#api.replace(
      { ...object, metadata: { ...object.metadata, resourceVersion } },
      options,
    );
  }

  /** The type of a built-in kind; of others, only the server knows how their lists merge. */
  #schemaOf({ apiVersion, kind }: KubeObject): Schema | undefined {
    return this.#kinds.ofObject(apiVersion, kind)?.schema;
  }
}

/** Without what is not the client's to change, though charts name it now and then. */
function withoutServerFields(patch: Fields): Fields {
  const { status: _, metadata, ...rest } = patch as Fields & { readonly metadata?: Fields };
  if (metadata === undefined) return rest;
  const own = Object.entries(metadata).filter(([key]) => !SERVER_FIELDS.includes(key));
  return own.length === 0 ? rest : { ...rest, metadata: Object.fromEntries(own) };
}

const SERVER_FIELDS: readonly string[] = [
  "creationTimestamp",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
];
