/**
 * The kinds that the rehearsal cluster serves: the built-in ones below, and those that
 * CustomResourceDefinitions add while it runs.
 *
 * @module
 */
import { Schema, type TypeTable } from "./schema.ts";

/** A part of an object that has a URL of its own. */
export type Subresource =
  | "status"
  | "scale"
  | "log"
  | "eviction"
  | "binding"
  | "token"
  | "finalize"
  | "approval";

/** One kind in one version. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly Subresource[];
  /** Whether `metadata.generation` counts changes of everything but metadata and status. */
  readonly generation: boolean;
  /** Where objects live: versions of a kind share them. */
  readonly storage: string;
  readonly schema: Schema;
  /** Whether a CustomResourceDefinition made it. */
  readonly custom: boolean;
  /** Paths of the scale subresource of a custom resource. */
  readonly scalePaths?: {
    readonly spec: string;
    readonly status: string;
    readonly selector?: string;
  };
}

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({ group, version }: Pick<Resource, "group" | "version">): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Every verb of an ordinary kind. */
export const VERBS: readonly string[] = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
];

/**
 * One kind a line: plural, kind, then marks. `-` cluster-scoped, `g` has a generation, `all` in the
 * category of that name, `s:` subresources, `n:` short names, `t:` the type where it is not named
 * like the kind, `c` create only.
 */
const BUILT_IN = `
v1
  configmaps ConfigMap n:cm
  endpoints Endpoints n:ep
  events Event n:ev t:core_v1_Event
  limitranges LimitRange n:limits
  namespaces Namespace - s:status,finalize n:ns
  nodes Node - s:status n:no
  persistentvolumeclaims PersistentVolumeClaim s:status n:pvc
  persistentvolumes PersistentVolume - s:status n:pv
  pods Pod all g s:status,log,eviction,binding n:po
  podtemplates PodTemplate
  replicationcontrollers ReplicationController all g s:status,scale n:rc
  resourcequotas ResourceQuota s:status n:quota
  secrets Secret
  serviceaccounts ServiceAccount s:token n:sa
  services Service all s:status n:svc
apiregistration.k8s.io/v1
  apiservices APIService - s:status
apps/v1
  controllerrevisions ControllerRevision
  daemonsets DaemonSet all g s:status n:ds
  deployments Deployment all g s:status,scale n:deploy
  replicasets ReplicaSet all g s:status,scale n:rs
  statefulsets StatefulSet all g s:status,scale n:sts
events.k8s.io/v1
  events Event n:ev t:events_v1_Event
authentication.k8s.io/v1
  selfsubjectreviews SelfSubjectReview - c
  tokenreviews TokenReview - c
authorization.k8s.io/v1
  localsubjectaccessreviews LocalSubjectAccessReview c
  selfsubjectaccessreviews SelfSubjectAccessReview - c
  selfsubjectrulesreviews SelfSubjectRulesReview - c
  subjectaccessreviews SubjectAccessReview - c
autoscaling/v2
  horizontalpodautoscalers HorizontalPodAutoscaler all s:status n:hpa t:autoscaling_v2_HorizontalPodAutoscaler
autoscaling/v1
  horizontalpodautoscalers HorizontalPodAutoscaler all s:status n:hpa t:autoscaling_v1_HorizontalPodAutoscaler
batch/v1
  cronjobs CronJob all g s:status n:cj
  jobs Job all g s:status
certificates.k8s.io/v1
  certificatesigningrequests CertificateSigningRequest - s:approval,status n:csr
networking.k8s.io/v1
  ingressclasses IngressClass - g
  ingresses Ingress g s:status n:ing
  ipaddresses IPAddress - n:ip
  networkpolicies NetworkPolicy g n:netpol
  servicecidrs ServiceCIDR - s:status
policy/v1
  poddisruptionbudgets PodDisruptionBudget g s:status n:pdb
rbac.authorization.k8s.io/v1
  clusterrolebindings ClusterRoleBinding -
  clusterroles ClusterRole -
  rolebindings RoleBinding
  roles Role
storage.k8s.io/v1
  csidrivers CSIDriver -
  csinodes CSINode -
  csistoragecapacities CSIStorageCapacity
  storageclasses StorageClass - n:sc
  volumeattachments VolumeAttachment - s:status
  volumeattributesclasses VolumeAttributesClass - n:vac
admissionregistration.k8s.io/v1
  mutatingadmissionpolicies MutatingAdmissionPolicy - g
  mutatingadmissionpolicybindings MutatingAdmissionPolicyBinding - g
  mutatingwebhookconfigurations MutatingWebhookConfiguration - g
  validatingadmissionpolicies ValidatingAdmissionPolicy - g s:status
  validatingadmissionpolicybindings ValidatingAdmissionPolicyBinding - g
  validatingwebhookconfigurations ValidatingWebhookConfiguration - g
apiextensions.k8s.io/v1
  customresourcedefinitions CustomResourceDefinition - g s:status n:crd,crds
scheduling.k8s.io/v1
  priorityclasses PriorityClass - g n:pc
coordination.k8s.io/v1
  leases Lease
node.k8s.io/v1
  runtimeclasses RuntimeClass - g
discovery.k8s.io/v1
  endpointslices EndpointSlice g
`;

