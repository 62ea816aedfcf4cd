/** What is asked of both a real API server and the rehearsal cluster. */
import {
  apply,
  type Case,
  get,
  jsonPatch,
  merge,
  post,
  put,
  remove,
  type Step,
  strategic,
} from "./exchange.ts";

function configMap(name: string, rest: Record<string, unknown> = {}) {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...meta(rest) }, ...data(rest) };
}

function meta({ labels, namespace, resourceVersion, uid, managedFields }: Record<string, unknown>) {
  return JSON.parse(JSON.stringify({ labels, namespace, resourceVersion, uid, managedFields }));
}

function data(rest: Record<string, unknown>) {
  return JSON.parse(JSON.stringify({ data: rest.data, foo: rest.foo }));
}

const CONTAINER = {
  name: "c",
  image: "i",
  ports: [{ containerPort: 80 }],
  env: [{ name: "A", value: "1" }],
  readinessProbe: { httpGet: { path: "/", port: 80 } },
};

function deployment(spec: Record<string, unknown> = {}, name = "d") {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 2,
      selector: { matchLabels: { a: "b" } },
      template: {
        metadata: { labels: { a: "b" } },
        spec: { containers: [CONTAINER], volumes: [{ name: "v", configMap: { name: "x" } }] },
      },
      ...spec,
    },
  };
}

/** A partial Deployment that sets fields of its only container. */
function containers(...list: unknown[]) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "d" },
    spec: { template: { spec: { containers: list } } },
  };
}

const podTemplate = (rest: Record<string, unknown> = {}, metadata: unknown = undefined) => ({
  metadata,
  spec: { containers: [{ name: "c", image: "i:1" }], ...rest },
});

/** Every case has a namespace of its own. */
function inNamespace(ns: string, name: string, steps: readonly Step[]): Case {
  return {
    name,
    steps: [
      post("/api/v1/namespaces", { metadata: { name: ns } }),
      get(`/api/v1/namespaces/${ns}/serviceaccounts/default`, { until: '"uid"', only: ["kind"] }),
      ...steps,
    ],
  };
}

const core = (ns: string) => `/api/v1/namespaces/${ns}`;
const apps = (ns: string) => `/apis/apps/v1/namespaces/${ns}`;
const batch = (ns: string) => `/apis/batch/v1/namespaces/${ns}`;
const METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

function createAndRead(): Case {
  const cms = `${core("t-create")}/configmaps`;
  return inNamespace("t-create", "create, read, list", [
    post("/api/v1/namespaces", { metadata: { name: "t-create" } }),
    post(`${cms}?fieldManager=cli`, configMap("c", { labels: { a: "1" }, data: { x: "1" } })),
    post(cms, configMap("c")),
    post("/api/v1/namespaces/nope/configmaps", configMap("c")),
    post(cms, configMap("C_x")),
    post(cms, configMap("c2", { namespace: "q" })),
    post(cms, { metadata: {} }),
    post(cms, { metadata: { name: "c2" }, data: { x: 1 } }),
    post(cms, configMap("c2", { labels: { "a b": "1" } })),
    post(cms, configMap("c2", { labels: { a: "-1" } })),
    post(`${cms}?dryRun=All`, configMap("dry")),
    post(`${cms}?dryRun=foo`, configMap("dry")),
    get(`${cms}/dry`),
    get(`${cms}/zz`),
    get(`${apps("t-create")}/deployments/zz`),
    get("/apis/foo/v1/things"),
    get("/apis/apps/v1/things"),
    get("/nothing"),
    get(`${cms}/c`, { accept: METADATA }),
    get(`${cms}?labelSelector=a%3D1`, { only: ["kind", "apiVersion", "items"] }),
    get(`${cms}?labelSelector=a%3D1`, { accept: METADATA_LIST }),
    get(`${cms}?labelSelector=a+in+(1,2),!b`, { only: ["items"] }),
    get(`${cms}?labelSelector=a+notin+(1),a`, { only: ["items"] }),
    get(`${cms}?labelSelector=a+in+b`),
    get(`${cms}?fieldSelector=metadata.name%3Dc`, { only: ["items"] }),
    get(`${cms}?fieldSelector=spec.x%3Db`),
    post("/api/v1/configmaps", configMap("c")),
    remove("/api/v1/configmaps"),
    post(`${cms}?fieldValidation=Strict`, { metadata: { name: "s" }, foo: 1 }),
  ]);
}

