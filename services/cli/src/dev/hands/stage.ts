import { randomBytes } from 'node:crypto';
import type { NodeRpc } from '@virtualchain/node-client';
import { createMiner, type Miner, readMempool, readNodeChain, type Wallet } from '@virtualchain/testing';
import type { Connection } from '../../connection.ts';
import { openRpcOf } from '../../node-of.ts';
import { DevRefused } from './errors.ts';
import { untilFirst } from './overtaken.ts';
import { checkPerson, MINER } from './people.ts';

/** A node in regtest as it stands now: a miner that knows its chain, its mempool, and the wallets of made-up people. */
export interface Stage {
  readonly rpc: NodeRpc;
  readonly miner: Miner;
  /** Raw, each after those it spends. */
  readonly mempool: readonly Uint8Array[];
  /** Coins that the mempool spends are not offered again. @throws QueryInvalid */
  walletOf(person: string): Wallet;
}

/** A stage over a node that its caller keeps open. @throws DevRefused */
export async function stageOn(rpc: NodeRpc): Promise<Stage> {
  await requireRegtest(rpc);
  const [chain, mempool] = [await readNodeChain(rpc), await readMempool(rpc)];
  const now = Math.floor(Date.now() / 1000);
  // Another miner may have built on the same block, and in the same second.
  const mark = randomBytes(4).toString('hex');
  const miner = createMiner({ rpc, seed: MINER, chain, mark, now: () => now });
  for (const bytes of mempool) miner.wallet.remember(bytes);
  const wallets = new Map<string, Wallet>();
  return {
    rpc,
    miner,
    mempool,
    walletOf(person) {
      checkPerson(person);
      const known = wallets.get(person);
      if (known !== undefined) return known;
      const wallet = miner.walletOf(person);
      for (const bytes of mempool) wallet.remember(bytes);
      wallets.set(person, wallet);
      return wallet;
    },
  };
}

/** Opens the node of a connection for one command, which begins again where somebody else was quicker. @throws DevRefused, SettingMissing */
export async function onStage<Result>(
  connection: Connection,
  work: (stage: Stage) => Promise<Result>,
): Promise<Result> {
  await using rpc = await openRpcOf(connection);
  return await untilFirst(async () => work(await stageOn(rpc)));
}

/** The keys of made-up people are known to everybody. @throws DevRefused */
async function requireRegtest(rpc: NodeRpc): Promise<void> {
  const { chain } = (await rpc.call('getblockchaininfo')) as { readonly chain: string };
  if (chain !== 'regtest')
    throw new DevRefused(
      `${rpc.label} is on ${chain}, and the keys of made-up people are known to everybody: use a node in regtest, such as that of vchain dev or npm start`,
    );
}
