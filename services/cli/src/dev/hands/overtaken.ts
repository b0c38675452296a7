import type { NodeRpc } from '@virtualchain/node-client';
import type { BuiltBlock } from '@virtualchain/testing';
import { DevRefused } from './errors.ts';
import { OVERTAKEN_TRIES_MAX } from './limits.ts';

/** Somebody else was quicker: what was made here stands beside the best chain. It is tried again on the chain as it is then. */
export class Overtaken extends DevRefused {}

/** The block is in the node's best chain. @throws Overtaken where another one has its height */
export async function requireBest(rpc: NodeRpc, { height, hash }: Pick<BuiltBlock, 'height' | 'hash'>): Promise<void> {
  const best = await rpc.call('getblockhash', height);
  if (best !== hash)
    throw new Overtaken(`at height ${height} another block came first, ${String(best)}: try again while nobody mines`);
}

/** Attempts it again as long as somebody else is quicker. @throws Overtaken after some tries */
export async function untilFirst<Result>(attempt: (tries: number) => Promise<Result>): Promise<Result> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt(tries);
    } catch (error) {
      if (!(error instanceof Overtaken) || tries + 1 >= OVERTAKEN_TRIES_MAX) throw error;
    }
  }
}