function replaceAndPatch(): Case {
  const cms = `${core("t-patch")}/configmaps`;
  return inNamespace("t-patch", "replace and patch", [
    post(`${cms}?fieldManager=cli`, configMap("c", { labels: { a: "1" }, data: { x: "1" } })),
    put(`${cms}/c`, configMap("c", { resourceVersion: "1" })),
    put(`${cms}/c`, configMap("d")),
    put(`${cms}/zz`, configMap("zz")),
    merge(`${cms}/c`, { data: { x: null, y: "2" } }),
    merge(`${cms}/c?dryRun=All`, { data: { z: "3" } }),
    merge(`${cms}/zz`, { data: {} }),
    jsonPatch(`${cms}/c`, [{ op: "test", path: "/data/y", value: "3" }]),
    jsonPatch(`${cms}/c`, [{ op: "remove", path: "/data/nope" }]),
    jsonPatch(`${cms}/c`, { op: "remove" }),
    jsonPatch(`${cms}/c`, [
      { op: "add", path: "/data/k~1l", value: "v" },
      { op: "copy", from: "/data/y", path: "/data/z" },
      { op: "replace", path: "/data/y", value: "5" },
      { op: "move", from: "/data/z", path: "/data/zz" },
    ]),
    merge(`${cms}/c`, { op: 1 }, { type: "text/plain" }),
    strategic(`${cms}/c`, { metadata: { labels: { b: "2" } }, data: { y: null } }),
    put(`${cms}/c`, configMap("c", { data: { only: "1" } })),
    remove(`${cms}/c`, { preconditions: { uid: "abc" } }),
    remove(`${cms}/c?dryRun=All`),
    remove(`${cms}/c`),
    remove(`${cms}/c`),
  ]);
}

function applying(): Case {
  const cms = `${core("t-apply")}/configmaps`;
  const cm = (rest: Record<string, unknown>) => configMap("c", rest);
  return inNamespace("t-apply", "server-side apply", [
    apply("/api/v1/namespaces/nope/configmaps/c?fieldManager=a", cm({})),
    apply(`${cms}/c?fieldManager=a`, cm({ labels: { a: "1" }, data: { x: "1", y: "1" } })),
    apply(`${cms}/c?fieldManager=a`, cm({ labels: { a: "1" }, data: { x: "1", y: "1" } })),
    apply(`${cms}/c?fieldManager=b`, cm({ data: { x: "2" } })),
    apply(`${cms}/c?fieldManager=b`, cm({ labels: { a: "9" }, data: { x: "2" } })),
    apply(`${cms}/c?fieldManager=b`, cm({ data: { x: "1" } })),
    apply(`${cms}/c?fieldManager=a`, cm({ labels: { a: "1" } })),
    apply(`${cms}/c?fieldManager=b&force=true`, cm({ labels: { a: "2" }, data: { z: "1" } })),
    apply(`${cms}/c?fieldManager=a`, cm({})),
    merge(`${cms}/c?fieldManager=ed`, { data: { m: "1", z: "2" } }),
    apply(`${cms}/c?fieldManager=a`, cm({ data: { m: "7", z: "7" } })),
    apply(`${cms}/c?fieldManager=a&force=true&dryRun=All`, cm({ data: { m: "7" } })),
    apply(`${cms}/c?fieldManager=a&force=true`, cm({ data: { m: "7" } })),
    apply(`${cms}/c`, cm({})),
    apply(`${cms}/c?fieldManager=z`, configMap("d")),
    apply(`${cms}/c?fieldManager=z`, cm({ managedFields: [] })),
    apply(`${cms}/c?fieldManager=z`, cm({ namespace: "q" })),
    apply(`${cms}/c?fieldManager=z`, { ...cm({}), kind: "Secret" }),
    apply(`${cms}/c?fieldManager=z`, cm({ foo: "bar" })),
    apply(`${cms}/c?fieldManager=z`, cm({ data: { x: 1 } })),
    apply(`${cms}/c?fieldManager=z`, cm({ resourceVersion: "2" })),
    apply(
      `${cms}/yml?fieldManager=z`,
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: yml}\ndata: {a: b}\n",
    ),
  ]);
}

