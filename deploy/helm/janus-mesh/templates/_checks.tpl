{{/* What no schema can say: values that must fit each other. */}}
{{- define "janus-mesh.checks" -}}
{{- $settings := .Values.settings }}
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
{{- end }}
{{- if and (eq .Values.model.source "embedded") (eq (default "memory" .Values.services.transformer.settings.packedWeights) "files") }}
{{- fail "services.transformer.settings.packedWeights is files, which are written beside the bundle: the embedded model lies in the image, which is read-only" }}
{{- end }}
{{- if and .Values.services.transformer.autoscaling.enabled (not .Values.telemetry.metrics.enabled) }}
{{- fail "services.transformer.autoscaling asks Prometheus for the queue and the KV cache: set telemetry.metrics.enabled, too" }}
{{- end }}
{{- end }}
