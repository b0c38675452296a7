export { applyChanges, type CollectedState } from './apply-changes.ts';
export { type Ask, type AskAs, type AskOptions, type Questions, questionsOf } from './ask.ts';
export type {
  BlockOpened,
  BlockRetracted,
  BlockSealed,
  ChainChange,
  FeedEntry,
  GenesisEntry,
  OperationEntry,
  PendingBegun,
  PendingConfirmed,
  PendingDropped,
  PendingEntry,
  PendingJudged,
  PendingReplaced,
  Row,
  RowChange,
} from './entries.ts';
export {
  FeedGone,
  GatewayRefused,
  GatewayUnavailable,
  NotAGateway,
  OperationNotSeen,
  type Problem,
  StreamOutOfOrder,
  WebhookRefused,
} from './errors.ts';
export { follow } from './follow.ts';
export { type FeedOptions, followFeed } from './follow-feed.ts';
export { followPending, type PendingOptions } from './follow-pending.ts';
export type { BuiltInQuestions } from './generated/questions.ts';
export type { Heartbeat, SubscriptionOptions } from './subscription/options.ts';
export { type WaitOptions, waitForOperation } from './wait-for-operation.ts';
export {
  type ReceivedWebhook,
  type VerifyWebhookOptions,
  verifyWebhook,
  type WebhookDelivery,
} from './webhooks/verify-webhook.ts';
