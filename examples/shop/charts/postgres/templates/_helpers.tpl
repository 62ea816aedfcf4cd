{{- define "postgres.fullname" -}}
{{- printf "%s" .Release.Name | trunc 52 | trimSuffix "-" }}
{{- end }}

{{- define "postgres.labels" -}}
{{ include "postgres.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "postgres.selector" -}}
app.kubernetes.io/name: postgres
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "postgres.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end }}

{{/*
The password, base64: the user's, or that of the Secret which is already there, or one derived from
the release (a stand-in for a random one, so that two renderings agree).
*/}}
{{- define "postgres.password" -}}
{{- $live := lookup "v1" "Secret" .Release.Namespace (include "postgres.fullname" .) -}}
{{- if .Values.auth.password -}}
{{ .Values.auth.password | b64enc }}
{{- else if and $live (hasKey (default dict $live.data) "password") -}}
{{ index $live.data "password" }}
{{- else -}}
{{ printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 24 | b64enc }}
{{- end -}}
{{- end }}

{{/*
A Job's pod. Call with (list root name command).
*/}}
{{- define "postgres.jobPod" -}}
{{- $root := index . 0 -}}
metadata:
  labels:
    {{- include "postgres.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ index . 1 }}
spec:
  restartPolicy: Never
  containers:
    - name: psql
      image: {{ include "postgres.image" $root }}
      command: ["sh", "-ec"]
      args:
        - {{ index . 2 | quote }}
      env:
        - name: PGHOST
          value: {{ include "postgres.fullname" $root }}
        - name: PGPASSWORD
          valueFrom:
            secretKeyRef:
              name: {{ include "postgres.fullname" $root }}
              key: password
{{- end }}
