import { causesOf, ExpectedError, isUntrustedCertificate } from '@virtualchain/kernel';
import { BrokerRefused, BrokerUnavailable, OffsetOutOfRange, TopicMissing, WriterFenced } from '../errors.ts';
import { MISSING_TOPIC_TRIES_MAX } from '../limits.ts';

const FENCED = new Set(['INVALID_PRODUCER_EPOCH', 'TRANSACTION_COORDINATOR_FENCED', 'PRODUCER_FENCED']);
/** Kafka's own numbers of errors that kafkajs 2.2.4 has no name for. */
const PRODUCER_FENCED_CODE = 90;
/** What repeating does not help: a person has to change a setting, a permission or the topic. */
const REFUSED = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'SASL_AUTHENTICATION_FAILED',
  'INVALID_TOPIC_EXCEPTION',
  'INVALID_REPLICATION_FACTOR',
  'INVALID_CONFIG',
  'POLICY_VIOLATION',
  'UNSUPPORTED_VERSION',
  'INVALID_TRANSACTION_TIMEOUT',
]);

const LOGIN_HELP = 'correct user name, password and mechanism of the login (SASL)';
const CERTIFICATE_HELP = 'correct the host, or name the authority of its certificate';
const RIGHTS_HELP = 'give the user of the login the right to topic, group and transactional id';

/** What a person can do about a refusal that has a name. */
function helpFor(type: string): string | undefined {
  if (type === 'SASL_AUTHENTICATION_FAILED') return LOGIN_HELP;
  return type.endsWith('_AUTHORIZATION_FAILED') ? RIGHTS_HELP : undefined;
}

/** The broker has done nothing, and may do it in a moment: it is not the coordinator, or not yet, or ends what was before. */
const REFUSED_FOR_NOW = new Set([
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'CONCURRENT_TRANSACTIONS',
]);

/**
 * The name Kafka gives the error, or null when it is one of the connection. kafkajs wraps errors in one another: the outer
 * one says that it gave up, an inner one says why.
 */
export function kafkaErrorType(error: unknown): string | null {
  for (const { type, code } of causesOf(error)) {
    if (code === PRODUCER_FENCED_CODE) return 'PRODUCER_FENCED';
    if (typeof type === 'string') return type;
  }
  return null;
}

/** Whether a request that may be made twice is worth it, as kafkajs judges: of connections, and of errors that pass. */
export function isWorthRepeating(error: unknown): boolean {
  if (isRefusedForNow(error)) return true;
  const [outer] = causesOf(error);
  return outer?.['retriable'] === true;
}

/** Whether the broker refused a request without doing anything, so that it may be made again whatever it is. */
export function isRefusedForNow(error: unknown): boolean {
  return REFUSED_FOR_NOW.has(kafkaErrorType(error) ?? '');
}

/** Turns what kafkajs throws into a foreseen failure; bugs pass as they are. */
export function foreseen(topic: string, offset: bigint, error: unknown): unknown {
  if (error instanceof ExpectedError) return error;
  for (const { name, code } of causesOf(error)) {
    if (name === 'TypeError' || name === 'RangeError' || name === 'ReferenceError') return error;
    if (name === 'KafkaJSSASLAuthenticationError') return new BrokerRefused(topic, error, LOGIN_HELP);
    if (isUntrustedCertificate(code)) return new BrokerRefused(topic, error, CERTIFICATE_HELP);
  }
  const type = kafkaErrorType(error);
  if (type === 'OFFSET_OUT_OF_RANGE') return new OffsetOutOfRange(topic, offset);
  if (type === 'UNKNOWN_TOPIC_OR_PARTITION') return new TopicMissing(topic);
  if (type !== null && FENCED.has(type)) return new WriterFenced(topic, error);
  if (type !== null && REFUSED.has(type)) return new BrokerRefused(topic, error, helpFor(type));
  return new BrokerUnavailable(topic, error);
}

/** How a failed request to Kafka is named and repeated: a topic that was just created is missing for a moment. */
export const KAFKA_FAILURES = { foreseen, missingTriesMax: MISSING_TOPIC_TRIES_MAX };
