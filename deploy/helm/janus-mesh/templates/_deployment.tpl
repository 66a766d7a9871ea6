{{/* The pods of a tier. Takes dict root, name, service, tier. */}}
{{- define "janus-mesh.deployment" -}}
{{- $names := dict "root" .root "component" .name }}
{{- $settings := .root.Values.settings }}
{{- $importSeconds := ternary (int .root.Values.model.import.timeoutSeconds) 0 (eq .root.Values.model.source "import") }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "janus-mesh.fullname" .root }}-{{ .name }}
  labels:
    {{- include "janus-mesh.labels" $names | nindent 4 }}
spec:
  {{- if not .service.autoscaling.enabled }}
  replicas: {{ .service.replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  progressDeadlineSeconds: {{ add (int .service.startupSeconds) $importSeconds 300 }}
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: {{ .service.rollout.maxSurge }}
      maxUnavailable: {{ .service.rollout.maxUnavailable }}
  selector:
    matchLabels:
      {{- include "janus-mesh.selectorLabels" $names | nindent 6 }}
  template:
    metadata:
      labels:
        {{- with .service.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- include "janus-mesh.labels" $names | nindent 8 }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .name }}
        {{- with .service.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "janus-mesh.podBasics" .root | nindent 6 }}
      # The longest call may finish: a picture that begins as the drain does.
      terminationGracePeriodSeconds: {{ add (int .root.Values.preStopSeconds) (ceil $settings.drainSeconds) 30 }}
      {{- with .service.priorityClassName }}
      priorityClassName: {{ . | quote }}
      {{- end }}
      {{- with .service.gpu.runtimeClassName }}
      runtimeClassName: {{ . | quote }}
      {{- end }}
      {{- with .service.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .service.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .service.topologySpread }}
      topologySpreadConstraints:
        {{- range . }}
        - topologyKey: {{ .topologyKey | quote }}
          maxSkew: {{ .maxSkew }}
          whenUnsatisfiable: {{ .whenUnsatisfiable }}
          labelSelector:
            matchLabels:
              {{- include "janus-mesh.selectorLabels" $names | nindent 14 }}
          # Pods of an older rollout, about to go, don't count.
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      {{- if eq .root.Values.model.source "import" }}
      initContainers:
        {{- include "janus-mesh.importContainer" .root | trim | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ .name }}
          image: {{ include "janus-mesh.image" (dict "root" .root "name" .name "image" .service.image) | quote }}
          imagePullPolicy: {{ .root.Values.image.pullPolicy }}
          env:
            {{- include "janus-mesh.environment" . | trim | nindent 12 }}
          ports:
            - name: grpc
              containerPort: {{ include "janus-mesh.grpcPort" . }}
            {{- if .root.Values.telemetry.metrics.enabled }}
            - name: metrics
              containerPort: {{ include "janus-mesh.metricsPort" . }}
            {{- end }}
          {{- include "janus-mesh.probes" . | trim | nindent 10 }}
          lifecycle:
            preStop:
              # Callers look names up every few seconds: by the end of this nobody picks this pod any more.
              sleep:
                seconds: {{ .root.Values.preStopSeconds }}
          resources:
            {{- include "janus-mesh.resources" .service | trim | nindent 12 }}
          {{- include "janus-mesh.containerSecurity" .root | nindent 10 }}
          volumeMounts:
            {{- include "janus-mesh.temporaryMount" .root | nindent 12 }}
            {{- with include "janus-mesh.modelMount" . | trim }}
            {{- . | nindent 12 }}
            {{- end }}
      volumes:
        {{- include "janus-mesh.temporaryVolume" .root | nindent 8 }}
        {{- with include "janus-mesh.modelVolumes" .root | trim }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end }}

{{/*
A tier has started once its model is warm. The orchestrator waits for the tiers, however long: it is not restarted for that.
Ready means the service itself; alive means the process answers, whatever its model does. Takes what the deployment takes.
*/}}
{{- define "janus-mesh.probes" -}}
{{- $port := include "janus-mesh.grpcPort" . }}
{{- $alive := include "janus-mesh.livenessService" . }}
startupProbe:
  grpc:
    port: {{ $port }}
    service: {{ ternary $alive .tier.healthService (not (empty .tier.calls)) }}
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: {{ ceil (divf .service.startupSeconds 2) }}
readinessProbe:
  grpc:
    port: {{ $port }}
    service: {{ .tier.healthService }}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  grpc:
    port: {{ $port }}
    service: {{ $alive }}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
{{- end }}

{{/* Requests and limits, GPUs among them. Takes the service. */}}
{{- define "janus-mesh.resources" -}}
{{- with .resources.requests }}
requests:
  {{- toYaml . | nindent 2 }}
{{- end }}
limits:
  {{- toYaml .resources.limits | nindent 2 }}
  {{- if gt (int .gpu.count) 0 }}
  {{ .gpu.resource }}: {{ .gpu.count }}
  {{- end }}
{{- end }}
