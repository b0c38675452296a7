import { NodeRpcError } from '../errors.ts';
import { answerOf } from '../rpc/answer.ts';
import type { NodeRpc } from '../rpc/rpc.ts';

/** What a node may publish. */
export type ZmqTopic = 'hashblock' | 'rawtx';

/** Where the node says that it publishes a topic, as seen from here; null when it does not, or not to us. */
export async function publishedAt(rpc: NodeRpc, nodeHost: string, topic: ZmqTopic): Promise<string | null> {
  const answer = answerOf(rpc.label, 'getzmqnotifications');
  try {
    const notifications = answer.array(await rpc.call('getzmqnotifications')).map((each) => answer.object(each));
    const addresses = notifications.filter(({ type }) => type === `pub${topic}`).map(({ address }) => address);
    return addresses.map((address) => reachable(answer.text(address), nodeHost)).find((url) => url !== null) ?? null;
  } catch (error) {
    if (error instanceof NodeRpcError) return null; // a node without ZMQ does not know the call
    throw error;
  }
}

/**
 * The address that a node publishes at is its own view: all of its interfaces are one of them to us, the one that its RPC
 * is reached at, and its loopback is nobody else's. Null where it cannot be reached from here.
 */
export function reachable(address: string, nodeHost: string): string | null {
  const [, host, port] = /^tcp:\/\/(\[[^\]]*\]|[^:]*):(\d+)$/.exec(address) ?? [];
  if (host === undefined) return isLoopback(nodeHost) && address.startsWith('ipc://') ? address : null;
  if (isEverywhere(host)) return `tcp://${nodeHost}:${port}`;
  return isLoopback(host) && !isLoopback(nodeHost) ? null : address;
}

const isEverywhere = (host: string): boolean => ['0.0.0.0', '*', '[::]'].includes(host);

const isLoopback = (host: string): boolean => /^(127\.[\d.]+|localhost|\[::1\])$/.test(host);
