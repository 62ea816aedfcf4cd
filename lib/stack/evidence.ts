/**
 * What is known of a release that failed, saved before it is undone: manifests, live objects, events
 * and logs.
 *
 * @module
 */
import { createMask, type Mask } from "../action/diff/mask.ts";
import { parseManifest } from "../action/objects.ts";
import { isAbort, messageOf } from "../errors.ts";
import { keyOf, refOf } from "../kube/resource.ts";
import type { KubeApi, KubeObject, ObjectRef } from "../kube/types.ts";
import { emitYaml } from "../yaml/emit.ts";
import type { Changed } from "./undo.ts";

/** What saving evidence needs. */
export interface EvidenceOptions {
  /** Made when it is missing. */
  readonly folder: string;
  readonly apiOf: (changed: Changed) => KubeApi;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
  /** Takes secrets out of what is written. @default only values of Secrets are masked */
  readonly redact?: ((text: string) => string) | undefined;
}

/** Last lines of each container's log that are kept. */
const LOG_LINES = 1_000;

/** Writes what is known of each release into a folder of its own. What cannot be had is told, and left out. */
export async function saveEvidence(
  failed: readonly Changed[],
  options: EvidenceOptions,
): Promise<void> {
  await Promise.all(failed.map(async (release) => {
    try {
      await saveRelease(release, options);
    } catch (error) {
      if (isAbort(error)) throw error;
      options.warn(`cannot save all evidence of ${release.id}: ${messageOf(error)}`);
    }
  }));
}

async function saveRelease(changed: Changed, options: EvidenceOptions): Promise<void> {
  const { id, node, result } = changed;
  const { signal, redact = (text) => text } = options;
  const folder = `${options.folder}/${id.replaceAll("/", "_")}`;
  await Deno.mkdir(folder, { recursive: true });
  const save = (file: string, text: string) =>
    Deno.writeTextFile(`${folder}/${file}`, redact(text), { signal });
  const manifest = result.release?.manifest ?? "";
  const { name, namespace } = node;
  await save(
    "release.json",
    json({
      name,
      namespace,
      revision: result.revision,
      status: result.status,
      reason: messageOf(result.error),
      hooks: (result.release?.hooks ?? []).map(({ name, kind, lastRun }) => ({
        name,
        kind,
        ...lastRun,
      })),
    }),
  );
  const mask = createMask();
  await save("manifest.yaml", masked(manifest, mask));
  const api = options.apiOf(changed);
  const hooks = (result.release?.hooks ?? []).map((hook) => hook.manifest);
  const live = await liveObjects(api, [manifest, ...hooks], { namespace, signal });
  await save("objects.json", json(live.map(mask)));
  const pods = await podsOf(api, live, signal);
  await save("events.json", json(await eventsAbout(api, [...live, ...pods], signal)));
  for (const pod of pods) await savePod(api, pod, { save, signal });
}

/** A manifest without the values of Secrets. */
function masked(manifest: string, mask: Mask): string {
  return parseManifest(manifest, { onBad: () => {} })
    .map(({ object, path }) => `---\n# Source: ${path}\n${emitYaml(mask(object))}`).join("");
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

interface Where {
  readonly namespace: string;
  readonly signal: AbortSignal;
}

async function liveObjects(
  api: KubeApi,
  manifests: readonly string[],
  { namespace, signal }: Where,
): Promise<KubeObject[]> {
  const refs = new Map<string, ObjectRef>();
  for (const { object } of manifests.flatMap((text) => parseManifest(text, { onBad: () => {} }))) {
    if (!object.metadata.name) continue;
    const kind = await api.resourceFor(object.apiVersion, object.kind, { signal });
    if (kind === undefined) continue;
    const place = kind.namespaced ? { namespace: object.metadata.namespace ?? namespace } : {};
    const ref = { ...refOf(object), ...place };
    refs.set(keyOf(ref), ref);
  }
  const found = await Promise.all([...refs.values()].map((ref) => api.get(ref, { signal })));
  return found.filter((object) => object !== undefined);
}

/** The pods among the objects, and those that the objects run. */
async function podsOf(
  api: KubeApi,
  live: readonly KubeObject[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const pods = new Map<string, KubeObject>();
  for (const object of live) {
    if (object.kind === "Pod") pods.set(keyOf(refOf(object)), object);
    const labels = labelsOfPods(object);
    if (labels === undefined) continue;
    const labelSelector = Object.entries(labels).map((pair) => pair.join("=")).join(",");
    const { namespace } = object.metadata;
    const found = await api.list({ apiVersion: "v1", kind: "Pod" }, {
      namespace,
      labelSelector,
      signal,
    });
    for (const pod of found.items) {
      pods.set(`${pod.metadata.namespace}/${pod.metadata.name}`, pod);
    }
  }
  return [...pods.values()];
}

function labelsOfPods({ kind, metadata, spec }: KubeObject): Record<string, string> | undefined {
  if (kind === "Job") return { "job-name": metadata.name };
  const { selector } = (spec ?? {}) as {
    readonly selector?: { readonly matchLabels?: Record<string, string> };
  };
  return selector?.matchLabels;
}

/** The cluster's events about these objects. */
async function eventsAbout(
  api: KubeApi,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const names = new Set(objects.map(({ kind, metadata }) => `${kind}/${metadata.name}`));
  const namespaces = new Set(objects.flatMap(({ metadata }) => metadata.namespace ?? []));
  const lists = await Promise.all(
    [...namespaces].map((namespace) =>
      api.list({ apiVersion: "v1", kind: "Event" }, { namespace, signal })
    ),
  );
  return lists.flatMap(({ items }) => items).filter((event) => {
    const { kind, name } = (event["involvedObject"] ?? {}) as { kind?: string; name?: string };
    return names.has(`${kind}/${name}`);
  });
}

interface Saving {
  readonly save: (file: string, text: string) => Promise<void>;
  readonly signal: AbortSignal;
}

async function savePod(api: KubeApi, pod: KubeObject, { save, signal }: Saving): Promise<void> {
  const { name, namespace = "default" } = pod.metadata;
  await save(`pod-${name}.json`, json(pod));
  const { initContainers = [], containers = [] } = (pod["spec"] ?? {}) as {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly containers?: readonly { readonly name: string }[];
  };
  for (const container of [...initContainers, ...containers]) {
    const which = { namespace, pod: name, container: container.name };
    const text = await api.logs(which, { tail: LOG_LINES, signal }).catch((error: unknown) => {
      if (isAbort(error)) throw error;
      return `no log: ${messageOf(error)}\n`;
    });
    await save(`log-${name}-${container.name}.txt`, text);
  }
}
