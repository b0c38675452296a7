import type { BitcoinNode } from '@virtualchain/node-client';
import { NodeBusy, NodeReplyInvalid, NodeTimeout, NodeUnreachable } from '@virtualchain/node-client';
import { memoryNode } from '../../kit/memory-node.ts';
import { createNodeModel, type NodeModel } from '../../kit/node-model.ts';
import type { Random } from '../random.ts';
import type { Process } from '../run/process.ts';
import type { Scheduler } from '../run/scheduler.ts';
import type { BlockTree, MinedBlock } from './block-tree.ts';

/** A node of the network: receives blocks late and in any order, may be cut off, and may lose all it had. */
export interface FakeNode {
  readonly label: string;
  readonly model: NodeModel;
  receive(block: MinedBlock, ms: number): void;
  /** Receives nothing until that time; what it missed comes then. */
  cutOff(untilMs: number): void;
  /** Back to the genesis block; filled again within so many milliseconds. */
  restartEmpty(refillMs: number): void;
  invalidate(block: MinedBlock): void;
  reconsider(block: MinedBlock): void;
  /** Has everything there is, at once. */
  catchUp(): void;
}

export function createFakeNode(
  label: string,
  {
    scheduler,
    random,
    tree,
    moved,
  }: {
    readonly scheduler: Scheduler;
    readonly random: Random;
    readonly tree: BlockTree;
    /** The best block is another one now. */
    readonly moved: () => void;
  },
): FakeNode {
  const model = createNodeModel();
  const waiting = new Set<MinedBlock>();
  const invalid = new Set<string>();
  let cutOffUntil = 0;
  let incarnation = 0;

  function take(block: MinedBlock): void {
    const before = model.best;
    waiting.add(block);
    for (let again = true; again; ) {
      again = false;
      for (const each of waiting) {
        if (each.height > 0 && !model.submit(each.built.bytes)) continue;
        waiting.delete(each);
        if (invalid.has(each.hash)) model.invalidate(each.hash);
        again = true;
      }
    }
    if (model.best !== before) moved();
  }

  return {
    label,
    model,
    receive(block, ms) {
      const sentTo = incarnation;
      const listen = () => {
        if (incarnation !== sentTo) return;
        const wait = cutOffUntil - scheduler.now();
        if (wait > 0) scheduler.after(wait + random.around(50), listen);
        else take(block);
      };
      scheduler.after(ms, listen);
    },
    cutOff(untilMs) {
      cutOffUntil = untilMs;
    },
    restartEmpty(refillMs) {
      incarnation += 1;
      waiting.clear();
      model.reset();
      moved();
      const refilling = incarnation;
      const { blocks } = tree;
      for (const block of blocks) {
        scheduler.after((refillMs * block.height) / blocks.length + random.around(5), () => {
          if (incarnation === refilling) take(block);
        });
      }
    },
    invalidate(block) {
      invalid.add(block.hash);
      if (model.known(block.hash) !== null) model.invalidate(block.hash);
      moved();
    },
    reconsider(block) {
      invalid.delete(block.hash);
      if (model.known(block.hash) !== null) model.reconsider(block.hash);
      moved();
    },
    catchUp() {
      incarnation += 1;
      cutOffUntil = 0;
      for (const block of tree.blocks) take(block);
    },
  };
}

/** The error with which a node's port fails. */
export function nodeError(random: Random): Error {
  const Kind = random.pick([NodeUnreachable, NodeTimeout, NodeBusy, NodeReplyInvalid]);
  return new Kind('made', 'injected');
}

/** The node as one process reaches it. Sometimes a block comes with a wrong byte: whoever verifies it, notices. */
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
        const spoilt = bytes.slice();
        spoilt[81 + Math.floor((bytes.length - 81) / 2)] = (spoilt[81 + Math.floor((bytes.length - 81) / 2)] ?? 0) ^ 1;
        return spoilt;
      }),
    chainTips: () => ask('chainTips', () => node.chainTips()),
    transactions: (txids, spentIn) => ask('transactions', () => node.transactions(txids, spentIn)),
    spentOutputs: (txids, spentIn) => ask('spentOutputs', () => node.spentOutputs(txids, spentIn)),
    fundingSource: () => ask('fundingSource', () => node.fundingSource()),
    close: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
