export { type RelayOptions, relay } from './relay.ts';
export { runRelay } from './service.ts';
export type { FeedTopicsOptions, MachineName } from './topics/feed-topics.ts';
export { createTopicsReport, type TopicStanding, type TopicsReport } from './topics/topics-report.ts';
export { createWebhooksReport, type WebhooksReport } from './webhooks/webhooks-report.ts';
