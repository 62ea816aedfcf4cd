/**
 * The files under a chart's crds/: created before anything else, never changed and never removed.
 *
 * @module
 */
import { CapstanError, messageOf } from "../errors.ts";
import type { CrdFile } from "../chart/chart.ts";
import { splitDocuments } from "../engine/manifests.ts";
import { definedKinds } from "../kube/definitions.ts";
import { isAlreadyExists, isForbidden } from "../kube/errors.ts";
import type { KubeObject } from "../kube/types.ts";
import { waitReady } from "../kube/wait.ts";
import { parseObjects } from "./objects.ts";
import type { Operation } from "./operation.ts";

/** Milliseconds that the server may take to serve a new kind. */
const ESTABLISH_TIMEOUT = 60_000;

/** Creates what is not there yet, and waits until the server serves it. */
export async function installCrds(
  operation: Operation,
  files: readonly CrdFile[],
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { context: { api } } = operation;
  const created: KubeObject[] = [];
  for (const { path, file } of files) {
    try {
      for (const text of splitDocuments(file.text)) {
        for (const { object } of parseObjects(text, path, "its content")) {
          created.push(await api.create(object, { strict: false, signal }));
        }
      }
    } catch (error) {
      signal.throwIfAborted();
      // As in Helm, one that is there stands for its whole file.
      if (isAlreadyExists(error)) continue;
      throw new CapstanError(`failed to install CRD ${file.name}: ${messageOf(error)}`, {
        code: "crd/create",
        hint: isForbidden(error)
          ? "who installs CRDs needs rights in the whole cluster: let them apply the chart's crds/, then install with --skip-crds"
          : undefined,
        cause: error,
      });
    }
  }
  if (created.length > 0) await awaitCrds(operation, created, { signal });
}

/** Waits until the server serves the kinds that these objects define. */
export async function awaitCrds(
  { context: { api }, cache, now }: Operation,
  objects: readonly KubeObject[],
  { timeout = ESTABLISH_TIMEOUT, signal }: {
    readonly timeout?: number | undefined;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  await waitReady(api, objects, { timeout, signal, now });
  api.forgetDiscovery();
  // What renders next sees them in .Capabilities.
  for (const { apiVersion, kind } of objects.flatMap(definedKinds)) {
    await api.resourceFor(apiVersion, kind, { signal });
  }
  cache.forgetCapabilities();
}
