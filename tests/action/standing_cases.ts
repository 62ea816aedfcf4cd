/** Objects that are applied one over the other, to see which of them an apply would change. */

/** Fields of one object in several wordings. */
export interface Wordings {
  readonly apiVersion: string;
  readonly kind: string;
  /** By a word for what is special; the first is what the others are a change of. */
  readonly wordings: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Those that cannot be told to stand: the server writes them in another way. */
  readonly unsure: readonly string[];
}

const APP = { name: "app", image: "example.test/app:1" };

function deployment(container: object, spec: object = {}, pod: object = {}) {
  const labels = { app: "web" };
  return {
    spec: {
      paused: true,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ ...APP, ...container }], ...pod },
      },
      ...spec,
    },
  };
}

const TCP = { containerPort: 53, name: "tcp" };
const UDP = { containerPort: 53, name: "udp", protocol: "UDP" };

/** One entry for each kind. */
export const WORDINGS: readonly Wordings[] = [
  {
    apiVersion: "apps/v1",
    kind: "Deployment",
    wordings: {
      plain: deployment({}),
      replicas: deployment({}, { replicas: 2 }),
      ports: deployment({ ports: [TCP, UDP] }),
      "ports the other way round": deployment({ ports: [UDP, TCP] }),
      "one port less": deployment({ ports: [UDP] }),
      "protocol by its name": deployment({ ports: [{ ...TCP, protocol: "TCP" }, UDP] }),
      environment: deployment({ env: [{ name: "A", value: "1" }, { name: "B", value: "b" }] }),
      "another value": deployment({ env: [{ name: "A", value: "2" }, { name: "B", value: "b" }] }),
      amounts: deployment({ resources: { requests: { cpu: "10m" } } }),
      "the same amounts": deployment({ resources: { requests: { cpu: "0.010" } } }),
      "two containers": deployment({}, {}, {
        containers: [APP, { ...APP, name: "side", args: ["-v", "2"] }],
      }),
      "an empty map": deployment({}, {}, { volumes: [{ name: "tmp", emptyDir: {} }] }),
      "an empty map that is filled": deployment({}, { strategy: {} }),
      "an empty list": deployment({ args: [] }),
      "a field without a value": deployment({}, { replicas: null }),
    },
    unsure: [
      "the same amounts",
      "an empty map that is filled",
      "an empty list",
      "a field without a value",
    ],
  },
  {
    apiVersion: "v1",
    kind: "Service",
    wordings: {
      plain: { spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] } },
      named: {
        spec: {
          selector: { app: "web" },
          ports: [{ port: 80, targetPort: "http", name: "a" }, { port: 81, name: "b" }],
        },
      },
      "a type": { spec: { type: "ClusterIP", ports: [{ port: 80 }] } },
    },
    unsure: [],
  },
  {
    apiVersion: "v1",
    kind: "ConfigMap",
    wordings: {
      plain: { data: { a: "1" } },
      empty: {},
      "no data": { data: {} },
      more: { data: { a: "1", "b.c": "2" } },
      labels: { metadata: { labels: { a: "b" }, annotations: { "x/y": "z" } }, data: { a: "1" } },
      finalizers: { metadata: { finalizers: ["example.test/b", "example.test/a"] } },
      "one finalizer": { metadata: { finalizers: ["example.test/a"] } },
      "no finalizers": { metadata: { finalizers: [] } },
    },
    unsure: ["empty", "no data", "no finalizers"],
  },
  {
    apiVersion: "v1",
    kind: "Secret",
    wordings: {
      plain: { data: { a: "MQ==" } },
      texts: { stringData: { a: "1" } },
    },
    unsure: ["texts"],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    wordings: {
      plain: { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }] },
      "another verb": { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] },
    },
    unsure: [],
  },
];
