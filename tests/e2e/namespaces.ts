/**
 * Namespaces of a test's own: tests of several files run at once on one cluster, and again on the
 * same one.
 */
import { createKubeClient } from "../../lib/kube/client.ts";
import { loadConnection } from "../../lib/kube/config.ts";
import type { KubeApi } from "../../lib/kube/types.ts";

/** Creates a namespace for each label, and deletes them after `use`. */
export async function withNamespaces<const L extends readonly string[]>(
  labels: L,
  use: (namespaces: { readonly [I in keyof L]: string }, api: KubeApi) => Promise<void>,
): Promise<void> {
  const api = createKubeClient(await loadConnection());
  const suffix = crypto.randomUUID().slice(0, 8);
  const names = labels.map((label) => `e2e-${label}-${suffix}`);
  try {
    for (const name of names) {
      await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    }
    await use(names as unknown as { readonly [I in keyof L]: string }, api);
  } finally {
    for (const name of names) await api.delete({ apiVersion: "v1", kind: "Namespace", name });
    api.close();
  }
}