function deployments(): Case {
  const path = `${apps("t-deploy")}/deployments`;
  const frozen = ["metadata.managedFields", "metadata.generation", "spec"];
  return inNamespace("t-deploy", "deployments", [
    apply(`${path}/d?fieldManager=h`, deployment()),
    get(`${path}/d`, { until: '"NewReplicaSetAvailable"', only: ["status.readyReplicas", "spec"] }),
    apply(`${path}/d?fieldManager=h`, deployment(), { only: frozen }),
    apply(`${path}/d?fieldManager=h`, deployment({ selector: { matchLabels: { a: "c" } } })),
    post(path, { metadata: { name: "e" }, spec: {} }),
    post(path, { metadata: { name: "e" }, spec: { replicas: "3" } }),
    apply(`${path}/d?fieldManager=h2`, { ...deployment(), spec: { replicas: "3" } }),
    apply(`${path}/d?fieldManager=h2`, { ...deployment(), spec: { replicaz: 3 } }),
    apply(`${path}/d?fieldManager=h2`, containers({ name: "c" }, { name: "c" })),
    apply(`${path}/d?fieldManager=h2`, containers({ image: "b" })),
    apply(
      `${path}/d?fieldManager=h2`,
      containers({ name: "c", image: "b", env: [{ name: "A", value: "2" }, { name: "B" }] }),
    ),
    apply(
      `${path}/d?fieldManager=h2&force=true`,
      containers({ name: "c", image: "b", env: [{ name: "A", value: "2" }, { name: "B" }] }),
      { only: frozen },
    ),
    apply(`${path}/d?fieldManager=h2`, containers({ name: "s", image: "b" }, { name: "c" }), {
      only: frozen,
    }),
    apply(`${path}/d?fieldManager=h2`, containers(), { only: frozen }),
    merge(`${path}/d?fieldManager=h3`, { spec: { replicas: 5 } }, { only: frozen }),
    merge(`${path}/d/scale?fieldManager=h3`, { spec: { replicas: 1 } }, { only: ["kind", "spec"] }),
    get(`${path}/d/scale`, { only: ["kind", "spec"] }),
    merge(`${path}/d/status?fieldManager=h3`, { status: { collisionCount: 3 }, spec: null }, {
      only: frozen,
    }),
    strategic(`${path}/d?fieldManager=h4`, {
      spec: {
        strategy: { $retainKeys: ["type"], type: "Recreate" },
        template: {
          spec: {
            containers: [
              { name: "d", image: "x" },
              {
                name: "c",
                ports: [{ containerPort: 80, $patch: "delete" }, { containerPort: 81 }],
              },
            ],
            "$setElementOrder/containers": [{ name: "d" }, { name: "c" }],
            volumes: [{ name: "v", emptyDir: {}, $retainKeys: ["name", "emptyDir"] }],
          },
        },
      },
    }, { only: frozen }),
    put(`${path}/d?fieldManager=h4`, deployment(), { only: frozen }),
    remove(`${path}/d`, { propagationPolicy: "Background" }),
    get(`${apps("t-deploy")}/replicasets`, { until: '"items":[]', only: ["items"] }),
    get(`${core("t-deploy")}/pods`, { until: '"items":[]', only: ["items"] }),
  ]);
}

function jobs(): Case {
  const path = `${batch("t-jobs")}/jobs`;
  const job = (name: string, spec: unknown) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec,
  });
  const template = podTemplate({ restartPolicy: "Never" });
  const failing = podTemplate({ restartPolicy: "Never" }, {
    annotations: { "testbed/fail": "true" },
  });
  return inNamespace("t-jobs", "jobs", [
    post(path, job("j", { template })),
    post(path, job("bad", { template: podTemplate() })),
    get(`${path}/j`, { until: '"Complete"', only: ["status", "metadata.labels", "spec"] }),
    get(`${core("t-jobs")}/pods?labelSelector=job-name%3Dj`, { only: ["kind"] }),
    post(path, job("f", { backoffLimit: 0, template: failing })),
    get(`${path}/f`, { until: '"Failed"', only: ["status"] }),
    apply(`${path}/a?fieldManager=h`, job("a", { template, completions: 2, parallelism: 2 })),
    get(`${path}/a`, { until: '"Complete"', only: ["status.succeeded", "spec"] }),
    apply(`${path}/a?fieldManager=h`, job("a", { template, completions: 2, parallelism: 2 }), {
      only: ["metadata.generation", "spec"],
    }),
    get(`${core("t-jobs")}/pods/zz/log`),
    remove(`${path}/j?propagationPolicy=Background`),
    get(`${core("t-jobs")}/pods?labelSelector=job-name%3Dj`, {
      until: '"items":[]',
      only: ["items"],
    }),
  ]);
}

