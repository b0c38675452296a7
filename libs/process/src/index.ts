export { type BlockTraces, openBlockTraces, type Span, type TracedBlock, type TraceOptions } from './block-traces.ts';
export {
  type ExtraPage,
  type HealthServer,
  type HealthServerOptions,
  startHealthServer,
  type Verdict,
} from './health-server.ts';
export { keepHeapLevel, startYoung } from './heap.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export { createMetrics, type MetricOptions, type Metrics } from './metrics.ts';
export {
  formatDuration,
  formatProgress,
  type Progress,
  type ProgressMeter,
  progressMeter,
  type Work,
} from './progress.ts';
export { exitCodes, runService, type ServiceOptions } from './run-service.ts';
export {
  type Config,
  ConfigInvalid,
  describeConfig,
  type Rule,
  readConfig,
  readSettings,
  redactConfig,
  type Spec,
} from './settings/config.ts';
export {
  type KafkaSecurity,
  kafkaSecurity,
  kafkaSecuritySpec,
  problemsOfKafkaSecurity,
} from './settings/kafka-security.ts';
export { liveSpec } from './settings/live.ts';
export { logPlaceOf, logSpec, problemsOfLogPlace, problemsOfLogPlaces } from './settings/log-place.ts';
export {
  addresses,
  clientUrl,
  clientUrls,
  integer,
  oneOf,
  port,
  problemsOfHttpUrl,
  text,
  toggle,
} from './settings/parsers.ts';
export { redactText, rememberSecret, rememberUrlSecrets } from './settings/secrets.ts';
export { optional, type Parser, required, type Setting } from './settings/setting.ts';
export { type Env, readVariable } from './settings/variable.ts';
export { watchedSpec } from './settings/watched.ts';
export { stepBack } from './step-back.ts';
