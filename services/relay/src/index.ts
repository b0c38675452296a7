export { type RelayOptions, relay } from './relay.ts';
export { runRelay } from './service.ts';
export { createWebhooksReport, type WebhooksReport } from './webhooks/webhooks-report.ts';
