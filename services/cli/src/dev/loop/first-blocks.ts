import type { NodeRpc } from '@virtualchain/node-client';
import { DevRefused } from '../hands/errors.ts';
import { fund } from '../hands/fund.ts';
import { PEOPLE } from '../hands/people.ts';
import { stageOn } from '../hands/stage.ts';
import { firstBlockMax } from './limits.ts';

/**
 * Mines what has to be there before the first operation: on an empty node coins for made-up people, and then all blocks that
 * come before the chain's first one.
 *
 * @returns the height of the node's tip.
 * @throws DevRefused where the chain begins too high.
 */
export async function mineFirstBlocks(rpc: NodeRpc, chain: string, firstBlock: number): Promise<number> {
  if (firstBlock > firstBlockMax)
    throw new DevRefused(
      `chain ${chain} begins with block ${firstBlock}, and ${firstBlockMax} are mined here at most: let the definition take its first block from its parameters, and give --chain-parameters '{"firstBlock":101}'`,
    );
  const height = Number(await rpc.call('getblockcount'));
  if (height >= firstBlock - 1 && height > 0) return height;
  const stage = await stageOn(rpc);
  if (height === 0)
    await fund(
      stage,
      PEOPLE.map((person) => stage.walletOf(person)),
    );
  return (await stage.miner.mineTo(firstBlock - 1)).height;
}
