export { type Config, ConfigInvalid, describeConfig, readConfig, redactConfig, type Spec } from './config.ts';
export { armFailpoint, type Failpoint, FailpointRefused } from './failpoint.ts';
export {
  type ExtraPage,
  type HealthServer,
  type HealthServerOptions,
  startHealthServer,
  type Verdict,
} from './health-server.ts';
export {
  type KafkaSecurity,
  kafkaSecurity,
  kafkaSecuritySpec,
  problemsOfKafkaSecurity,
} from './kafka-security.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel, logLevels } from './logger.ts';
export { createMetrics, type MetricOptions, type Metrics } from './metrics.ts';
export { addresses, clientUrl, clientUrls, integer, oneOf, port, text, toggle } from './parsers.ts';
export { formatProgress, type Progress, type ProgressMeter, progressMeter, type Work } from './progress.ts';
export { exitCodes, runService, type ServiceOptions } from './run-service.ts';
export { redactText, rememberSecret, rememberUrlSecrets } from './secrets.ts';
export { optional, type Parser, required, type Setting } from './setting.ts';
export { stepBack } from './step-back.ts';
export { type Env, readVariable } from './variable.ts';
