{{/* Folder of the bundle in the services' containers. Takes the root context. */}}
{{- define "janus-mesh.bundle" -}}
{{- if eq .Values.model.source "embedded" -}}
/models/tiny-shapes
{{- else if eq .Values.model.source "pvc" -}}
{{ printf "/bundles/%s" .Values.model.pvc.bundle | trimSuffix "/" }}
{{- else -}}
/bundles/{{ .Values.model.import.bundle }}
{{- end -}}
{{- end }}

{{/* Volumes that hold it. Takes the root context. */}}
{{- define "janus-mesh.modelVolumes" -}}
{{- if eq .Values.model.source "pvc" }}
- name: bundles
  persistentVolumeClaim:
    claimName: {{ .Values.model.pvc.claimName | quote }}
{{- else if eq .Values.model.source "import" }}
{{- with .Values.model.import }}
- name: bundles
  {{- if .bundles.claimName }}
  persistentVolumeClaim:
    claimName: {{ .bundles.claimName | quote }}
  {{- else }}
  emptyDir:
    sizeLimit: {{ .bundles.size }}
  {{- end }}
- name: checkpoint
  persistentVolumeClaim:
    claimName: {{ .checkpoint.claimName | quote }}
    readOnly: true
{{- end }}
{{- end }}
{{- end }}

{{/* Where a service finds it; read-only, unless packed weights are kept beside it. Takes dict root, service. */}}
{{- define "janus-mesh.modelMount" -}}
{{- if ne .root.Values.model.source "embedded" }}
- name: bundles
  mountPath: /bundles
  readOnly: {{ ne (default "memory" .service.settings.packedWeights) "files" }}
{{- end }}
{{- end }}

{{/* Makes the bundle where it is not there yet. Pods that share the volume wait for the first one, under a lock. Takes the root context. */}}
{{- define "janus-mesh.importContainer" -}}
{{- with .Values.model.import }}
- name: import
  image: {{ include "janus-mesh.image" (dict "root" $ "name" "command" "image" $.Values.command.image) | quote }}
  imagePullPolicy: {{ $.Values.image.pullPolicy }}
  args:
    - import
    - {{ printf "/checkpoint/%s" .checkpoint.path | trimSuffix "/" }}
    - --out
    - {{ include "janus-mesh.bundle" $ }}
    - --name
    - {{ default .bundle (base .checkpoint.path | trimAll ".") | quote }}
    - --quantize
    - {{ .quantize }}
    {{- if eq .quantize "w4" }}
    - --block
    - {{ .block | quote }}
    {{- end }}
    - --if-missing
    - --json
  resources:
    {{- toYaml .resources | nindent 4 }}
  {{- include "janus-mesh.containerSecurity" $ | nindent 2 }}
  volumeMounts:
    - name: bundles
      mountPath: /bundles
    - name: checkpoint
      mountPath: /checkpoint
      readOnly: true
    {{- include "janus-mesh.temporaryMount" $ | nindent 4 }}
{{- end }}
{{- end }}
