{{/* Replicas by processor time: right where a busy tier is one that computes more. Takes dict root, name, service. */}}
{{- define "janus-mesh.cpuAutoscaler" -}}
{{- $scaling := .service.autoscaling }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" (dict "root" .root "component" .name) | nindent 4 }}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  minReplicas: {{ $scaling.minReplicas }}
  maxReplicas: {{ $scaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: {{ $scaling.cpuPercent }}
  behavior:
    {{- include "janus-mesh.scalingBehavior" . | nindent 4 }}
{{- end }}

{{/*
Replicas by what waits and by how full the KV cache is, as Prometheus has it. Never by processor time: one request takes all of it.
Both figures are sums over replicas, which KEDA divides by the threshold. Where there is no figure, as while no scrape gets through, the
fallback holds: that nothing is known does not mean that nothing waits. Takes dict root, name, service.
*/}}
{{- define "janus-mesh.queueAutoscaler" -}}
{{- $scaling := .service.autoscaling }}
{{- $pods := printf `namespace="%s",job="%s-%s"` .root.Release.Namespace (include "janus-mesh.fullname" .root) .name }}
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" (dict "root" .root "component" .name) | nindent 4 }}
spec:
  scaleTargetRef:
    name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  minReplicaCount: {{ $scaling.minReplicas }}
  maxReplicaCount: {{ $scaling.maxReplicas }}
  pollingInterval: {{ $scaling.pollingSeconds }}
  fallback:
    failureThreshold: 4
    replicas: {{ $scaling.fallbackReplicas }}
  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
        {{- include "janus-mesh.scalingBehavior" . | nindent 8 }}
  triggers:
    - type: prometheus
      name: queue
      metricType: AverageValue
      metadata:
        serverAddress: {{ $scaling.prometheus }}
        query: sum(janus_queue_depth{ {{- $pods -}} })
        threshold: {{ toJson $scaling.queuePerReplica | quote }}
        ignoreNullValues: "false"
    - type: prometheus
      name: kv
      metricType: AverageValue
      metadata:
        serverAddress: {{ $scaling.prometheus }}
        query: sum(janus_kv_used_bytes{ {{- $pods -}} } / janus_kv_budget_bytes{ {{- $pods -}} })
        threshold: {{ toJson $scaling.kvShare | quote }}
        ignoreNullValues: "false"
{{- end }}

{{/* Up at once, twofold at most; down one pod at a time, and only after a quiet while: caches are lost, and each drain may take minutes. */}}
{{- define "janus-mesh.scalingBehavior" -}}
scaleUp:
  stabilizationWindowSeconds: 0
  policies:
    - type: Percent
      value: 100
      periodSeconds: 60
    - type: Pods
      value: 1
      periodSeconds: 60
  selectPolicy: Max
scaleDown:
  stabilizationWindowSeconds: {{ .service.autoscaling.quietSeconds }}
  policies:
    - type: Pods
      value: 1
      periodSeconds: 120
{{- end }}
