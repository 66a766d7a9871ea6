{{/* What every pod of the chart has, whatever it runs. Takes the root context. */}}
{{- define "janus-mesh.podBasics" -}}
automountServiceAccountToken: false
# Kubernetes would put JANUS_MESH_PORT=tcp://... beside ours.
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "janus-mesh.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end }}

{{/* The one folder that is written to. */}}
{{- define "janus-mesh.temporaryVolume" -}}
- name: temporary
  emptyDir:
    sizeLimit: 256Mi
{{- end }}
{{- define "janus-mesh.temporaryMount" -}}
- name: temporary
  mountPath: /tmp
{{- end }}
