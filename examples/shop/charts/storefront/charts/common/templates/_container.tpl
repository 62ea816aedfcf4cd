{{/*
Environment variables from a map; a value may itself be a template.
  env:
    LOG_LEVEL: info
    DB_HOST: "{{ .Release.Name }}-db"
*/}}
{{- define "common.env" -}}
{{- $root := index . 0 -}}
{{- range $name, $value := index . 1 }}
- name: {{ $name }}
  value: {{ tpl ($value | toString) $root | quote }}
{{- end }}
{{- end }}

{{/*
Image reference: digest before tag, tag before appVersion.
*/}}
{{- define "common.image" -}}
{{- $image := .Values.image -}}
{{- $registry := $image.registry | default (dig "imageRegistry" "" (.Values.global | default dict)) -}}
{{- $repository := ternary (printf "%s/%s" $registry $image.repository) $image.repository (ne $registry "") -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $repository $image.digest }}
{{- else -}}
{{- printf "%s:%s" $repository (toString ($image.tag | default .Chart.AppVersion)) }}
{{- end -}}
{{- end }}
