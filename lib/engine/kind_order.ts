/**
 * The order in which Helm installs and removes kinds.
 *
 * @module
 */

import type { HelmVersion } from "../chart/chart.ts";
import { compareStrings } from "../template/value.ts";

const INSTALL_ORDER = [
  "PriorityClass",
  "Namespace",
  "NetworkPolicy",
  "ResourceQuota",
  "LimitRange",
  "PodSecurityPolicy",
  "PodDisruptionBudget",
  "ServiceAccount",
  "Secret",
  "SecretList",
  "ConfigMap",
  "StorageClass",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "CustomResourceDefinition",
  "ClusterRole",
  "ClusterRoleList",
  "ClusterRoleBinding",
  "ClusterRoleBindingList",
  "Role",
  "RoleList",
  "RoleBinding",
  "RoleBindingList",
  "Service",
  "DaemonSet",
  "Pod",
  "ReplicationController",
  "ReplicaSet",
  "Deployment",
  "HorizontalPodAutoscaler",
  "StatefulSet",
  "Job",
  "CronJob",
  "IngressClass",
  "Ingress",
  "APIService",
];

const WEBHOOKS = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** Kinds in the order in which they are created. */
export function installOrder(helmVersion: HelmVersion = "v4"): readonly string[] {
  return helmVersion === "v3" ? INSTALL_ORDER : [...INSTALL_ORDER, ...WEBHOOKS];
}

/** Kinds in the order in which they are removed. */
export function uninstallOrder(helmVersion: HelmVersion = "v4"): readonly string[] {
  return installOrder(helmVersion).toReversed();
}

/** The items by kind, stable: known kinds in their order, then the others by name. */
export function sortByKind<T>(
  items: readonly T[],
  order: readonly string[],
  kindOf: (item: T) => string,
): T[] {
  const rank = new Map(order.map((kind, i) => [kind, i]));
  return items.toSorted((a, b) => {
    const x = kindOf(a), y = kindOf(b);
    const first = rank.get(x), second = rank.get(y);
    if (first === undefined && second === undefined) return compareStrings(x, y);
    return (first ?? order.length) - (second ?? order.length);
  });
}