function workloads(): Case {
  const selector = { matchLabels: { a: "c" } };
  const template = podTemplate({}, { labels: { a: "c" } });
  const sets = `${apps("t-sets")}/statefulsets`;
  const daemons = `${apps("t-sets")}/daemonsets`;
  const pods = `${core("t-sets")}/pods`;
  return inNamespace("t-sets", "stateful sets, daemon sets, pods", [
    post(sets, { metadata: { name: "s" }, spec: { serviceName: "s", selector, template } }),
    get(`${sets}/s`, { until: '"availableReplicas":1', only: ["status.readyReplicas", "spec"] }),
    merge(`${sets}/s`, { spec: { serviceName: "z" } }),
    get(`${pods}/s-0`, { only: ["status.phase", "spec.hostname", "spec.subdomain"] }),
    post(daemons, { metadata: { name: "d" }, spec: { selector, template } }),
    get(`${daemons}/d`, { until: '"numberAvailable"', only: ["spec", "metadata.annotations"] }),
    post(pods, { ...podTemplate({ restartPolicy: "Never" }), metadata: { name: "p" } }, {
      only: ["kind", "metadata.name", "spec.restartPolicy", "status.phase"],
    }),
    get(`${pods}/p`, { until: '"Succeeded"', only: ["status.phase", "status.containerStatuses"] }),
    post(pods, { metadata: { name: "q" }, spec: {} }),
    get(`${pods}/p/log?container=zz`),
  ]);
}

function services(): Case {
  const path = `${core("t-core")}/services`;
  const secrets = `${core("t-core")}/secrets`;
  const claims = `${core("t-core")}/persistentvolumeclaims`;
  const secret = (name: string, rest: unknown) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name },
    ...rest as object,
  });
  const resources = { requests: { storage: "1024Mi" } };
  return inNamespace("t-core", "services, secrets, claims", [
    post(path, { metadata: { name: "s" }, spec: { ports: [{ port: 80 }] } }),
    post(path, { metadata: { name: "h" }, spec: { clusterIP: "None" } }),
    post(path, { metadata: { name: "x" }, spec: { type: "ExternalName", externalName: "x.y" } }),
    post(path, { metadata: { name: "bad" }, spec: {} }),
    merge(`${path}/s`, { spec: { clusterIP: "10.0.0.99" } }),
    post(path, { metadata: { name: "l" }, spec: { type: "LoadBalancer", ports: [{ port: 80 }] } }),
    get(`${path}/l`, { until: '"ingress"', only: ["status", "spec"] }),
    post(secrets, { metadata: { name: "s" }, stringData: { a: "b" } }),
    apply(`${secrets}/sa?fieldManager=h`, secret("sa", { stringData: { a: "b" } })),
    apply(`${secrets}/sa?fieldManager=h`, secret("sa", { stringData: { c: "d" } })),
    post(secrets, { metadata: { name: "s2" }, data: { a: "not base64!" } }),
    merge(`${secrets}/s`, { type: "x" }),
    post(secrets, { metadata: { name: "im" }, immutable: true, data: { a: "Yg==" } }),
    merge(`${secrets}/im`, { data: { a: "Yw==" } }),
    post(claims, { metadata: { name: "c" }, spec: { accessModes: ["ReadWriteOnce"], resources } }, {
      only: ["kind", "spec.resources", "spec.volumeMode", "status"],
    }),
    get(`${claims}/c`, { until: '"Bound"', only: ["status"] }),
  ]);
}

