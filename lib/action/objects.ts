/**
 * From a release's manifest to objects that can be sent to a cluster.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import { parseYaml } from "../yaml/parse.ts";
import { splitDocuments } from "../engine/manifests.ts";
import { definedKinds } from "../kube/definitions.ts";
import type { KubeApi, KubeObject, ObjectMeta } from "../kube/types.ts";
import { jsonKind } from "../chart/metadata.ts";
import { type GoMap, isMap } from "../template/value.ts";

/** An object of a manifest. */
export interface ManifestObject {
  readonly object: KubeObject;
  /** The template it comes from; empty where the manifest does not say. */
  readonly path: string;
}

/** Options of {@linkcode resolveObjects}. */
export interface ResolveOptions {
  /** Namespace of objects that name none. */
  readonly namespace: string;
  /** Start of the message about kinds that the cluster does not have. */
  readonly problem: string;
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@linkcode parseManifest}. */
export interface ParseOptions {
  /** Told of documents that are no objects, which are then left out. @default they are errors */
  readonly onBad?: ((error: CapstanError) => void) | undefined;
}

/** Start of messages about a new revision's manifest. */
export const BUILD_PROBLEM = "unable to build kubernetes objects from release manifest";

/**
 * The objects of a release's manifest, in its order, lists taken apart.
 *
 * @throws {CapstanError} where a document is no object, in Helm's words.
 */
export function parseManifest(manifest: string, { onBad }: ParseOptions = {}): ManifestObject[] {
  return splitDocuments(manifest).flatMap((text) => {
    try {
      return parseObjects(text, sourceOf(text), BUILD_PROBLEM);
    } catch (error) {
      if (onBad === undefined || !(error instanceof CapstanError)) throw error;
      onBad(error);
      return [];
    }
  });
}

/** The template that a document of a manifest says it comes from; empty where it does not say. */
export function sourceOf(text: string): string {
  return /^# Source: (.*)$/m.exec(text)?.[1] ?? "";
}

/** The objects of one document; none where it holds only comments. `problem` starts messages. */
export function parseObjects(text: string, path: string, problem: string): ManifestObject[] {
  try {
    const value = parseYaml(text);
    return value === null || value === undefined ? [] : objectsIn(value, path);
  } catch (error) {
    throw new CapstanError(`${problem}: ${messageOf(error)}`, {
      code: "manifest/object",
      position: path === "" ? undefined : { file: path },
      cause: error,
    });
  }
}

function objectsIn(value: unknown, path: string): ManifestObject[] {
  const { apiVersion, kind, metadata, items } = isMap(value) ? value : {};
  for (const [name, field] of Object.entries({ apiVersion, kind })) {
    if (typeof field === "string" && field !== "") continue;
    throw new CapstanError(`error validating "": error validating data: ${name} not set`, {
      code: "manifest/object",
      hint: `each document of a template is an object with apiVersion, kind and metadata`,
    });
  }
  if ((kind as string).endsWith("List") && Array.isArray(items)) {
    return items.flatMap((item) => objectsIn(item, path));
  }
  const meta = checkMetadata(isMap(metadata) ? metadata : {});
  return [{ object: { ...(value as unknown as KubeObject), metadata: meta }, path }];
}

/** Metadata whose texts are texts: a chart that forgets to quote gives numbers and booleans. */
function checkMetadata(metadata: GoMap): ObjectMeta {
  const texts: [string, unknown][] = ["name", "generateName", "namespace"]
    .map((name) => [name, metadata[name]]);
  for (const name of ["labels", "annotations"]) {
    const map = metadata[name];
    if (isMap(map)) {
      texts.push(...Object.values(map).map((value) => [name, value] as [string, unknown]));
    }
  }
  for (const [name, value] of texts) {
    if (value === undefined || value === null || typeof value === "string") continue;
    throw new CapstanError(
      `unable to decode "": json: cannot unmarshal ${
        jsonKind(value)
      } into Go struct field ObjectMeta.metadata.${name} of type string`,
      {
        code: "manifest/object",
        hint: `quote it in the template: {{ … | quote }}`,
      },
    );
  }
  return metadata as unknown as ObjectMeta;
}

/**
 * Gives each object its namespace: the release's where it names none, and none where its kind has
 * none.
 *
 * @throws {CapstanError} that names every object of a kind that the cluster does not serve.
 */
export async function resolveObjects(
  api: KubeApi,
  objects: readonly ManifestObject[],
  { namespace, problem, signal }: ResolveOptions,
): Promise<ManifestObject[]> {
  const unknown: string[] = [];
  const served = servedByManifest(objects);
  const resolved = await Promise.all(objects.map(async ({ object, path }) => {
    const { apiVersion, kind, metadata } = object;
    const own = served.get(`${apiVersion}/${kind}`);
    const namespaced = own ?? (await api.resourceFor(apiVersion, kind, { signal }))?.namespaced;
    if (namespaced === undefined) {
      unknown.push(
        `resource mapping not found for name: ${JSON.stringify(metadata.name ?? "")} namespace: ${
          JSON.stringify(metadata.namespace ?? "")
        } from "": no matches for kind ${JSON.stringify(kind)} in version ${
          JSON.stringify(apiVersion)
        }`,
      );
      return { object, path };
    }
    return { object: withNamespace(object, namespaced ? namespace : undefined), path };
  }));
  if (unknown.length === 0) return resolved;
  const text = unknown.length === 1 ? unknown[0] : `[${unknown.join(", ")}]`;
  throw new CapstanError(`${problem}: ${text}\nensure CRDs are installed first`, {
    code: "manifest/no-such-kind",
    hint: "does another release bring the CustomResourceDefinition? Then this one needs it",
  });
}

/** Kinds by `apiVersion/kind` that the manifest itself adds, and whether they have namespaces. */
function servedByManifest(objects: readonly ManifestObject[]): Map<string, boolean> {
  return new Map(
    objects.flatMap(({ object }) => definedKinds(object)).map((
      { apiVersion, kind, namespaced },
    ) => [`${apiVersion}/${kind}`, namespaced]),
  );
}

function withNamespace(object: KubeObject, namespace: string | undefined): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: namespace === undefined ? metadata : { ...metadata, namespace: own || namespace },
  };
}
