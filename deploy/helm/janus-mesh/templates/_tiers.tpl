{{/*
What the tiers are, whatever the values say: the service whose health probes ask for, the tiers that each one calls, and by which
variable it learns where they are. NetworkPolicies, probes and addresses all come from here.
*/}}
{{- define "janus-mesh.tiers" -}}
orchestrator:
  healthService: janus.v1.JanusService
  calls:
    transformer: JANUS_MESH_TRANSFORMER
    vision-encoder: JANUS_MESH_VISION_ENCODER
    image-codec: JANUS_MESH_IMAGE_CODEC
transformer:
  healthService: janus.tier.v1.TransformerService
  calls: {}
vision-encoder:
  healthService: janus.tier.v1.VisionEncoderService
  calls: {}
image-codec:
  healthService: janus.tier.v1.ImageCodecService
  calls: {}
{{- end }}

{{/* Answers from the moment a process listens, whatever its model and its neighbours do. */}}
{{- define "janus-mesh.livenessService" -}}
grpc.health.v1.Health
{{- end }}

{{/* Ports in the containers, and of the headless Services. */}}
{{- define "janus-mesh.grpcPort" -}}50051{{- end }}
{{- define "janus-mesh.metricsPort" -}}9464{{- end }}
