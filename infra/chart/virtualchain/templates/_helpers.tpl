{{/* The beginning of every name, so that names of chains and machines fit behind it. */}}
{{- define "virtualchain.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 30 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" (.Release.Name | trunc 17 | trimSuffix "-") .Chart.Name -}}
{{- end -}}
{{- end -}}

{{- define "virtualchain.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What a deployment selects its pods by. Takes { root, component, chain, machine }. */}}
{{- define "virtualchain.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .chain }}
virtualchain/chain: {{ . }}
{{- end }}
{{- with .machine }}
virtualchain/machine: {{ . }}
{{- end }}
{{- end -}}

{{- define "virtualchain.labels" -}}
{{ include "virtualchain.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end -}}

{{/* A variable from a secret. Takes { variable, name, key }. */}}
{{- define "virtualchain.secretEnv" -}}
- name: {{ .variable }}
  valueFrom:
    secretKeyRef:
      name: {{ .name }}
      key: {{ .key }}
{{- end -}}

{{/* Where the log is, and how it is spoken to. */}}
{{- define "virtualchain.logEnv" -}}
{{- $log := .Values.log -}}
{{- $inPostgres := ne $log.postgresUrlSecret.name "" -}}
{{- if eq (gt (len $log.kafkaBrokers) 0) $inPostgres -}}
{{- fail "log: give exactly one of kafkaBrokers and postgresUrlSecret.name" -}}
{{- end -}}
{{- if $inPostgres }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_LOG_POSTGRES_URL" "name" $log.postgresUrlSecret.name "key" $log.postgresUrlSecret.key) }}
{{- else }}
- name: VCHAIN_KAFKA_BROKERS
  value: {{ join "," $log.kafkaBrokers | quote }}
{{- if $log.kafka.tls }}
- name: VCHAIN_KAFKA_TLS
  value: "true"
{{- end }}
{{- with $log.kafka.caSecret }}{{ if .name }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_KAFKA_CA" "name" .name "key" .key) }}
{{- end }}{{ end }}
{{- with $log.kafka.certificateSecret }}{{ if .name }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_KAFKA_CERT" "name" .name "key" .certKey) }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_KAFKA_KEY" "name" .name "key" .keyKey) }}
{{- end }}{{ end }}
{{- if $log.kafka.sasl }}
- name: VCHAIN_KAFKA_SASL
  value: {{ $log.kafka.sasl }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_KAFKA_USERNAME" "name" (required "log.kafka.loginSecret.name is needed with log.kafka.sasl" $log.kafka.loginSecret.name) "key" $log.kafka.loginSecret.usernameKey) }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_KAFKA_PASSWORD" "name" $log.kafka.loginSecret.name "key" $log.kafka.loginSecret.passwordKey) }}
{{- end }}
{{- end }}
- name: VCHAIN_TOPIC_PREFIX
  value: {{ $log.topicPrefix | quote }}
{{- end -}}

{{/* The network, and where its log is. */}}
{{- define "virtualchain.networkEnv" -}}
- name: VCHAIN_NETWORK
  value: {{ .Values.network }}
{{ include "virtualchain.logEnv" . | trim }}
{{- end -}}

{{/* What every service is told. */}}
{{- define "virtualchain.serviceEnv" -}}
{{ include "virtualchain.networkEnv" . }}
{{ include "virtualchain.httpEnv" . }}
{{- end -}}

{{- define "virtualchain.httpEnv" -}}
- name: VCHAIN_HTTP_HOST
  value: 0.0.0.0
- name: VCHAIN_HTTP_PORT
  value: "8080"
{{- end -}}

{{/* Definitions that are not built in, of gateways and relays. */}}
{{- define "virtualchain.modulesEnv" -}}
{{- with .Values.gateway.chainModules }}
- name: VCHAIN_CHAIN
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.gateway.machineModules }}
- name: VCHAIN_MACHINE
  value: {{ join "," . | quote }}
{{- end }}
{{- end -}}

{{- define "virtualchain.extraEnv" -}}
{{- range $name, $value := . }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end -}}

{{/* The parameters of a chain or machine as JSON, where there are any. Takes { variable, parameters }. */}}
{{- define "virtualchain.parameters" -}}
{{- if .parameters }}
- name: {{ .variable }}
  value: {{ toJson .parameters | quote }}
{{- end }}
{{- end -}}

{{/* What a projector, and a rebuild, are told of the machine. Takes { root, chain, machine }. */}}
{{- define "virtualchain.machineEnv" -}}
- name: VCHAIN_CHAIN
  value: {{ .chain.module | quote }}
{{- include "virtualchain.parameters" (dict "variable" "VCHAIN_CHAIN_PARAMETERS" "parameters" .chain.parameters) }}
{{- include "virtualchain.parameters" (dict "variable" "VCHAIN_MACHINE_PARAMETERS" "parameters" .machine.parameters) }}
{{ include "virtualchain.secretEnv" (dict "variable" "VCHAIN_POSTGRES_URL" "name" .root.Values.postgres.projectorUrlSecret.name "key" .root.Values.postgres.projectorUrlSecret.key) }}
{{- end -}}

{{/* How every pod runs. */}}
{{- define "virtualchain.podSettings" -}}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: 30
securityContext:
  runAsNonRoot: true
  runAsUser: 1000
  runAsGroup: 1000
  seccompProfile: { type: RuntimeDefault }
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: tmp
    emptyDir: {}
{{- end -}}

{{/* How every container runs. */}}
{{- define "virtualchain.containerSettings" -}}
image: {{ include "virtualchain.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{/* The pages of a service. Takes the path that tells whether the process lives. */}}
{{- define "virtualchain.probes" -}}
ports:
  - name: http
    containerPort: 8080
startupProbe:
  httpGet: { path: {{ . }}, port: http }
  periodSeconds: 5
  failureThreshold: 60
livenessProbe:
  httpGet: { path: {{ . }}, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: { path: /ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 5
{{- end -}}

{{- define "virtualchain.podMeta" -}}
labels:
  {{- include "virtualchain.labels" . | nindent 2 }}
  {{- with .root.Values.podLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .root.Values.podAnnotations }}
annotations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
