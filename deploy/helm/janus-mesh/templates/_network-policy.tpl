{{/*
Who may call a tier, and whom it may call. Nothing else goes in or out. An empty list of peers would let everybody through, as Kubernetes
has it; here it stands for nobody, and its rule is left out. Takes dict root, name, tier.
*/}}
{{- define "janus-mesh.networkPolicy" -}}
{{- $names := dict "root" .root "component" .name }}
{{- $policy := .root.Values.networkPolicy }}
{{- $callers := list }}
{{- range $caller, $tier := include "janus-mesh.tiers" . | fromYaml }}
{{- if hasKey $tier.calls $.name }}
{{- $callers = append $callers $caller }}
{{- end }}
{{- end }}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" $names | nindent 4 }}
spec:
  podSelector:
    matchLabels:
      {{- include "janus-mesh.selectorLabels" $names | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress:
    - from:
        {{- if .tier.calls }}
        {{- with $policy.clients }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- $callers = append $callers "test" }}
        {{- end }}
        {{- range $callers }}
        - podSelector:
            matchLabels:
              {{- include "janus-mesh.selectorLabels" (dict "root" $.root "component" .) | nindent 14 }}
        {{- end }}
      ports:
        - port: {{ include "janus-mesh.grpcPort" . }}
          protocol: TCP
    {{- if and .root.Values.telemetry.metrics.enabled $policy.metricsClients }}
    - from:
        {{- toYaml $policy.metricsClients | nindent 8 }}
      ports:
        - port: {{ include "janus-mesh.metricsPort" . }}
          protocol: TCP
    {{- end }}
  {{- $exports := and .root.Values.telemetry.otlp.endpoint $policy.otlp }}
  {{- $asksNames := and (or .tier.calls .root.Values.telemetry.otlp.endpoint) $policy.dns }}
  egress:{{ if not (or .tier.calls $exports $asksNames) }} []{{ end }}
    {{- if $asksNames }}
    {{- include "janus-mesh.dnsEgress" .root | nindent 4 }}
    {{- end }}
    {{- range $tier, $variable := .tier.calls }}
    - to:
        - podSelector:
            matchLabels:
              {{- include "janus-mesh.selectorLabels" (dict "root" $.root "component" $tier) | nindent 14 }}
      ports:
        - port: {{ include "janus-mesh.grpcPort" $ }}
          protocol: TCP
    {{- end }}
    {{- if $exports }}
    - to:
        {{- toYaml $policy.otlp | nindent 8 }}
      ports:
        - port: {{ regexFind "[0-9]+$" .root.Values.telemetry.otlp.endpoint }}
          protocol: TCP
    {{- end }}
{{- end }}

{{/* Looking names up. Takes the root context. */}}
{{- define "janus-mesh.dnsEgress" -}}
- to:
    {{- toYaml .Values.networkPolicy.dns | nindent 4 }}
  ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
{{- end }}
