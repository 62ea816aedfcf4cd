/**
 * A first stack: one chart of its own, typed values, tasks to run it.
 *
 * @module
 */
import { chartFromFiles } from "../chart/from_files.ts";
import { upperCamel, valueTypes } from "./value_types.ts";

/** What {@linkcode starterFiles} takes. */
export interface StarterOptions {
  /** The stack's name, which its release and chart are called by too: a DNS label. */
  readonly name: string;
  /** What `@capstan/capstan` stands for in the import map. */
  readonly capstan: string;
}

/** The files of a first stack by path, and no cluster is needed to rehearse it. */
export function starterFiles({ name, capstan }: StarterOptions): Record<string, string> {
  const chart = {
    "Chart.yaml": CHART.replaceAll("NAME", name),
    "values.yaml": VALUES,
    "templates/deployment.yaml": DEPLOYMENT,
    "templates/service.yaml": SERVICE,
  };
  const type = `${upperCamel(name)}Values`;
  return {
    "deno.json": `${
      JSON.stringify(
        {
          imports: { "@capstan/capstan": capstan },
          tasks: {
            rehearse: "deno run -A stack.ts rehearse",
            plan: "deno run -A stack.ts plan",
            up: "deno run -A stack.ts up",
            down: "deno run -A stack.ts down",
          },
        },
        null,
        2,
      )
    }\n`,
    "stack.ts": STACK.replaceAll("NAME", name).replaceAll("TYPE", type),
    [`types/${name}.ts`]: valueTypes(chartFromFiles(chart), { name: type }),
    ...Object.fromEntries(
      Object.entries(chart).map(([path, text]) => [`charts/${name}/${path}`, text]),
    ),
  };
}

const STACK = `import { defineStack, main, release } from "@capstan/capstan";
import type { TYPE } from "./types/NAME.ts";

const app = release("NAME", {
  chart: "./charts/NAME",
  namespace: "NAME",
  createNamespace: true,
  wait: true,
  timeout: "2m",
  values: { replicas: 2 } satisfies TYPE,
});

// Another release that comes after this one: release("other", { chart: …, needs: [app] }).
const stack = defineStack({
  name: "NAME",
  releases: [app],
});

export default stack;

if (import.meta.main) await main(stack);
`;

const CHART = `apiVersion: v2
name: NAME
description: The first chart of a stack.
type: application
version: 0.1.0
appVersion: "1.29"
`;

const VALUES = `# Pods to run.
replicas: 1

image:
  repository: nginx
  # The chart's appVersion when empty.
  tag: ""

service:
  port: 80

# Resources of the container, as Kubernetes takes them.
resources: {}
`;

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app.kubernetes.io/instance: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {{ .Chart.Name }}
        app.kubernetes.io/instance: {{ .Release.Name }}
    spec:
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          ports:
            - name: http
              containerPort: 80
          readinessProbe:
            httpGet:
              path: /
              port: http
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}
    app.kubernetes.io/instance: {{ .Release.Name }}
spec:
  selector:
    app.kubernetes.io/instance: {{ .Release.Name }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
`;
