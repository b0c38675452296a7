export { type Access, openAccess } from './access.ts';
export { type AuditAction, type AuditLine, readAudit } from './audit.ts';
export { AccessNotReady, SecretsTooMany, TokenRefused, WebhooksTooMany } from './errors.ts';
export { secureAccess } from './schema/grants.ts';
export { isToken, SCOPES, type Scope } from './tokens/token.ts';
export {
  createToken,
  findHolder,
  type Holder,
  listTokens,
  revokeToken,
  rotateToken,
  type TokenRecord,
  type TokenWish,
} from './tokens/token-table.ts';
export {
  type Carried,
  type CarriedWebhook,
  readStandings,
  readWebhooks,
  saveCursor,
  saveDelivered,
  saveFailure,
} from './webhooks/carried-webhooks.ts';
export {
  deleteWebhook,
  findWebhook,
  type Owned,
  pauseWebhook,
  redeliverWebhook,
  registerWebhook,
  resumeWebhook,
  rotateSecret,
  type WithSecret,
  webhooksOf,
} from './webhooks/owned-webhooks.ts';
export type { WebhookRecord, WebhookWish } from './webhooks/webhook-record.ts';
