import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import {
  clientUrl,
  integer,
  kafkaSecuritySpec,
  liveSpec,
  logSpec,
  optional,
  type Parser,
  problemsOfKafkaSecurity,
  required,
  text,
  watchedSpec,
} from '@virtualchain/process';
import { policySpec } from '@virtualchain/webhooks';
import { DELIVERIES_AT_ONCE_DEFAULT } from './limits.ts';
import type { MachineName } from './topics/feed-topics.ts';

const databaseUrl = clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl);

const MACHINE = /^([a-z0-9][a-z0-9_-]*)\/([a-z0-9][a-z0-9_-]*)$/;

/** Machines by their names, and those of their chains. */
const machineNames: Parser<readonly MachineName[]> = {
  rule: 'machines as chain/machine, such as bns/bns, separated by commas',
  isQuotable: true,
  parse(given) {
    const all = given.split(',').map((one) => MACHINE.exec(one.trim()));
    const names = all.flatMap((found) => (found === null ? [] : [{ chain: found[1] ?? '', machine: found[2] ?? '' }]));
    return names.length === all.length ? names : undefined;
  },
};

/** Settings of the relay; every flag has an environment variable. */
export const spec = {
  postgresUrl: required(databaseUrl, {
    flag: 'postgres-url',
    env: 'VCHAIN_POSTGRES_URL',
    about: 'the database of the network; rights to read the projections are enough',
    secret: true,
  }),
  accessPostgresUrl: optional(databaseUrl, {
    flag: 'access-postgres-url',
    env: 'VCHAIN_ACCESS_POSTGRES_URL',
    about: 'the database of tokens and webhooks, where it is another one: never a replica',
    secret: true,
  }),
  ...liveSpec,
  deliveriesAtOnce: optional(integer({ min: 1 }), {
    flag: 'deliveries-at-once',
    env: 'VCHAIN_DELIVERIES_AT_ONCE',
    about: 'how many webhooks are posted to at the same time',
    fallback: DELIVERIES_AT_ONCE_DEFAULT,
  }),
  feedTopics: optional(machineNames, {
    flag: 'feed-topics',
    env: 'VCHAIN_FEED_TOPICS',
    about: 'machines whose feeds are written to topics of Kafka, as chain/machine, separated by commas',
    fallback: [],
  }),
  kafkaBrokers: logSpec.kafkaBrokers,
  ...kafkaSecuritySpec,
  topicPrefix: optional(text, {
    flag: 'topic-prefix',
    env: 'VCHAIN_TOPIC_PREFIX',
    about: 'first part of topic names',
    fallback: 'vchain',
  }),
  ...policySpec,
  ...watchedSpec,
} as const;

/** Topics of feeds are Kafka's: a log that is kept in Postgres has readers of ours alone. */
export function problemsOfTopics(
  config: Parameters<typeof problemsOfKafkaSecurity>[0] & { readonly feedTopics?: readonly MachineName[] | undefined },
  isGiven: (name: 'kafkaBrokers') => boolean,
): readonly string[] {
  const isWithout = (config.feedTopics ?? []).length > 0 && !isGiven('kafkaBrokers');
  const nowhere =
    'VCHAIN_FEED_TOPICS (--feed-topics) is set, and VCHAIN_KAFKA_BROKERS (--kafka-brokers) is not: feeds are written to topics of Kafka alone; name its brokers';
  return [...(isWithout ? [nowhere] : []), ...problemsOfKafkaSecurity(config)];
}
