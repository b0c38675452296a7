import type { NetworkName } from '@virtualchain/bitcoin';
import { type BitcoinNode, type NodeRpc, openNode, openRpc } from '@virtualchain/node-client';
import { type Connection, need } from './connection.ts';

/** The node of a connection. @throws SettingMissing, NodeCredentialsTwice */
export function openNodeOf(connection: Connection): BitcoinNode {
  return openNode(need(connection, 'nodeUrl'), { cookieFile: connection.nodeCookieFile });
}

/** Its JSON-RPC. @throws SettingMissing, NodeCredentialsTwice */
export function openRpcOf(connection: Connection): NodeRpc {
  return openRpc(need(connection, 'nodeUrl'), { cookieFile: connection.nodeCookieFile });
}

export async function networkOf(connection: Connection): Promise<NetworkName> {
  await using node = openNodeOf(connection);
  return (await node.status()).network;
}
