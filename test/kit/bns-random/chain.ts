import type { Transaction } from '@virtualchain/bitcoin';
import { type FoldInput, MemoryFold } from '@virtualchain/machine';
import { readParameters } from '@virtualchain/machine-bns';
import type { MachineInstance } from '@virtualchain/projection';
import { extendChain, foldInput, REGTEST_GENESIS, type TestChain } from '@virtualchain/testing';
import { createRandom, type Random } from '../../simulation/random.ts';
import { namePreorder, register, renew, revoke, transfer, update } from './draw-names.ts';
import { nameImport, namespacePreorder, namespaceReady, namespaceReveal } from './draw-namespaces.ts';
import { announce, tokenTransfer } from './draw-others.ts';
import { type Plan, transactionOf } from './plan.ts';
import { drawSequence } from './sequences.ts';
import { drawInstance } from './settings.ts';
import { spoiled } from './spoil.ts';
import { type Secret, World } from './world.ts';

/** A chain drawn from a seed, folded on memory once, straight. */
export interface RandomChain {
  readonly instance: MachineInstance;
  readonly inputs: readonly FoldInput[];
  readonly fold: MemoryFold;
  /** Of every operation by its txid: what it was drawn for. */
  readonly whys: ReadonlyMap<string, string>;
  /** Lots for what is done with the chain. */
  readonly random: Random;
}

type Draw = (world: World) => Plan | null;

/** How often each is drawn, among each other. */
const DRAWS: readonly (readonly [weight: number, draw: Draw])[] = [
  [3, namespacePreorder],
  [3, namespaceReveal],
  [1, namespaceReady],
  [4, nameImport],
  [7, namePreorder],
  [8, register],
  [4, renew],
  [4, update],
  [4, transfer],
  [2, revoke],
  [4, tokenTransfer],
  [1, announce],
];
const LOTS: readonly Draw[] = DRAWS.flatMap(([weight, draw]) => Array.from({ length: weight }, () => draw));

export async function drawChain(seed: string, blocks: number): Promise<RandomChain> {
  const random = createRandom(seed);
  const instance = drawInstance(random.fork('settings'), blocks);
  const rules = readParameters(instance.parameters);
  const fold = await MemoryFold.open(instance.machine);
  const lots = random.fork('operations');
  const secrets: Secret[] = [];
  const whys = new Map<string, string>();
  const inputs: FoldInput[] = [];
  let chain: TestChain = [REGTEST_GENESIS];
  for (let made = 0; made < blocks; made += 1) {
    const plans = drawBlock(new World(lots, rules, fold, secrets));
    const coins = new Map<string, Transaction>();
    const transactions = plans.map((plan, position) => {
      const transaction = transactionOf(instance.chain, plan, `${seed} ${made} ${position}`);
      for (const coin of transaction.coins) coins.set(coin.txid, coin);
      return transaction.bytes;
    });
    chain = extendChain(chain.slice(-1), { length: 1, transactions: () => transactions });
    const [, block] = chain;
    if (block === undefined) throw new RangeError('no block was made');
    const input = foldInput(instance, block, (txid) => coins.get(txid));
    await fold.connect(input);
    for (const { txid, transactionIndex } of input.operations) whys.set(txid, plans[transactionIndex - 1]?.why ?? '');
    inputs.push(input);
  }
  return { instance, inputs, fold, whys, random: random.fork('detours') };
}

/** A few operations, sometimes none; some spoiled; now and then a sequence. */
function drawBlock(world: World): readonly Plan[] {
  const { random } = world;
  if (random.chance(0.08)) return [];
  const plans: Plan[] = [];
  for (let wanted = Math.ceil(random.around(2.5)); wanted > 0; wanted -= 1) {
    const plan = random.pick(LOTS)(world);
    if (plan !== null) plans.push(random.chance(0.08) ? spoiled(world, plan) : plan);
  }
  if (random.chance(0.3)) plans.splice(random.between(0, plans.length), 0, ...drawSequence(world));
  return plans;
}
