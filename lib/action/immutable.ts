/**
 * What to do about fields that the API server does not let anybody change.
 *
 * @module
 */
import { ApiError } from "../kube/errors.ts";
import type { KubeObject } from "../kube/types.ts";

/** The server's words for such a field (k8s.io/apimachinery/pkg/api/validation, and the kinds' own). */
const WORDS = /field is immutable|may not change once set|updates to .* for fields other than/;

/** The way out, when that is why an object was refused. */
export function immutableHint(object: KubeObject, error: unknown): string | undefined {
  if (!(error instanceof ApiError) || error.status !== 422 || !WORDS.test(error.message)) {
    return undefined;
  }
  const { kind, metadata: { name, namespace } } = object;
  const where = namespace === undefined ? "" : ` -n ${namespace}`;
  const command = `kubectl delete ${kind.toLowerCase()} ${name}${where}`;
  const start = `a ${kind} cannot change there: delete it, then run again, which makes it anew`;
  switch (kind) {
    case "StatefulSet":
    case "Deployment":
    case "DaemonSet":
      return `${start} (${command} --cascade=orphan lets its pods run on meanwhile)`;
    case "PersistentVolumeClaim":
    case "PersistentVolume":
      return `${start} (${command}), which can lose its data; or leave the field as it was`;
    default:
      return `${start} (${command}); or leave the field as it was`;
  }
}
