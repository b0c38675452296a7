import type { BlockConnected, BlockDisconnected, OperationEvent } from '@virtualchain/protocol';
import type { ChainChange } from './entries.ts';
import type { SubscriptionOptions } from './subscription/options.ts';
import type { Level } from './subscription/session.ts';
import { subscribe } from './subscription/subscribe.ts';

/**
 * Follows a virtual chain's log over a gateway: whole blocks only, in order, each change once, through reorganisations and
 * failures. A gateway that does not answer is waited for. It ends only with `signal`, or with `untilEnd`.
 *
 * @throws GatewayRefused where the gateway does not take the question (its `code` says why), NotAGateway; FeedGone where
 * the log is another one now and no block that is remembered leads on
 */
export function follow(options: SubscriptionOptions): AsyncGenerator<ChainChange> {
  return subscribe(options, logOf(options.chain));
}

/** What the gateway sends of a log. */
interface Sent {
  readonly block: BlockConnected | BlockDisconnected;
  readonly operations?: readonly OperationEvent[];
}

function logOf(chain: string): Level<ChainChange> {
  return {
    path: `/v1/chains/${encodeURIComponent(chain)}/log`,
    read(kind, data, cursor) {
      const { block, operations = [] } = data as Sent;
      if (kind === 'block.connected') return { kind: 'connected', block: block as BlockConnected, operations, cursor };
      if (kind === 'block.disconnected') return { kind: 'disconnected', block: block as BlockDisconnected, cursor };
      return null;
    },
    stepOf: ({ kind, block }) =>
      kind === 'connected' ? { kind: 'block', block, isWhole: true, changes: [] } : { kind: 'back', block },
    retractionOf: ({ height, hash, previousHash }, cursor) => {
      const block = { height, hash, previousHash: previousHash ?? cursor } as BlockDisconnected;
      return { kind: 'disconnected', block, cursor };
    },
    hasSameState: async () => true,
  };
}
