{{/* A name with the address of each ready pod of a tier: callers choose among them themselves. Takes dict root, name. */}}
{{- define "janus-mesh.headlessService" -}}
{{- $names := dict "root" .root "component" .name }}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" $names | nindent 4 }}
    janus-mesh/scrape: {{ .root.Values.telemetry.metrics.enabled | quote }}
spec:
  clusterIP: None
  selector:
    {{- include "janus-mesh.selectorLabels" $names | nindent 4 }}
  ports:
    - name: grpc
      port: {{ include "janus-mesh.grpcPort" . }}
      targetPort: grpc
      appProtocol: kubernetes.io/h2c
    {{- if .root.Values.telemetry.metrics.enabled }}
    - name: metrics
      port: {{ include "janus-mesh.metricsPort" . }}
      targetPort: metrics
      appProtocol: http
    {{- end }}
{{- end }}

{{/* A node's drain takes one pod of a tier at a time. Takes dict root, name. */}}
{{- define "janus-mesh.disruptionBudget" -}}
{{- $names := dict "root" .root "component" .name }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" $names | nindent 4 }}
spec:
  maxUnavailable: 1
  # A pod that never gets ready must not hold a node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "janus-mesh.selectorLabels" $names | nindent 6 }}
{{- end }}
