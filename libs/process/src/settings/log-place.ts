import { problemsOfPostgresUrl } from '@virtualchain/postgres';
import {
  type KafkaSecurity,
  type KafkaSecuritySettings,
  kafkaSecurity,
  kafkaSecuritySpec,
  problemsOfKafkaSecurity,
} from './kafka-security.ts';
import { addresses, clientUrl } from './parsers.ts';
import { optional } from './setting.ts';

/** Where the operation log is kept, one of the two. */
const logPlaceSpec = {
  kafkaBrokers: optional(addresses, {
    flag: 'kafka-brokers',
    env: 'VCHAIN_KAFKA_BROKERS',
    about: 'Kafka brokers, host:port, separated by commas',
  }),
  logPostgresUrl: optional(clientUrl('a URL such as postgres://user:password@host/database', problemsOfPostgresUrl), {
    flag: 'log-postgres-url',
    env: 'VCHAIN_LOG_POSTGRES_URL',
    about: 'the database that keeps the log, instead of brokers',
    secret: true,
  }),
} as const;

/** Where the operation log is kept, and how brokers are spoken to: settings of every process that reads or writes it. */
export const logSpec = { ...logPlaceSpec, ...kafkaSecuritySpec } as const;

/** The two settings, in whatever form they were read. */
interface Places {
  readonly kafkaBrokers?: unknown;
  readonly logPostgresUrl?: unknown;
}

interface LogPlaceSettings {
  readonly kafkaBrokers?: readonly string[] | undefined;
  readonly logPostgresUrl?: string | undefined;
}

/** A place of a log, as `openLogAt` takes it. */
export type SettingsPlace =
  | { readonly kind: 'kafka'; readonly brokers: readonly string[]; readonly security: KafkaSecurity }
  | { readonly kind: 'postgres'; readonly url: string };

const BROKERS = 'VCHAIN_KAFKA_BROKERS (--kafka-brokers)';
const DATABASE = 'VCHAIN_LOG_POSTGRES_URL (--log-postgres-url)';

/** A log is in one place; brokers are spoken to as the settings of Kafka say. */
export function problemsOfLogPlaces(settings: Places & KafkaSecuritySettings): readonly string[] {
  const { kafkaBrokers, logPostgresUrl } = settings;
  const isInTwo = kafkaBrokers !== undefined && logPostgresUrl !== undefined;
  const twoPlaces = `${BROKERS} and ${DATABASE} are both set: the log is kept in one place, leave the other out`;
  return [...(isInTwo ? [twoPlaces] : []), ...problemsOfKafkaSecurity(settings)];
}

/** The same for who cannot do without a log. What was given and cannot be read is not missing. */
export function problemsOfLogPlace(
  settings: Places & KafkaSecuritySettings,
  isGiven: (name: 'kafkaBrokers' | 'logPostgresUrl') => boolean,
): readonly string[] {
  const isNowhere = !isGiven('kafkaBrokers') && !isGiven('logPostgresUrl');
  const nowhere = `neither ${BROKERS} nor ${DATABASE} is set: say where the log is kept, by brokers of Kafka or in a database of Postgres`;
  return [...(isNowhere ? [nowhere] : []), ...problemsOfLogPlaces(settings)];
}

/** The place that the settings name. @throws TypeError where they name none, which `problemsOfLogPlace` tells of before */
export function logPlaceOf(settings: LogPlaceSettings & KafkaSecuritySettings): SettingsPlace {
  const { kafkaBrokers, logPostgresUrl } = settings;
  if (logPostgresUrl !== undefined) return { kind: 'postgres', url: logPostgresUrl };
  if (kafkaBrokers === undefined) throw new TypeError('no place of a log is set');
  return { kind: 'kafka', brokers: kafkaBrokers, security: kafkaSecurity(settings) };
}
