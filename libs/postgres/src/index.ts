export { type ConnectionSettings, connectionSettings, type Purpose } from './connection-settings.ts';
export { isContended, isMissing, isPassing, isRefusal, refusalHelp } from './driver-errors.ts';
export { IDENTIFIER_BYTES_MAX } from './limits.ts';
export { PostgresUrlInvalid, problemsOfPostgresUrl } from './postgres-url.ts';
export { type SessionLaw, sessionSetter } from './session.ts';
