import type { BitcoinNode } from '@virtualchain/node-client';
import { memoryNode } from '../../kit/memory-node.ts';
import { createNodeModel } from '../../kit/node-model.ts';
import type { Random } from '../random.ts';
import type { Process } from '../run/process.ts';
import type { Scheduler } from '../run/scheduler.ts';
import type { BlockTree } from './block-tree.ts';
import type { MinedBlock } from './mined-block.ts';

export interface FakeNodeSetup {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly tree: BlockTree;
  /** The best block is another one now. */
  readonly moved: () => void;
}

/** A node of the network: receives blocks late and in any order, may be cut off, and may lose all it had. */
export class FakeNode {
  readonly label: string;
  readonly model = createNodeModel();
  readonly #setup: FakeNodeSetup;
  /** Blocks whose parent has not come yet. */
  readonly #waiting = new Set<MinedBlock>();
  readonly #invalid = new Set<string>();
  #cutOffUntil = 0;
  /** What was sent to an earlier incarnation does not arrive. */
  #incarnation = 0;

  constructor(label: string, setup: FakeNodeSetup) {
    this.label = label;
    this.#setup = setup;
  }

  receive(block: MinedBlock, ms: number): void {
    const { scheduler, random } = this.#setup;
    const sentTo = this.#incarnation;
    const arrive = (): void => {
      if (this.#incarnation !== sentTo) return;
      const wait = this.#cutOffUntil - scheduler.now();
      if (wait > 0) scheduler.after(wait + random.around(50), arrive);
      else this.#take(block);
    };
    scheduler.after(ms, arrive);
  }

  /** Receives nothing until that time; what it missed comes then. */
  cutOff(untilMs: number): void {
    this.#cutOffUntil = untilMs;
  }

  /** Back to the genesis block; filled again within so many milliseconds. */
  restartEmpty(refillMs: number): void {
    const { scheduler, random, tree, moved } = this.#setup;
    this.#incarnation += 1;
    this.#waiting.clear();
    this.model.reset();
    moved();
    const refilling = this.#incarnation;
    for (const block of tree.blocks) {
      scheduler.after((refillMs * block.height) / tree.blocks.length + random.around(5), () => {
        if (this.#incarnation === refilling) this.#take(block);
      });
    }
  }

  invalidate(block: MinedBlock): void {
    this.#invalid.add(block.hash);
    if (this.model.known(block.hash) !== null) this.model.invalidate(block.hash);
    this.#setup.moved();
  }

  /** Has every block there is, at once. */
  catchUp(): void {
    this.#incarnation += 1;
    this.#cutOffUntil = 0;
    for (const block of this.#setup.tree.blocks) this.#take(block);
  }

  #take(block: MinedBlock): void {
    const before = this.model.best;
    this.#waiting.add(block);
    for (let again = true; again; ) {
      again = false;
      for (const each of this.#waiting) {
        if (each.height > 0 && !this.model.submit(each.built.bytes)) continue;
        this.#waiting.delete(each);
        if (this.#invalid.has(each.hash)) this.model.invalidate(each.hash);
        again = true;
      }
    }
    if (this.model.best !== before) this.#setup.moved();
  }
}

/** The node as one process reaches it. Sometimes a block comes with a wrong byte: a reader that verifies it notices. */
export function connectNode(process: Process, { label, model }: FakeNode, corrupts: () => boolean): BitcoinNode {
  const node = memoryNode(model, label);
  const ask = <Result>(step: string, work: () => Promise<Result>) => process.call('node', `${step} of ${label}`, work);
  return {
    label,
    zmqUrl: async () => null,
    status: () => ask('status', () => node.status()),
    bestBlock: () => ask('bestBlock', () => node.bestBlock()),
    blockHashAt: (height) => ask('blockHashAt', () => node.blockHashAt(height)),
    blockHashesFrom: (height, count) => ask('blockHashesFrom', () => node.blockHashesFrom(height, count)),
    header: (hash) => ask('header', () => node.header(hash)),
    block: (hash) =>
      ask('block', async () => {
        const bytes = await node.block(hash);
        if (bytes === null || !corrupts()) return bytes;
        const altered = bytes.slice();
        const middle = 81 + Math.floor((bytes.length - 81) / 2);
        altered[middle] = (altered[middle] ?? 0) ^ 1;
        return altered;
      }),
    chainTips: () => ask('chainTips', () => node.chainTips()),
    transactions: (txids, spentIn) => ask('transactions', () => node.transactions(txids, spentIn)),
    spentOutputs: (txids, spentIn) => ask('spentOutputs', () => node.spentOutputs(txids, spentIn)),
    fundingSource: () => ask('fundingSource', () => node.fundingSource()),
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
