{{/* What no schema can say: values that must fit each other. */}}
{{- define "janus-mesh.checks" -}}
{{- $settings := .Values.settings }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" (include "janus-mesh.fullname" .)) }}
{{- fail (printf "names would begin with %s, but a Service's is of letters, digits and hyphens, a letter first: set fullnameOverride" (include "janus-mesh.fullname" .)) }}
{{- end }}
{{- if lt (float64 $settings.drainSeconds) (float64 $settings.deadlineSeconds) }}
{{- fail (printf "settings.drainSeconds is %v, less than settings.deadlineSeconds (%v): the longest picture would be cut off by a rollout" $settings.drainSeconds $settings.deadlineSeconds) }}
{{- end }}
{{- range $name, $service := .Values.services }}
{{- $scaling := $service.autoscaling }}
{{- if gt (int $scaling.minReplicas) (int $scaling.maxReplicas) }}
{{- fail (printf "services.%s.autoscaling: minReplicas is %v, more than maxReplicas (%v)" $name $scaling.minReplicas $scaling.maxReplicas) }}
{{- end }}
{{- if and (eq (toString $service.rollout.maxSurge) "0") (eq (toString $service.rollout.maxUnavailable) "0") }}
{{- fail (printf "services.%s.rollout: maxSurge and maxUnavailable are both 0, so no pod could ever be replaced" $name) }}
{{- end }}
{{- include "janus-mesh.ownKeys" (dict "place" (printf "services.%s.podLabels" $name) "given" $service.podLabels) }}
{{- include "janus-mesh.ownKeys" (dict "place" (printf "services.%s.podAnnotations" $name) "given" $service.podAnnotations) }}
{{- include "janus-mesh.extraEnvChecks" (dict "root" $ "name" $name "service" $service) }}
{{- end }}
{{- range $kind := list "serviceMonitor" "alerts" }}
{{- if and (get $.Values.monitoring $kind).enabled (not $.Values.telemetry.metrics.enabled) }}
{{- fail (printf "monitoring.%s needs what Prometheus scrapes: set telemetry.metrics.enabled, too" $kind) }}
{{- end }}
{{- end }}
{{- range $kind := list "serviceMonitor" "alerts" "dashboard" }}
{{- include "janus-mesh.ownKeys" (dict "place" (printf "monitoring.%s.labels" $kind) "given" (get $.Values.monitoring $kind).labels) }}
{{- end }}
{{- with .Values.frontDoor }}
{{- if and .nodePort (eq .type "ClusterIP") }}
{{- fail (printf "frontDoor.nodePort is %v, and a Service of type ClusterIP has none: set frontDoor.type" .nodePort) }}
{{- end }}
{{- if and .loadBalancerSourceRanges (ne .type "LoadBalancer") }}
{{- fail (printf "frontDoor.loadBalancerSourceRanges are for a LoadBalancer, and frontDoor.type is %s" .type) }}
{{- end }}
{{- end }}
{{- if and (eq .Values.model.source "embedded") (eq (default "memory" .Values.services.transformer.settings.packedWeights) "files") }}
{{- fail "services.transformer.settings.packedWeights is files, which are written beside the bundle: the embedded model lies in the image, which is read-only" }}
{{- end }}
{{- if and .Values.services.transformer.autoscaling.enabled (not .Values.telemetry.metrics.enabled) }}
{{- fail "services.transformer.autoscaling asks Prometheus for the queue and the KV cache: set telemetry.metrics.enabled, too" }}
{{- end }}
{{- end }}

{{/* Refuses labels and annotations that the chart sets itself. Takes dict place, given. */}}
{{- define "janus-mesh.ownKeys" -}}
{{- range $key, $value := .given }}
{{- if regexMatch "^(app\\.kubernetes\\.io/|helm\\.sh/|kubectl\\.kubernetes\\.io/default-container$)" $key }}
{{- fail (printf "%s: %s is the chart's to set" $.place $key) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Refuses variables that would stand twice, or have two values. Takes dict root, name, service. */}}
{{- define "janus-mesh.extraEnvChecks" -}}
{{- $seen := list }}
{{- range .service.extraEnv }}
{{- if hasPrefix "JANUS_MESH_" .name }}
{{- fail (printf "services.%s.extraEnv: %s is the chart's to set: use services.%s.settings, or settings" $.name .name $.name) }}
{{- end }}
{{- if and (eq .name "POD_NAME") $.root.Values.telemetry.otlp.endpoint }}
{{- fail (printf "services.%s.extraEnv: POD_NAME is the chart's to set, where telemetry.otlp has an endpoint" $.name) }}
{{- end }}
{{- if has .name $seen }}
{{- fail (printf "services.%s.extraEnv: %s is there twice" $.name .name) }}
{{- end }}
{{- if and (hasKey . "value") (hasKey . "valueFrom") }}
{{- fail (printf "services.%s.extraEnv: %s has a value and a valueFrom" $.name .name) }}
{{- end }}
{{- $seen = append $seen .name }}
{{- end }}
{{- end }}
