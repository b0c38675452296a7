import type { OperationLog } from '@virtualchain/operation-log';
import type { VirtualChain } from '@virtualchain/protocol';
import { type Connection, logPlace, need } from './connection.ts';

/** Opens the log of a connection. Its client is loaded by the commands that use it. @throws SettingMissing */
export async function openLog(connection: Connection): Promise<OperationLog> {
  const place = logPlace(connection);
  const { openLogAt } = await import('@virtualchain/operation-log');
  return openLogAt(place, { clientId: 'vchain' });
}

export function topicOf(connection: Connection, chain: VirtualChain): string {
  return `${connection.topicPrefix ?? 'vchain'}.${need(connection, 'network')}.${chain.name}`;
}
