import { type KafkaLogOptions, openKafkaLog } from './kafka/kafka.ts';
import { openKafkaElection } from './kafka/kafka-leadership.ts';
import type { Election } from './leadership.ts';
import type { OperationLog } from './port.ts';
import { openPostgresLog } from './postgres/postgres.ts';
import { openPostgresElection } from './postgres/postgres-leadership.ts';

/** Where a log is kept: by brokers of Kafka, `host:port` each, or in a database of Postgres. */
export type LogPlace =
  | {
      readonly kind: 'kafka';
      readonly brokers: readonly string[];
      readonly security?: NonNullable<KafkaLogOptions['security']>;
    }
  | { readonly kind: 'postgres'; readonly url: string };

/** What is the same wherever a log is kept. */
export type LogOptions = Pick<KafkaLogOptions, 'clientId' | 'retryForMs' | 'stallLimitMs' | 'onWeakTopic'>;

/** The operation log at that place. Connects on first use. @throws PostgresUrlInvalid */
export function openLogAt(place: LogPlace, options: LogOptions = {}): OperationLog {
  return place.kind === 'postgres'
    ? openPostgresLog({ ...options, url: place.url })
    : openKafkaLog({ ...options, ...place });
}

/** The election of who writes the logs at that place. Connects on first use. @throws PostgresUrlInvalid */
export function openElectionAt(place: LogPlace, options: Pick<LogOptions, 'clientId'> = {}): Election {
  return place.kind === 'postgres'
    ? openPostgresElection({ ...options, url: place.url })
    : openKafkaElection({ ...options, ...place });
}
