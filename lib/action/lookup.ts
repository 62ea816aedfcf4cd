/**
 * The template function `lookup` on a live cluster.
 *
 * @module
 */
import { CapstanError } from "../errors.ts";
import type { Lookup } from "../engine/funcs.ts";
import { isNotFound } from "../kube/errors.ts";
import type { KubeApi, RequestOptions } from "../kube/types.ts";

/** Answers lookups from the cluster: an object, a list of objects, or an empty map for neither. */
export function clusterLookup(api: KubeApi, { signal: outer }: RequestOptions = {}): Lookup {
  return async ({ apiVersion, kind, namespace, name }, signal = outer) => {
    const resource = await api.resourceFor(apiVersion, kind, { signal });
    if (resource === undefined) {
      if ((await api.apiVersions({ signal })).includes(apiVersion)) return {};
      throw new CapstanError(
        `unable to get apiresource from unstructured: ${apiVersion}, Kind=${kind}: ` +
          "the server could not find the requested resource",
        {
          code: "lookup/no-such-kind",
          hint: `is the CustomResourceDefinition of ${kind} installed?`,
        },
      );
    }
    const scope = resource.namespaced && namespace !== "" ? { namespace } : {};
    try {
      if (name !== "") return await api.get({ apiVersion, kind, name, ...scope }, { signal }) ?? {};
      const { items, resourceVersion } = await api.list({ apiVersion, kind }, { ...scope, signal });
      return { apiVersion, kind: `${kind}List`, metadata: { resourceVersion }, items };
    } catch (error) {
      if (isNotFound(error)) return {};
      throw error;
    }
  };
}
