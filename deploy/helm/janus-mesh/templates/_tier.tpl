{{/* All objects of one tier. Takes dict root, name, service (its values), tier (what it is). */}}
{{- define "janus-mesh.tier" }}
---
{{ include "janus-mesh.deployment" . }}
---
{{ include "janus-mesh.headlessService" . }}
---
{{ include "janus-mesh.disruptionBudget" . }}
{{- if .root.Values.networkPolicy.enabled }}
---
{{ include "janus-mesh.networkPolicy" . }}
{{- end }}
{{- if .service.autoscaling.enabled }}
---
{{ include (ternary "janus-mesh.queueAutoscaler" "janus-mesh.cpuAutoscaler" (hasKey .service.autoscaling "queuePerReplica")) . }}
{{- end }}
{{- end }}
