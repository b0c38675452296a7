import type { OperationLog } from '@virtualchain/operation-log';
import type { VirtualChain } from '@virtualchain/protocol';
import { type Connection, need } from './connection.ts';

/** Opens the log of a connection. The Kafka client is loaded by the commands that use it. @throws SettingMissing */
export async function openLog(connection: Connection): Promise<OperationLog> {
  const brokers = need(connection, 'kafkaBrokers').split(',');
  const { openKafkaLog } = await import('@virtualchain/operation-log');
  return openKafkaLog({ brokers, clientId: 'vchain', security: connection.kafka ?? {} });
}

export function topicOf(connection: Connection, chain: VirtualChain): string {
  return `${connection.topicPrefix ?? 'vchain'}.${need(connection, 'network')}.${chain.name}`;
}
