export { type BackOff, type BackOffLimits, createBackOff } from './back-off.ts';
export type { Brand } from './brand.ts';
export { causesOf, type ErrorFields, errorText, isUntrustedCertificate } from './causes.ts';
export { chunkSizeFor, chunkSizeOfFrame } from './chunk-size.ts';
export type { Clock } from './clock.ts';
export { ExpectedError, isExpectedError, type Remedy } from './expected-error.ts';
export { isDecodable } from './percent-encoded.ts';
export { SettingInvalid } from './setting-invalid.ts';
export { wallClock } from './wall-clock.ts';
