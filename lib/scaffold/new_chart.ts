/**
 * A new chart: one of Capstan's own, or a starter of the user's with the chart's name put in.
 *
 * @module
 */
import type { Chart } from "../chart/chart.ts";

/** The files of a new chart by path. Values go by the names that most charts use for them. */
export function newChartFiles(name: string): Record<string, string> {
  return {
    "Chart.yaml": chartYaml(name),
    ...Object.fromEntries(
      Object.entries(FILES).map(([path, text]) => [path, text.replaceAll("NAME", name)]),
    ),
  };
}

/**
 * The files of a starter as a chart of this name: `<CHARTNAME>` in templates and values is the name, and
 * Chart.yaml is made anew (pkg/chart/v2/util/create.go, CreateFrom). Charts in charts/ are not among them.
 */
export function starterCopy(name: string, { raw }: Chart): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    raw.map((file) => {
      const named = file.name === "values.yaml" || file.name.startsWith("templates/");
      if (file.name === "Chart.yaml") return [file.name, chartYaml(name)];
      return [file.name, named ? file.text.replaceAll("<CHARTNAME>", name) : file.data];
    }),
  );
}

function chartYaml(name: string): string {
  return `apiVersion: v2
name: ${name}
description: What ${name} needs in a Kubernetes cluster.
type: application
# Of the chart: to be raised with each change of it.
version: 0.1.0
# Of what the chart installs.
appVersion: "0.1.0"
`;
}

const FILES: Readonly<Record<string, string>> = {
  ".helmignore": `.DS_Store
.git/
.gitignore
*.bak
*.swp
*~
.idea/
.vscode/
`,
  "values.yaml": `# Pods to run, unless autoscaling is on.
replicaCount: 1

image:
  repository: nginx
  pullPolicy: IfNotPresent
  # The chart's appVersion when empty.
  tag: "1.29"

imagePullSecrets: []
# Instead of the chart's name in the names of objects.
nameOverride: ""
# Instead of the whole name of objects.
fullnameOverride: ""

serviceAccount:
  create: true
  # Made of the release's name when empty.
  name: ""
  annotations: {}

podAnnotations: {}
podLabels: {}
podSecurityContext: {}
securityContext: {}

service:
  type: ClusterIP
  port: 80
  # The port of the container.
  targetPort: 80

ingress:
  enabled: false
  className: ""
  annotations: {}
  hosts:
    - host: NAME.example.com
      paths:
        - path: /
          pathType: Prefix
  tls: []

# Resources of the container, as Kubernetes takes them.
resources: {}

livenessProbe:
  httpGet:
    path: /
    port: http
readinessProbe:
  httpGet:
    path: /
    port: http

autoscaling:
  enabled: false
  minReplicas: 1
  maxReplicas: 10
  targetCPUUtilizationPercentage: 80

nodeSelector: {}
tolerations: []
affinity: {}
`,
  "templates/_helpers.tpl":
    `{{/* The name of the chart's objects: the release's, with the chart's unless it is in there. */}}
{{- define "NAME.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $both .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* Labels that tell the objects of one release from all others; they never change. */}}
{{- define "NAME.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "NAME.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "NAME.selectorLabels" . }}
{{- with .Chart.AppVersion }}
app.kubernetes.io/version: {{ . | quote }}
{{- end }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The service account that pods run as. */}}
{{- define "NAME.serviceAccountName" -}}
{{- default (ternary (include "NAME.fullname" .) "default" .Values.serviceAccount.create) .Values.serviceAccount.name -}}
{{- end }}
`,
  "templates/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
spec:
  {{- if not .Values.autoscaling.enabled }}
  replicas: {{ .Values.replicaCount }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "NAME.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "NAME.labels" . | nindent 8 }}
        {{- with .Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      serviceAccountName: {{ include "NAME.serviceAccountName" . }}
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.podSecurityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .Chart.Name }}
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          ports:
            - name: http
              containerPort: {{ .Values.service.targetPort }}
          {{- range $key := list "securityContext" "livenessProbe" "readinessProbe" "resources" }}
          {{- with get $.Values $key }}
          {{ $key }}:
            {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- end }}
      {{- range $key := list "nodeSelector" "affinity" "tolerations" }}
      {{- with get $.Values $key }}
      {{ $key }}:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- end }}
`,
  "templates/service.yaml": `apiVersion: v1
kind: Service
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
spec:
  type: {{ .Values.service.type }}
  selector:
    {{- include "NAME.selectorLabels" . | nindent 4 }}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
`,
  "templates/serviceaccount.yaml": `{{- if .Values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ include "NAME.serviceAccountName" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
  {{- with .Values.serviceAccount.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
`,
  "templates/ingress.yaml": `{{- if .Values.ingress.enabled -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
  {{- with .Values.ingress.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- with .Values.ingress.className }}
  ingressClassName: {{ . }}
  {{- end }}
  {{- with .Values.ingress.tls }}
  tls:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    {{- range .Values.ingress.hosts }}
    - host: {{ .host | quote }}
      http:
        paths:
          {{- range .paths }}
          - path: {{ .path }}
            pathType: {{ .pathType | default "Prefix" }}
            backend:
              service:
                name: {{ include "NAME.fullname" $ }}
                port:
                  name: http
          {{- end }}
    {{- end }}
{{- end }}
`,
  "templates/hpa.yaml": `{{- if .Values.autoscaling.enabled -}}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "NAME.fullname" . }}
  minReplicas: {{ .Values.autoscaling.minReplicas }}
  maxReplicas: {{ .Values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ .Values.autoscaling.targetCPUUtilizationPercentage }}
{{- end }}
`,
  "templates/NOTES.txt": `{{ .Chart.Name }} is there as {{ include "NAME.fullname" . }}.
{{- if .Values.ingress.enabled }}
It answers at:
{{- range .Values.ingress.hosts }}
  http{{ if $.Values.ingress.tls }}s{{ end }}://{{ .host }}
{{- end }}
{{- else }}
To look at it from here:
  kubectl -n {{ .Release.Namespace }} port-forward service/{{ include "NAME.fullname" . }} 8080:{{ .Values.service.port }}
{{- end }}
`,
  "templates/tests/connection.yaml": `apiVersion: v1
kind: Pod
metadata:
  name: {{ include "NAME.fullname" . }}-connection
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
  annotations:
    helm.sh/hook: test
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
spec:
  restartPolicy: Never
  containers:
    - name: ask
      image: busybox
      command: ["wget", "-q", "-O", "/dev/null", "http://{{ include "NAME.fullname" . }}:{{ .Values.service.port }}"]
`,
};
