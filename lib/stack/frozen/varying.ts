/**
 * Charts that come out otherwise each time: passwords and certificates that a template makes up. What
 * came out when the plan was made is what is applied, so it is kept in the plan, sealed.
 *
 * @module
 */
import { parseManifest } from "../../action/objects.ts";
import type { Change } from "../../action/prepare.ts";
import type { KubeObject } from "../../kube/types.ts";
import type { Release, ReleaseHook } from "../../release/release.ts";
import type { Described } from "./describe.ts";

/** What is rendered, by `Kind/name` and what else tells it apart. */
export type Contents = ReadonlyMap<
  string,
  { readonly digest?: string | undefined; readonly manifest?: unknown }
>;

/** Objects and hooks of a rendering. */
export function contentsOf({ objects, hooks }: Pick<Described, "objects" | "hooks">): Contents {
  return new Map<string, { digest?: string | undefined; manifest?: unknown }>([
    ...objects.map((object) => {
      const { kind, name, apiVersion, manifest } = object;
      const { namespace = "" } = (manifest as KubeObject).metadata;
      return [`${kind}/${name} ${namespace} ${apiVersion}`, object] as const;
    }),
    ...hooks.map((hook) => [`${hook.kind}/${hook.name} hook ${hook.path}`, hook] as const),
  ]);
}

/** Objects and hooks, as `Kind/name`, that two renderings of the same do not have in common. */
export function varying(one: Described, other: Described): string[] {
  const [a, b] = [contentsOf(one), contentsOf(other)];
  const differ = [...new Set([...a.keys(), ...b.keys()])].filter((key) =>
    a.get(key)?.digest !== b.get(key)?.digest
  );
  return [...new Set(differ.map((key) => key.split(" ")[0]!))];
}

/** What a rendering decides of a revision. */
interface Sealed {
  readonly manifest: string;
  readonly hooks: readonly ReleaseHook[];
  readonly notes: string;
}

/** What is to be sealed of a revision. */
export function sealedContents({ manifest, hooks, info }: Release): string {
  return JSON.stringify({ manifest, hooks, notes: info.notes });
}

/** The change with the contents that were sealed. */
export function withContents(change: Change, text: string): Change {
  const { manifest, hooks, notes }: Sealed = JSON.parse(text);
  const { release } = change;
  return {
    ...change,
    release: { ...release, manifest, hooks, info: { ...release.info, notes } },
    objects: parseManifest(manifest),
  };
}
