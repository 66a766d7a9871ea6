{{/* Selects the series of this release's pods, whatever else is in Prometheus. Takes the root context. */}}
{{- define "janus-mesh.podsSelector" -}}
namespace="{{ .Release.Namespace }}",job=~"{{ include "janus-mesh.fullname" . }}-({{ keys .Values.services | sortAlpha | join "|" }})"
{{- end }}

{{/* The rules of files/alerts.yaml for this release. Takes the root context. */}}
{{- define "janus-mesh.alerts" -}}
{{- $text := .Files.Get "files/alerts.yaml" | replace "<pods>" (include "janus-mesh.podsSelector" .) }}
{{- $text = $text | replace "<namespace>" .Release.Namespace | replace "<name>" (include "janus-mesh.fullname" .) }}
{{- range $name, $limit := .Values.monitoring.alerts.thresholds }}
{{- $text = $text | replace (printf "<%s>" $name) (toJson $limit) }}
{{- end }}
{{- $rules := $text | fromYaml }}
{{- range $group := $rules.groups }}
{{- range $rule := $group.rules }}
{{- $_ := set $rule.annotations "runbook_url" (printf "%s#%s" $.Values.monitoring.alerts.runbook (lower $rule.alert)) }}
{{- end }}
{{- end }}
{{- toYaml $rules }}
{{- end }}

{{/* Grafana's JSON from files/dashboard.yaml: rows of three panels. Takes the root context. */}}
{{- define "janus-mesh.dashboard" -}}
{{- $text := .Files.Get "files/dashboard.yaml" | replace "<pods>" (include "janus-mesh.podsSelector" .) }}
{{- $datasource := dict "type" "prometheus" "uid" "${datasource}" }}
{{- $panels := list }}
{{- $y := 0 }}
{{- range $row := fromYamlArray $text }}
{{- if kindIs "string" $row }}{{- /* what is wrong with the file */}}
{{- fail (printf "files/dashboard.yaml: %s" $row) }}
{{- end }}
{{- $panels = append $panels (dict "type" "row" "title" $row.row "collapsed" false "panels" list "gridPos" (dict "x" 0 "y" $y "w" 24 "h" 1) "id" (add1 (len $panels))) }}
{{- $y = add1 $y }}
{{- range $index, $panel := $row.panels }}
{{- $targets := list }}
{{- range $number, $query := $panel.queries }}
{{- $targets = append $targets (dict "refId" (printf "Q%d" $number) "datasource" $datasource "expr" $query.expr "legendFormat" $query.legend) }}
{{- end }}
{{- $place := dict "x" (mul 8 (mod $index 3)) "y" (add $y (mul 8 (div $index 3))) "w" 8 "h" 8 }}
{{- $defaults := dict "unit" $panel.unit "min" 0 "custom" (dict "fillOpacity" 10 "showPoints" "never") }}
{{- $panels = append $panels (dict "type" "timeseries" "id" (add1 (len $panels)) "title" $panel.title "datasource" $datasource "gridPos" $place "targets" $targets "fieldConfig" (dict "defaults" $defaults "overrides" list)) }}
{{- end }}
{{- $y = add $y (mul 8 (div (add 2 (len $row.panels)) 3)) }}
{{- end }}
{{- $source := dict "name" "datasource" "label" "Prometheus" "type" "datasource" "query" "prometheus" }}
{{- $title := printf "janus-mesh: %s/%s" .Release.Namespace (include "janus-mesh.fullname" .) }}
{{- $uid := printf "%s/%s" .Release.Namespace .Release.Name | sha256sum | trunc 12 }}
{{- dict "title" $title "uid" (printf "janus-mesh-%s" $uid) "tags" (list "janus-mesh") "schemaVersion" 39 "refresh" "30s" "time" (dict "from" "now-1h" "to" "now") "templating" (dict "list" (list $source)) "panels" $panels | toPrettyJson }}
{{- end }}
