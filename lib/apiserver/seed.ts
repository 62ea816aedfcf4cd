/**
 * What a cluster holds before anybody has used it.
 *
 * @module
 */
import type { WriteRequest } from "./admit.ts";
import type { JsonObject } from "./json.ts";
import type { Objects } from "./objects.ts";

/** Creates the namespaces, nodes and the storage class of a new cluster. */
export function seed(objects: Objects, nodes: number): void {
  for (const name of ["default", "kube-system", "kube-public", "kube-node-lease"]) {
    create(objects, "v1/namespaces", { metadata: { name } });
  }
  for (let i = 0; i < nodes; i++) create(objects, "v1/nodes", node(`node-${i}`));
  create(objects, "storage.k8s.io/v1/storageclasses", {
    metadata: {
      name: "rehearsal",
      annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
    },
    provisioner: "capstan.dev/rehearsal",
  });
  create(objects, "v1/services", {
    metadata: {
      name: "kubernetes",
      namespace: "default",
      labels: { component: "apiserver", provider: "kubernetes" },
    },
    spec: { ports: [{ name: "https", port: 443, targetPort: 6443 }] },
  });
  for (const name of ["cluster-admin", "admin", "edit", "view"]) {
    create(objects, "rbac.authorization.k8s.io/v1/clusterroles", {
      metadata: { name },
      rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
    });
  }
}

function create(objects: Objects, path: string, body: JsonObject): void {
  const [plural, version, group = ""] = path.split("/").reverse();
  const resource = objects.kinds.find(group, version!, plural!)!;
  const request: WriteRequest = {
    resource,
    namespace: resource.namespaced ? "default" : "",
    name: "",
    manager: "kube-apiserver",
    dryRun: false,
    validation: "Ignore",
    subresource: "",
  };
  const { object } = objects.create(request, body);
  if (resource.kind !== "Node") return;
  objects.write(object, (next) => {
    next.status = nodeStatus(objects.env.timestamp());
  });
}

function node(name: string): JsonObject {
  const labels = { "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" };
  return { metadata: { name, labels }, spec: {} };
}

function nodeStatus(now: string): JsonObject {
  const resources = { cpu: "1k", memory: "1Ti", pods: "1M" };
  const condition = { type: "Ready", status: "True", reason: "KubeletReady" };
  return {
    capacity: resources,
    allocatable: resources,
    addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
    conditions: [{ ...condition, lastHeartbeatTime: now, lastTransitionTime: now }],
  };
}
