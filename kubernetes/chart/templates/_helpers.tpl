{{/*
Arguments of most: the context, with nameSuffix beside it for one of several DaemonSets.
*/}}

{{- define "pod-identity-agent.suffixed" -}}
{{- $name := include "pod-identity-agent.text" .name -}}
{{- with include "pod-identity-agent.text" .suffix -}}
{{- printf "%s-%s" ($name | trunc (int (sub 62 (len .))) | trimSuffix "-") . -}}
{{- else -}}
{{- $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "pod-identity-agent.name" -}}
{{- include "pod-identity-agent.suffixed" (dict "name" (default .Chart.Name .Values.nameOverride) "suffix" .nameSuffix) -}}
{{- end -}}

{{- define "pod-identity-agent.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride | include "pod-identity-agent.text" -}}
{{- if .Values.fullnameOverride -}}
{{- $name = .Values.fullnameOverride -}}
{{- else if contains $name .Release.Name -}}
{{- $name = .Release.Name -}}
{{- else -}}
{{- $name = printf "%s-%s" .Release.Name $name -}}
{{- end -}}
{{- include "pod-identity-agent.suffixed" (dict "name" $name "suffix" .nameSuffix) -}}
{{- end -}}

{{- define "pod-identity-agent.selectorLabels" -}}
app.kubernetes.io/name: {{ include "pod-identity-agent.name" . | toYaml }}
app.kubernetes.io/instance: {{ toYaml .Release.Name }}
{{- end -}}

{{/* What pods of all DaemonSets have, and the Service. */}}
{{- define "pod-identity-agent.app" -}}
app: eks-pod-identity-agent
{{- end -}}

{{- define "pod-identity-agent.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "pod-identity-agent.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{ include "pod-identity-agent.app" . }}
{{- end -}}

{{/* Whether the values name a release of Amazon's agent, whose image is another. */}}
{{- define "pod-identity-agent.amazonsImage" -}}
{{- if and (not .Values.image.override) (regexMatch "^v[0-9]" (include "pod-identity-agent.text" .Values.image.tag)) -}}true{{- end -}}
{{- end -}}

{{- define "pod-identity-agent.image" -}}
{{- $flavor := ternary "-native" "" (eq .Values.image.flavor "native") -}}
{{- if .Values.image.override -}}
{{ .Values.image.override }}
{{- else if include "pod-identity-agent.amazonsImage" . -}}
localhost/pod-identity-agent:{{ .Chart.AppVersion }}{{ $flavor }}
{{- else -}}
{{ default "localhost" .Values.image.containerRegistry }}/pod-identity-agent:{{ default .Chart.AppVersion .Values.image.tag | include "pod-identity-agent.text" }}{{ $flavor }}
{{- end -}}
{{- end -}}

{{/* What the flavour needs, and before it what is given; none where that is null. */}}
{{- define "pod-identity-agent.resources" -}}
{{- if kindIs "map" .Values.resources -}}
{{- $memory := ternary (list "64Mi" "160Mi") (list "96Mi" "256Mi") (eq .Values.image.flavor "native") -}}
{{- $needed := dict
    "requests" (dict "cpu" "50m" "memory" (first $memory))
    "limits" (dict "memory" (last $memory)) -}}
{{- range $kind, $given := .Values.resources -}}
{{- if kindIs "map" $given -}}
{{- range $name, $value := $given -}}
{{- /* Kubernetes would read a null as 0. */}}
{{- $_ := unset (get $needed $kind) $name -}}
{{- if not (kindIs "invalid" $value) -}}
{{- $_ := set (get $needed $kind) $name $value -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- $_ := set $needed $kind $given -}}
{{- end -}}
{{- end -}}
{{- toYaml $needed -}}
{{- end -}}
{{- end -}}

{{/* A command, a list or one written as a string; nothing for Amazon's launcher, which is not in our image. */}}
{{- define "pod-identity-agent.command" -}}
{{- $command := . -}}
{{- if kindIs "string" $command -}}
{{- $command = fromYamlArray $command -}}
{{- end -}}
{{- if and $command (not (contains "/eks-pod-identity-agent" (toString $command))) -}}
{{- toYaml $command -}}
{{- end -}}
{{- end -}}

{{/* A number as it was written: large ones would get an exponent. Nothing for null. */}}
{{- define "pod-identity-agent.text" -}}
{{- if and (kindIs "float64" .) (eq . (floor .)) -}}
{{- int64 . -}}
{{- else if not (kindIs "invalid" .) -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{/* A map whose values must be strings, such as labels, whatever --set made of them. */}}
{{- define "pod-identity-agent.texts" -}}
{{- $texts := dict -}}
{{- range $key, $value := . -}}
{{- $_ := set $texts $key (include "pod-identity-agent.text" $value) -}}
{{- end -}}
{{- toYaml $texts -}}
{{- end -}}

{{/* A map of flags to values, as arguments; a flag without a value stands alone. */}}
{{- define "pod-identity-agent.args" -}}
{{- range $flag, $value := . }}
- {{ $flag | quote }}
{{- if not (kindIs "invalid" $value) }}
- {{ include "pod-identity-agent.text" $value | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Kubernetes refuses maxSurge beside maxUnavailable. Whoever gives the latter, as values files of Amazon's chart do, has no
surge.
*/}}
{{- define "pod-identity-agent.updateStrategy" -}}
{{- $strategy := deepCopy (default dict .Values.updateStrategy) -}}
{{- $rolling := default dict $strategy.rollingUpdate -}}
{{- if not (has (dig "maxUnavailable" 1 $rolling | toString) (list "0" "0%")) -}}
{{- $_ := unset $rolling "maxSurge" -}}
{{- end -}}
{{- toYaml $strategy -}}
{{- end -}}

{{/* Whether metrics are for others than the node itself. */}}
{{- define "pod-identity-agent.metricsOpen" -}}
{{- $scraped := dig "prometheus.io/scrape" "" (default dict .Values.podAnnotations) | toString -}}
{{- if or .Values.metrics.enabled (eq $scraped "true") -}}true{{- end -}}
{{- end -}}

{{- define "pod-identity-agent.iso" -}}
{{- if contains "-iso" (dig "AWS_REGION" "" (default dict .Values.env) | toString) -}}true{{- end -}}
{{- end -}}

{{/* The region of all: that of STS, of EKS Auth, and of ARNs. */}}
{{- define "pod-identity-agent.region" -}}
{{- default (dig "AWS_REGION" "" (default dict .Values.env)) .Values.region | toString | replace "AWS_REGION_NAME" "" -}}
{{- end -}}

{{- define "pod-identity-agent.authSelector" -}}
app.kubernetes.io/name: {{ include "pod-identity-agent.authName" . }}
app.kubernetes.io/instance: {{ toYaml .Release.Name }}
app.kubernetes.io/component: auth
{{- end -}}

{{- define "pod-identity-agent.authLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "pod-identity-agent.authSelector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* The agent's, with what it needs to use the cluster's API; beside it, or by a name of its own. */}}
{{- define "pod-identity-agent.authImage" -}}
{{- default (include "pod-identity-agent.image" . | replace "/pod-identity-agent:" "/pod-identity-auth:") .Values.auth.image -}}
{{- end -}}

{{/* As in files/auth; there is one in a cluster. */}}
{{- define "pod-identity-agent.authName" -}}
pod-identity-auth
{{- end -}}

{{/* What injects pods: policy, webhook or none. */}}
{{- define "pod-identity-agent.injection" -}}
{{- if ne .Values.auth.injection "auto" -}}
{{- .Values.auth.injection -}}
{{- else if semverCompare ">=1.36-0" .Capabilities.KubeVersion.Version -}}
policy
{{- else -}}
webhook
{{- end -}}
{{- end -}}

{{/* A file of files/auth, as the release needs it. */}}
{{- define "pod-identity-agent.authFile" -}}
{{- $text := .Files.Get (printf "files/auth/%s" .file) -}}
{{- if not $text }}{{ fail (printf "the chart lacks files/auth/%s" .file) }}{{ end -}}
{{- $text = $text | replace "namespace: kube-system" (printf "namespace: %s" .Release.Namespace) -}}
{{- $text = $text | replace "'AWS_REGION_NAME'" (printf "'%s'" (include "pod-identity-agent.region" .)) -}}
{{- $text = $text | replace "'http://169.254.170.23/v1/credentials'" (printf "'%s'" .Values.auth.injectAddress) -}}
{{- if .Values.auth.failClosed -}}
{{- $text = $text | replace "validationActions: [Warn, Audit]" "validationActions: [Deny]" -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{- define "pod-identity-agent.authTls" -}}
{{- default (printf "%s-tls" (include "pod-identity-agent.authName" .)) .Values.auth.tls.secretName -}}
{{- end -}}

{{/* By address where one is fixed: then no name of the cluster must be resolved on the nodes. */}}
{{- define "pod-identity-agent.authEndpoint" -}}
{{- $host := default (printf "%s.%s.svc" (include "pod-identity-agent.authName" .) .Release.Namespace) .Values.auth.clusterIP -}}
https://{{ ternary (printf "[%s]" $host) $host (contains ":" $host) }}
{{- end -}}