/** Kinds whose objects are one and the same under several groups or versions. */
const SHARED_STORAGE: Readonly<Record<string, string>> = { "events.k8s.io/events": "/events" };

/** The built-in kinds, in the order in which discovery lists them. */
export function builtInResources(types: TypeTable): Resource[] {
  const found: Resource[] = [];
  let group = "";
  let version = "";
  for (const line of BUILT_IN.trim().split("\n")) {
    if (!line.startsWith(" ")) {
      const slash = line.indexOf("/");
      group = slash < 0 ? "" : line.slice(0, slash);
      version = line.slice(slash + 1);
      continue;
    }
    found.push(builtIn(types, group, version, line.trim().split(" ")));
  }
  return found;
}

function builtIn(types: TypeTable, group: string, version: string, words: string[]): Resource {
  const [plural, kind, ...marks] = words;
  const value = (mark: string) => marks.find((word) => word.startsWith(mark))?.slice(mark.length);
  const createOnly = marks.includes("c");
  const storage = `${group}/${plural}`;
  return {
    group,
    version,
    kind: kind!,
    listKind: `${kind}List`,
    plural: plural!,
    singular: kind!.toLowerCase(),
    shortNames: value("n:")?.split(",") ?? [],
    categories: categoriesOf(group, marks),
    namespaced: !marks.includes("-"),
    verbs: createOnly ? ["create"] : plural === "namespaces" ? withoutCollection() : VERBS,
    subresources: (value("s:")?.split(",") ?? []) as Subresource[],
    generation: marks.includes("g"),
    storage: SHARED_STORAGE[storage] ?? storage,
    schema: createOnly || group === "certificates.k8s.io"
      ? openType(types, kind!)
      : types.get(value("t:") ?? kind!),
    custom: false,
  };
}

/** Of kinds whose fields nothing here looks at, only the metadata is typed. */
function openType(types: TypeTable, kind: string): Schema {
  const metadata = types.get("ObjectMeta");
  const fields = () => new Map([["metadata", metadata]]);
  return new Schema({ kind: "struct", name: kind, open: true, fields });
}

function categoriesOf(group: string, marks: readonly string[]): string[] {
  if (marks.includes("all")) return ["all"];
  const extension = /^(admissionregistration|apiextensions|apiregistration)\.k8s\.io$/;
  return extension.test(group) ? ["api-extensions"] : [];
}

function withoutCollection(): string[] {
  return VERBS.filter((verb) => verb !== "deletecollection");
}

/** Every kind served at the moment, by URL and by group. */
export class Kinds {
  readonly #byPath = new Map<string, Resource>();
  readonly #byKind = new Map<string, Resource>();

  constructor(types: TypeTable) {
    for (const resource of builtInResources(types)) this.add(resource);
  }

  /** Serves a kind, in place of one of the same URL. */
  add(resource: Resource): void {
    this.#byPath.set(key(resource.group, resource.version, resource.plural), resource);
    this.#byKind.set(key(resource.group, resource.version, resource.kind), resource);
  }

  /** Stops serving a kind. */
  remove(resource: Resource): void {
    this.#byPath.delete(key(resource.group, resource.version, resource.plural));
    this.#byKind.delete(key(resource.group, resource.version, resource.kind));
  }

  /** By the parts of a URL. */
  find(group: string, version: string, plural: string): Resource | undefined {
    return this.#byPath.get(key(group, version, plural));
  }

  /** By what an object says of itself. */
  ofObject(apiVersion: string, kind: string): Resource | undefined {
    const slash = apiVersion.indexOf("/");
    const group = slash < 0 ? "" : apiVersion.slice(0, slash);
    return this.#byKind.get(key(group, apiVersion.slice(slash + 1), kind));
  }

  /** All of them, in order of discovery. */
  all(): Resource[] {
    return [...this.#byPath.values()];
  }

  /** Whether anything is served under a group and version. */
  hasVersion(group: string, version: string): boolean {
    return this.all().some((resource) => resource.group === group && resource.version === version);
  }
}

function key(group: string, version: string, name: string): string {
  return `${group}/${version}/${name}`;
}