function defaults(): Case {
  const ns = "t-defaults";
  const hpas = `namespaces/${ns}/horizontalpodautoscalers`;
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "d" };
  const target = { type: "Utilization", averageUtilization: 80 };
  const job = { spec: { template: podTemplate({ restartPolicy: "Never" }) } };
  const backend = { service: { name: "s", port: { number: 80 } } };
  const http = { paths: [{ path: "/", pathType: "Prefix", backend }] };
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${ns}`;
  const limits = { cpu: "0.5", memory: "1024Mi" };
  return inNamespace(ns, "defaults of other kinds", [
    post(`/apis/autoscaling/v2/${hpas}`, {
      metadata: { name: "h" },
      spec: {
        maxReplicas: 3,
        scaleTargetRef,
        metrics: [{ type: "Resource", resource: { name: "cpu", target } }],
      },
    }, { only: ["kind", "apiVersion", "spec"] }),
    get(`/apis/autoscaling/v1/${hpas}/h`, { only: ["kind", "apiVersion", "spec"] }),
    post(`/apis/policy/v1/namespaces/${ns}/poddisruptionbudgets`, {
      metadata: { name: "p" },
      spec: { minAvailable: "50%", selector: { matchLabels: { a: "c" } } },
    }, { only: ["kind", "metadata", "spec"] }),
    post(`/apis/networking.k8s.io/v1/namespaces/${ns}/ingresses`, {
      metadata: { name: "i" },
      spec: { rules: [{ host: "x.y", http }] },
    }),
    post(`/apis/networking.k8s.io/v1/namespaces/${ns}/networkpolicies`, {
      metadata: { name: "n" },
      spec: { podSelector: { matchLabels: { a: "b" } }, ingress: [{ ports: [{ port: 80 }] }] },
    }),
    post(`${batch(ns)}/cronjobs`, {
      metadata: { name: "c" },
      spec: { schedule: "* * * * *", suspend: true, jobTemplate: job },
    }),
    post(`${rbac}/roles`, {
      metadata: { name: "r:x" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
    }),
    post(`${rbac}/rolebindings`, {
      metadata: { name: "b" },
      roleRef: { kind: "Role", name: "r:x" },
      subjects: [{ kind: "ServiceAccount", name: "x", namespace: ns }, { kind: "User", name: "u" }],
    }),
    post(`${core(ns)}/serviceaccounts`, { metadata: { name: "s" } }),
    post(`${apps(ns)}/deployments`, {
      metadata: { name: "big" },
      spec: {
        replicas: 0,
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" }, annotations: {} },
          spec: {
            serviceAccountName: "s",
            securityContext: { runAsNonRoot: true },
            initContainers: [{ name: "i", image: "x:1", command: ["sh"] }],
            containers: [{
              name: "c",
              image: "registry/x:latest",
              resources: { limits, requests: { cpu: 0.1 } },
              livenessProbe: { tcpSocket: { port: "http" }, periodSeconds: 3 },
              startupProbe: { grpc: { port: 9 } },
              lifecycle: { preStop: { httpGet: { port: 1 } } },
              env: [{ name: "N", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
              volumeMounts: [{ name: "s", mountPath: "/s" }],
            }],
            volumes: [
              { name: "s", secret: { secretName: "s" } },
              { name: "e" },
              { name: "h", hostPath: { path: "/x" } },
              {
                name: "p",
                projected: { sources: [{ serviceAccountToken: { path: "t" } }] },
              },
            ],
          },
        },
      },
    }, { only: ["spec", "metadata"] }),
    post(`${apps(ns)}/deployments`, {
      metadata: { name: "mount" },
      spec: {
        selector: { matchLabels: { a: "b" } },
        template: {
          metadata: { labels: { a: "b" } },
          spec: {
            containers: [{ name: "c", image: "i", volumeMounts: [{ name: "no", mountPath: "/" }] }],
          },
        },
      },
    }),
  ]);
}

const WIDGET_SPEC = {
  type: "object",
  required: ["size"],
  properties: {
    size: { type: "integer", minimum: 1 },
    color: { type: "string", enum: ["red", "blue"], default: "red" },
    code: { type: "string", pattern: "^[a-z]+$", maxLength: 4 },
    port: { "x-kubernetes-int-or-string": true },
    parts: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: {
        type: "object",
        required: ["name"],
        properties: { name: { type: "string" }, n: { type: "integer" } },
      },
    },
    tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
    plain: { type: "array", items: { type: "string" } },
    free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    labels: { type: "object", additionalProperties: { type: "string" } },
  },
};

function customResources(): Case {
  const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const path = "/apis/example.com/v1/namespaces/t-crd/widgets";
  const widget = (name: string, spec?: unknown, rest: object = {}) => ({
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name },
    ...(spec !== undefined && { spec }),
    ...rest,
  });
  const status = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const openAPIV3Schema = {
    type: "object",
    required: ["spec"],
    properties: { spec: WIDGET_SPEC, status },
  };
  return inNamespace("t-crd", "custom resources", [
    get(`${crds}/widgets.example.com`),
    post(crds, {
      metadata: { name: "widgets.example.com" },
      spec: {
        group: "example.com",
        scope: "Namespaced",
        names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
        versions: [{
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: { openAPIV3Schema },
        }],
      },
    }, { only: ["kind", "spec", "metadata.generation"] }),
    get(`${crds}/widgets.example.com`, {
      until: '"Established","status":"True"',
      only: ["status"],
    }),
    get("/apis/example.com", { until: '"v1"' }),
    get(path, { until: '"items"', only: ["kind", "apiVersion", "items"] }),
    post(path, widget("w", { size: 3, zzz: 1, free: { a: [1] } }, { status: { x: 1 } })),
    post(`${path}?fieldValidation=Strict`, widget("w2", { size: 3, zzz: 1 })),
    post(path, widget("w3", { size: "a" })),
    post(path, widget("w3", { size: 1, color: "green" })),
    post(path, widget("w3", { size: 0 })),
    post(path, widget("w3", { size: 1, code: "A1" })),
    post(path, widget("w3", { size: 1, code: "abcdef" })),
    post(path, widget("w3", { size: 1, port: "http", parts: [{ n: 1 }] })),
    post(path, widget("w3")),
    post(path, { metadata: { name: "w3" } }),
    apply(`${path}/w?fieldManager=h`, widget("w", { size: 3, parts: [{ name: "a", n: 1 }] })),
    apply(
      `${path}/w?fieldManager=k`,
      widget("w", { size: 3, parts: [{ name: "b" }], tags: ["x"] }),
    ),
    apply(`${path}/w?fieldManager=h`, widget("w", { size: 3, tags: ["y"], plain: ["p"] })),
    apply(`${path}/w?fieldManager=k`, widget("w", { size: 3, plain: ["q"] })),
    apply(`${path}/w?fieldManager=h`, widget("w", { size: 3, zzz: 1 })),
    strategic(`${path}/w`, { spec: { size: 3 } }),
    merge(`${path}/w/status`, { status: { ok: true }, spec: { size: 9 } }),
    put(`${path}/w`, widget("w", { size: 4 })),
    get(path, { only: ["kind", "apiVersion", "items"] }),
    remove(`${path}/w`),
    remove(`${crds}/widgets.example.com`),
    get(path, { until: "404 page not found" }),
  ]);
}

function deletion(): Case {
  const cms = `${core("t-delete")}/configmaps`;
  return inNamespace("t-delete", "finalizers and namespaces", [
    post(cms, { metadata: { name: "f", finalizers: ["a.b/c"] } }),
    remove(`${cms}/f`),
    get(`${cms}/f`, { only: ["metadata.finalizers"] }),
    post(cms, { metadata: { name: "f" } }),
    merge(`${cms}/f`, { metadata: { finalizers: null } }),
    get(`${cms}/f`),
    post(cms, { metadata: { name: "g", finalizers: ["a.b/c"] } }),
    remove(core("t-delete")),
    post(cms, configMap("late")),
    get(core("t-delete"), { only: ["status.phase", "spec"] }),
    get(`${cms}/g`, { until: '"deletionTimestamp"', only: ["metadata.finalizers"] }),
    merge(`${cms}/g`, { metadata: { finalizers: null } }),
    get(core("t-delete"), { until: "NotFound" }),
  ]);
}

/** All of them. */
export const CASES: readonly Case[] = [
  createAndRead(),
  replaceAndPatch(),
  applying(),
  deployments(),
  jobs(),
  workloads(),
  services(),
  defaults(),
  customResources(),
  deletion(),
];
