/**
 * What an API server makes of applying once more: what is told from a live object must be what happens.
 * The rehearsal cluster and a real one run the same cases.
 */
import { deepEqual, equal } from "node:assert/strict";
import { isAsApplied } from "../../lib/action/as_applied.ts";
import { refOf } from "../../lib/kube/resource.ts";
import type { KubeApi, KubeObject } from "../../lib/kube/types.ts";
import type { ContractCluster } from "../kube/contract.ts";
import { WORDINGS } from "./standing_cases.ts";

const MANAGER = "helm";

/** Registers the tests. `connect` is called once for each. */
export function standingContract(name: string, connect: () => Promise<ContractCluster>): void {
  for (const { apiVersion, kind, wordings, unsure } of WORDINGS) {
    const objects = Object.entries(wordings).map(([word, { metadata, ...fields }]) =>
      [
        word,
        (namespace: string): KubeObject => ({
          apiVersion,
          kind,
          metadata: { ...metadata as object, name: "it", namespace },
          ...fields,
        }),
      ] as const
    );
    Deno.test(`${name}: a ${kind} that is said to stand is not changed by applying it`, async () => {
      await inNamespace(connect, async (api, namespace) => {
        const sure: string[] = [];
        for (const [first, before] of objects) {
          for (const [second, after] of objects) {
            const live = await api.apply(before(namespace), { force: true });
            const told = isAsApplied(after(namespace), live, MANAGER);
            const then = await api.apply(after(namespace), { force: true });
            if (told) deepEqual(ownPart(then), ownPart(live), `${first}, then ${second}`);
            if (told && first === second) sure.push(first);
            await remove(api, then);
          }
        }
        deepEqual(sure, Object.keys(wordings).filter((word) => !unsure.includes(word)));
      });
    });
  }

  Deno.test(`${name}: what others do to an object is seen where it touches what was applied`, async () => {
    await inNamespace(connect, async (api, namespace) => {
      const wanted: KubeObject = {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: { name: "it", namespace, labels: { ours: "1" } },
        data: { a: "1" },
      };
      const rows: readonly [string, Record<string, unknown>, boolean][] = [
        ["a label of theirs", { metadata: { labels: { theirs: "1" } } }, true],
        ["a key of theirs", { data: { b: "2" } }, true],
        ["another value", { data: { a: "2" } }, false],
        ["a key that is gone", { data: { a: null } }, false],
        ["a label that is gone", { metadata: { labels: { ours: null } } }, false],
        ["no word of who owns what", { metadata: { managedFields: [{}] } }, false],
      ];
      for (const [what, patch, stands] of rows) {
        await api.apply(wanted, { force: true });
        const live = await api.patch(refOf(wanted), "application/merge-patch+json", patch, {
          fieldManager: "somebody",
        });
        equal(isAsApplied(wanted, live, MANAGER), stands, what);
        equal(isAsApplied(wanted, live, "another"), false, what);
        await remove(api, wanted);
      }
      await api.create(wanted);
      const made = await api.get(refOf(wanted));
      equal(isAsApplied(wanted, made!, MANAGER), false, "created, and never applied");
    });
  });
}

async function inNamespace(
  connect: () => Promise<ContractCluster>,
  test: (api: KubeApi, namespace: string) => Promise<void>,
): Promise<void> {
  const { api, close } = await connect();
  const namespace = `standing-${crypto.randomUUID().slice(0, 8)}`;
  try {
    await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await test(api, namespace);
    await api.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
  } finally {
    await close();
  }
}

async function remove(api: KubeApi, object: KubeObject): Promise<void> {
  const finalizers = { metadata: { finalizers: null } };
  await api.patch(refOf(object), "application/merge-patch+json", finalizers);
  await api.delete(refOf(object));
}

/** An object without what controllers do to it meanwhile. */
function ownPart({ status: _, metadata, ...rest }: KubeObject): unknown {
  const { resourceVersion: __, managedFields = [], ...meta } = metadata;
  const own = (managedFields as readonly { readonly manager?: string }[])
    .filter(({ manager }) => manager === MANAGER);
  return { ...rest, metadata: { ...meta, managedFields: own } };
}
