import type { NetworkName } from '@virtualchain/bitcoin';
import { type Clock, createBackOff, isExpectedError } from '@virtualchain/kernel';
import { type BitcoinNode, WrongNetwork } from '@virtualchain/node-client';
import type { Logger } from '@virtualchain/process';
import { NETWORK_RETRY } from './limits.ts';
import type { StartUp } from './start-up.ts';

/** Who is told of the wait for a node, and by what it is waited out. */
export interface NetworkWait {
  readonly logger: Logger;
  readonly startUp: Pick<StartUp, 'waitsFor'>;
  readonly clock: Clock;
}

/** The network that the first node to answer is on; waits for one. @throws what only a person can put right. */
export async function readNetwork(
  nodes: readonly BitcoinNode[],
  { logger, startUp, clock }: NetworkWait,
  signal: AbortSignal,
): Promise<NetworkName> {
  const waits = createBackOff(NETWORK_RETRY, clock.jitter);
  for (;;) {
    for (const node of nodes) {
      try {
        return (await node.status()).network;
      } catch (error) {
        if (!isExpectedError(error) || error.remedy === 'halt') throw error;
        startUp.waitsFor(error);
        logger.warn({ node: node.label, code: error.code }, `waiting for a node: ${error.message}`);
      }
    }
    await clock.sleep(waits.nextMs(), signal);
    signal.throwIfAborted();
  }
}

/** A node that answers only once it is known to be on the network: failover must not lead to another one. */
export function onlyOn(network: NetworkName, node: BitcoinNode): BitcoinNode {
  let checked: Promise<unknown> | null = null;
  async function status() {
    const found = await node.status();
    if (found.network !== network) throw new WrongNetwork(node.label, network, found.network);
    return found;
  }
  /** Asks for the state once; a failure to answer it is asked again. */
  async function first(): Promise<void> {
    checked ??= status();
    await checked.catch((error: unknown) => {
      checked = null;
      throw error;
    });
  }
  return {
    ...node,
    status,
    bestBlock: () => first().then(() => node.bestBlock()),
    blockHashAt: (height) => first().then(() => node.blockHashAt(height)),
    blockHashesFrom: (height, count) => first().then(() => node.blockHashesFrom(height, count)),
    header: (hash) => first().then(() => node.header(hash)),
    block: (hash) => first().then(() => node.block(hash)),
    chainTips: () => first().then(() => node.chainTips()),
    transactions: (txids, spentIn) => first().then(() => node.transactions(txids, spentIn)),
    spentOutputs: (txids, spentIn) => first().then(() => node.spentOutputs(txids, spentIn)),
    zmqUrl: () => first().then(() => node.zmqUrl()),
    fundingSource: () => first().then(() => node.fundingSource()),
  };
}
