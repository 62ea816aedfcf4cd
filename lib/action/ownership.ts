/**
 * Which release an object belongs to, by the label and annotations that Helm puts on it
 * (pkg/action/validate.go).
 *
 * @module
 */
import type { HelmVersion } from "../chart/chart.ts";
import type { KubeObject } from "../kube/types.ts";

/** The release that objects belong to. */
export interface Owner {
  readonly name: string;
  readonly namespace: string;
}

const MANAGED_BY = "app.kubernetes.io/managed-by";
const RELEASE_NAME = "meta.helm.sh/release-name";
const RELEASE_NAMESPACE = "meta.helm.sh/release-namespace";

/** A selector that all objects of releases match. */
export const MANAGED_BY_HELM = `${MANAGED_BY}=Helm`;

/** The object with the marks of its release. */
export function markOwned(object: KubeObject, owner: Owner): KubeObject {
  const { metadata } = object;
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [MANAGED_BY]: "Helm" },
      annotations: {
        ...metadata.annotations,
        [RELEASE_NAME]: owner.name,
        [RELEASE_NAMESPACE]: owner.namespace,
      },
    },
  };
}

/** Why an object does not belong to the release, in Helm's words; `undefined` when it does. */
export function ownershipProblem(object: KubeObject, owner: Owner): string | undefined {
  const { labels = {}, annotations = {} } = object.metadata;
  const problems = [
    problemOf("label", labels, MANAGED_BY, "Helm"),
    problemOf("annotation", annotations, RELEASE_NAME, owner.name),
    problemOf("annotation", annotations, RELEASE_NAMESPACE, owner.namespace),
  ].filter((problem) => problem !== undefined);
  return problems.length === 0 ? undefined : `invalid ownership metadata; ${problems.join("; ")}`;
}

/** The text of objects that are in the way of an install or upgrade. */
export function conflictMessage(
  conflicts: readonly { readonly object: KubeObject; readonly problem: string }[],
  verb: "install" | "update",
  helmVersion: HelmVersion = "v4",
): string {
  const first = helmVersion === "v3" ? "Unable" : "unable";
  const texts = conflicts.map(({ object, problem }) =>
    `${describe(object)} exists and cannot be imported into the current release: ${problem}`
  );
  return `${first} to continue with ${verb}: ${texts.join("\n")}`;
}

/** `Service "web" in namespace "shop"` */
export function describe({ kind, metadata: { name = "", namespace = "" } }: KubeObject): string {
  return `${kind} ${JSON.stringify(name)} in namespace ${JSON.stringify(namespace)}`;
}

function problemOf(
  what: "label" | "annotation",
  values: Readonly<Record<string, string>>,
  key: string,
  wanted: string,
): string | undefined {
  const value = values[key];
  if (value === wanted) return undefined;
  const text = value === undefined
    ? `missing key ${JSON.stringify(key)}: must be set to ${JSON.stringify(wanted)}`
    : `key ${JSON.stringify(key)} must equal ${JSON.stringify(wanted)}: current value is ${
      JSON.stringify(value)
    }`;
  return `${what} validation error: ${text}`;
}
