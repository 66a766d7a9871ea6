{{/* The variables of a service. Takes dict root, name, service, tier. */}}
{{- define "janus-mesh.environment" -}}
- name: JANUS_MESH_HOST
  value: 0.0.0.0
- name: JANUS_MESH_PORT
  value: {{ include "janus-mesh.grpcPort" . | quote }}
- name: JANUS_MESH_BUNDLE
  value: {{ include "janus-mesh.bundle" .root }}
# The processors of the limit, rounded up. Memory budgets follow the memory limit by themselves.
- name: JANUS_MESH_THREADS
  valueFrom:
    resourceFieldRef:
      containerName: {{ .name }}
      resource: limits.cpu
      divisor: "1"
{{- range $tier, $variable := .tier.calls }}
- name: {{ $variable }}
  value: dns:///{{ include "janus-mesh.fullname" $.root }}-{{ $tier }}:{{ include "janus-mesh.grpcPort" $ }}
{{- end }}
{{- range $setting, $value := merge (dict) .service.settings .root.Values.settings }}
- name: JANUS_MESH_{{ $setting | snakecase | upper }}
  value: {{ ternary $value (toJson $value) (kindIs "string" $value) | quote }}
{{- end }}
{{- if .root.Values.telemetry.metrics.enabled }}
- name: JANUS_MESH_METRICS_HOST
  value: 0.0.0.0
- name: JANUS_MESH_METRICS_PORT
  value: {{ include "janus-mesh.metricsPort" . | quote }}
{{- end }}
{{- $own := list }}
{{- range .service.extraEnv }}
{{- $own = append $own .name }}
{{- end }}
{{- range include "janus-mesh.otlpEnvironment" .root | fromYamlArray }}
{{- if not (has .name $own) }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}
{{- range .service.extraEnv }}
- {{ toYaml . | nindent 2 | trim }}
{{- end }}
{{- end }}

{{/* Variables of OpenTelemetry; one of the same name in extraEnv takes the place of its own. Takes the root context. */}}
{{- define "janus-mesh.otlpEnvironment" -}}
{{- with .Values.telemetry.otlp }}
{{- if .endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_TRACES_EXPORTER
  value: {{ ternary "otlp" "none" .traces }}
- name: OTEL_METRICS_EXPORTER
  value: {{ ternary "otlp" "none" .metrics }}
- name: OTEL_TRACES_SAMPLER
  value: parentbased_traceidratio
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ toJson .sampleRatio | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: OTEL_RESOURCE_ATTRIBUTES
  value: k8s.namespace.name={{ $.Release.Namespace }},k8s.pod.name=$(POD_NAME)
{{- end }}
{{- end }}
{{- end }}
