/**
 * What `.Capabilities` says of a cluster, and what it says where there is none.
 *
 * @module
 */

import { quoteGo } from "../template/quote.ts";
import { CapstanError } from "../errors.ts";
import type { HelmVersion } from "../chart/chart.ts";

/** A Kubernetes version as templates see it. */
export interface KubeVersion {
  /** The full version, e.g. `v1.34.0-gke.1`. */
  readonly version: string;
  /** The version without what follows its three numbers, which constraints are held against. */
  readonly normalized: string;
  /** E.g. `1`. */
  readonly major: string;
  /** E.g. `34`. */
  readonly minor: string;
}

/** What a cluster can do. */
export interface Capabilities {
  /** Its version. */
  readonly kubeVersion: KubeVersion;
  /** `group/version`, and for a live cluster also `group/version/Kind`. */
  readonly apiVersions: readonly string[];
}

/** The version that Helm assumes without a cluster. */
export const DEFAULT_KUBE_VERSION = "v1.37.0";

/** The group versions that Helm's own Kubernetes client knows, in its order. */
export const DEFAULT_API_VERSIONS: readonly string[] = Object.freeze([
  "v1",
  "admissionregistration.k8s.io/v1",
  "admissionregistration.k8s.io/v1alpha1",
  "admissionregistration.k8s.io/v1beta1",
  "internal.apiserver.k8s.io/v1alpha1",
  "apps/v1",
  "apps/v1beta1",
  "apps/v1beta2",
  "authentication.k8s.io/v1",
  "authentication.k8s.io/v1alpha1",
  "authentication.k8s.io/v1beta1",
  "authorization.k8s.io/v1",
  "authorization.k8s.io/v1beta1",
  "autoscaling/v1",
  "autoscaling/v2",
  "batch/v1",
  "batch/v1beta1",
  "certificates.k8s.io/v1",
  "certificates.k8s.io/v1beta1",
  "certificates.k8s.io/v1alpha1",
  "coordination.k8s.io/v1alpha2",
  "coordination.k8s.io/v1beta1",
  "coordination.k8s.io/v1",
  "discovery.k8s.io/v1",
  "discovery.k8s.io/v1beta1",
  "events.k8s.io/v1",
  "events.k8s.io/v1beta1",
  "extensions/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta1",
  "flowcontrol.apiserver.k8s.io/v1beta2",
  "flowcontrol.apiserver.k8s.io/v1beta3",
  "lifecycle.k8s.io/v1alpha1",
  "networking.k8s.io/v1",
  "networking.k8s.io/v1beta1",
  "node.k8s.io/v1",
  "node.k8s.io/v1alpha1",
  "node.k8s.io/v1beta1",
  "policy/v1",
  "policy/v1beta1",
  "rbac.authorization.k8s.io/v1",
  "rbac.authorization.k8s.io/v1beta1",
  "rbac.authorization.k8s.io/v1alpha1",
  "resource.k8s.io/v1",
  "resource.k8s.io/v1beta2",
  "resource.k8s.io/v1beta1",
  "resource.k8s.io/v1alpha3",
  "scheduling.k8s.io/v1alpha3",
  "scheduling.k8s.io/v1beta1",
  "scheduling.k8s.io/v1",
  "storage.k8s.io/v1beta1",
  "storage.k8s.io/v1",
  "storage.k8s.io/v1alpha1",
  "storagemigration.k8s.io/v1",
  "storagemigration.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1beta1",
  "apiextensions.k8s.io/v1",
]);

/**
 * The capabilities without a cluster.
 *
 * @param kubeVersion As `--kube-version` takes it.
 * @param apiVersions Added to those that Helm knows, as `--api-versions` does.
 * @throws {CapstanError} for a version that cannot be read.
 */
export function offlineCapabilities(
  kubeVersion: string = DEFAULT_KUBE_VERSION,
  apiVersions: readonly string[] = [],
  helmVersion: HelmVersion = "v4",
): Capabilities {
  return {
    kubeVersion: parseKubeVersion(kubeVersion, helmVersion),
    apiVersions: [...DEFAULT_API_VERSIONS, ...apiVersions],
  };
}

/**
 * Reads a Kubernetes version: at least two numbers, then anything.
 *
 * Helm 3 keeps three numbers of it, Helm 4 the whole text.
 */
export function parseKubeVersion(text: string, helmVersion: HelmVersion = "v4"): KubeVersion {
  const match = /^\s*v?([0-9]+(?:\.[0-9]+)+)([\s\S]*)$/.exec(text);
  if (match === null) throw badVersion(text, `could not parse ${quoteGo(text)} as version`);
  const parts = match[1]!.split(".").slice(0, 3);
  for (const part of parts) {
    if (part.length > 1 && part.startsWith("0")) {
      throw badVersion(text, `illegal zero-prefixed version component "${part}" in "${text}"`);
    }
  }
  const [major, minor, patch = "0"] = parts as [string, string, string?];
  const normalized = `v${major}.${minor}.${patch}`;
  const full = text.startsWith("v") ? text : `v${text}`;
  return { version: helmVersion === "v3" ? normalized : full, normalized, major, minor };
}

function badVersion(text: string, reason: string): CapstanError {
  return new CapstanError(`invalid kube version '${text}': ${reason}`, {
    code: "engine/kube-version",
    hint: "a Kubernetes version looks like 1.34.0",
  });
}
