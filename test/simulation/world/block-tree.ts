import { type Height, parseBlock, workFromBits } from '@virtualchain/bitcoin';
import { buildBlock, REGTEST_GENESIS, regtestBits } from '@virtualchain/testing';
import type { Random } from '../random.ts';
import { BlockContents } from './block-content.ts';
import type { MinedBlock } from './mined-block.ts';

/** Every block that was ever mined in a run, on all branches. */
export interface BlockTree {
  readonly genesis: MinedBlock;
  /** In the order of mining. */
  readonly blocks: readonly MinedBlock[];
  mine(parent: MinedBlock, minedAt: number, plan?: { readonly without?: 'operations' }): MinedBlock;
  known(hash: string): MinedBlock | undefined;
}

export function createBlockTree(random: Random, operationsPerBlock: number): BlockTree {
  const contents = new BlockContents(random, operationsPerBlock);
  const genesis: MinedBlock = {
    built: REGTEST_GENESIS,
    hash: REGTEST_GENESIS.hash,
    height: 0 as Height,
    parent: null,
    work: 0n,
    minedAt: 0,
    transactions: parseBlock(REGTEST_GENESIS.bytes).transactions,
    coins: [],
  };
  const blocks: MinedBlock[] = [genesis];
  const byHash = new Map<string, MinedBlock>([[genesis.hash, genesis]]);

  function mine(parent: MinedBlock, minedAt: number, plan: { readonly without?: 'operations' } = {}): MinedBlock {
    const content = contents.draw(blocks, parent, plan.without !== 'operations');
    const built = buildBlock({
      parent: { ...parent.built, name: '' },
      transactions: content.transactions.map(({ bytes }) => bytes),
      letter: `${blocks.length}`,
      coinbaseScript: content.coinbaseScript,
      time: parent.built.time + random.between(1, 600),
    });
    const [coinbase] = parseBlock(built.bytes).transactions;
    if (coinbase === undefined) throw new Error('a block without a coinbase');
    const coins = [...content.coins];
    if (!coinbase.hasOpReturn) coins.push({ transaction: coinbase, index: 0, wallet: content.payee });
    const work = parent.work + workFromBits(regtestBits);
    const { hash, height } = built;
    const transactions = [coinbase, ...content.transactions];
    const block: MinedBlock = { built, hash, height, parent, work, minedAt, transactions, coins };
    blocks.push(block);
    byHash.set(hash, block);
    return block;
  }

  return { genesis, blocks, mine, known: (hash) => byHash.get(hash) };
}
