import type { NetworkName } from '@virtualchain/bitcoin';
import type { BitcoinNode, NodeRpc } from '@virtualchain/node-client';
import { type Connection, need } from './connection.ts';

/** Opens the node of a connection. Its client is loaded by the commands that use it. @throws SettingMissing, NodeCredentialsTwice */
export async function openNodeOf(connection: Connection): Promise<BitcoinNode> {
  const url = need(connection, 'nodeUrl');
  const { openNode } = await import('@virtualchain/node-client');
  return openNode(url, { cookieFile: connection.nodeCookieFile });
}

/** Its JSON-RPC. @throws SettingMissing, NodeCredentialsTwice */
export async function openRpcOf(connection: Connection): Promise<NodeRpc> {
  const url = need(connection, 'nodeUrl');
  const { openRpc } = await import('@virtualchain/node-client');
  return openRpc(url, { cookieFile: connection.nodeCookieFile });
}

export async function readNetwork(connection: Connection): Promise<NetworkName> {
  await using node = await openNodeOf(connection);
  return (await node.status()).network;
}
