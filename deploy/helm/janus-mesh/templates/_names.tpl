{{/* Beginning of all names: the release's, with the chart's unless it is in it. Short enough for what is appended. */}}
{{- define "janus-mesh.fullname" -}}
{{- $name := ternary .Release.Name (printf "%s-%s" .Release.Name .Chart.Name) (contains .Chart.Name .Release.Name) }}
{{- default $name .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Labels that a release's pods are found by. Takes dict root, component. */}}
{{- define "janus-mesh.selectorLabels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{/* Labels of every object. Takes dict root, component. */}}
{{- define "janus-mesh.labels" -}}
{{ include "janus-mesh.selectorLabels" . }}
app.kubernetes.io/part-of: janus-mesh
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{/* Full name of an image. Takes dict root, name, image (may hold a reference that replaces it all). */}}
{{- define "janus-mesh.image" -}}
{{- $image := .root.Values.image }}
{{- $prefix := ternary $image.repository (printf "%s/%s" $image.registry $image.repository) (empty $image.registry) }}
{{- default (printf "%s/%s:%s" $prefix .name (default .root.Chart.AppVersion $image.tag)) .image.reference }}
{{- end }}
