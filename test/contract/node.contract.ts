import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  type BlockHash,
  type Height,
  parseHeader,
  parseTransaction,
  type Txid,
  workFromBits,
} from '@virtualchain/bitcoin';
import {
  type BitcoinNode,
  type Branch,
  type BranchBlock,
  CheckpointMismatch,
  checkNode,
  nextStep,
  WrongNetwork,
} from '@virtualchain/node-client';
import { type BuiltBlock, buildChain, forkAt, type TestChain } from '@virtualchain/testing';

/** A node of some kind, as the contract suite wants it. */
export interface NodeUnderTest {
  readonly node: BitcoinNode;
  /** Back to the genesis block. */
  reset(): Promise<void>;
  submit(block: BuiltBlock): Promise<void>;
  invalidate(hash: BlockHash): Promise<void>;
  close(): Promise<void>;
}

/** What every adapter of the node port has to hold. */
export function nodeContract(name: string, open: () => Promise<NodeUnderTest>): void {
  describe(`node contract: ${name}`, () => {
    let subject: NodeUnderTest;
    let node: BitcoinNode;

    beforeEach(async () => {
      subject ??= await open();
      await subject.reset();
      node = subject.node;
    }, 60_000);

    afterAll(async () => {
      await subject?.close();
    });

    async function submitAll(...chains: readonly TestChain[]): Promise<void> {
      const submitted = new Set<BlockHash>();
      for (const block of chains.flat()) {
        if (block.height > 0 && !submitted.has(block.hash)) await subject.submit(block);
        submitted.add(block.hash);
      }
    }

    test('it is known by its genesis block', async () => {
      await submitAll(buildChain({ to: 3 }));
      const status = await node.status();
      expect(status).toMatchObject({ network: 'regtest', blocks: 3, initialBlockDownload: false, pruneHeight: null });
      expect(await node.bestBlock()).toEqual({ height: 3, hash: status.bestBlockHash });
      expect(await node.blockHashAt(0 as Height)).toBe(status.genesisHash);
    });

    test('hashes end at the tip, and nothing is above it', async () => {
      const main = buildChain({ to: 5 });
      await submitAll(main);
      expect(await node.blockHashesFrom(3 as Height, 10)).toEqual(main.slice(3).map(({ hash }) => hash));
      expect(await node.blockHashesFrom(6 as Height, 10)).toEqual([]);
      expect(await node.blockHashAt(6 as Height)).toBeNull();
      expect(await node.blockHashAt(5 as Height)).toBe(main[5]?.hash);
    });

    test('headers and blocks of every branch, and null for what the node does not know', async () => {
      const main = buildChain({ to: 4 });
      const fork = forkAt(main, { at: 2, length: 1 });
      await submitAll(main, fork);
      const stale = fork.at(-1) as BuiltBlock;
      expect(await node.block(stale.hash)).toEqual(stale.bytes);
      expect(await node.header(stale.hash)).toEqual(stale.bytes.subarray(0, 80));
      expect(await node.block((main[4] as BuiltBlock).hash)).toEqual((main[4] as BuiltBlock).bytes);
      expect(await node.block('ab'.repeat(32) as BlockHash)).toBeNull();
      expect(await node.header('ab'.repeat(32) as BlockHash)).toBeNull();
    });

    test('tips of branches, with what the node thinks of them', async () => {
      const main = buildChain({ to: 4 });
      const fork = forkAt(main, { at: 2, length: 1 });
      await submitAll(main, fork);
      const tips = async () => new Map((await node.chainTips()).map(({ hash, status }) => [hash, status]));
      const known = await tips();
      expect(known.size).toBe(2);
      expect(known.get((main[4] as BuiltBlock).hash)).toBe('active');
      // It has the block and never connected it: some say so, others call every branch valid that they keep.
      expect(known.get((fork[3] as BuiltBlock).hash)).toMatch(/^valid-(fork|headers)$/);
      await subject.invalidate((main[3] as BuiltBlock).hash);
      expect((await tips()).get((main[4] as BuiltBlock).hash)).toBe('invalid');
    });

    test('transactions by txid, more than one batch of them; those the node has not are left out', async () => {
      const main = buildChain({ to: 45 });
      const fork = forkAt(main, { at: 44, length: 1, letter: 'c' });
      await submitAll(main, fork);
      const coinbaseOf = ({ bytes }: BuiltBlock) => coinbase(bytes);
      const wanted = main.slice(1).map(coinbaseOf);
      const stale = coinbaseOf(fork.at(-1) as BuiltBlock);
      const missing = 'ab'.repeat(32) as Txid;
      const found = await node.transactions([...wanted.map(({ txid }) => txid), stale.txid, missing]);
      expect([...found.keys()].sort()).toEqual(wanted.map(({ txid }) => txid).sort());
      for (const { txid, bytes } of wanted) expect(found.get(txid)).toEqual(bytes);
      expect(await node.transactions([])).toEqual(new Map());
    });

    describe('following the best chain', () => {
      test('from nothing: the first blocks, as many as the look-ahead', async () => {
        const main = buildChain({ to: 10 });
        await submitAll(main);
        const step = await nextStep(node, branchOf(main.slice(0, 4), 4), { blocksMax: 3 });
        expect(step).toMatchObject({ kind: 'connect', from: 4, hashes: main.slice(4, 7).map(({ hash }) => hash) });
      });

      test('a node below the first block is behind', async () => {
        await submitAll(buildChain({ to: 3 }));
        expect(await nextStep(node, branchOf([], 4))).toMatchObject({ kind: 'behind', nodeTip: { height: 3 } });
      });

      test('above our tip: the next blocks; at it: nothing', async () => {
        const main = buildChain({ to: 6 });
        await submitAll(main);
        expect(await nextStep(node, branchOf(main.slice(0, 5)))).toMatchObject({
          kind: 'connect',
          from: 5,
          hashes: main.slice(5).map(({ hash }) => hash),
        });
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'current' });
      });

      test.each([1, 3, 12, 100])('a branch with more work %s deep: disconnect down to the fork', async (depth) => {
        const main = buildChain({ to: 110 });
        const fork = forkAt(main, { at: 110 - depth, length: depth + 1 });
        await submitAll(main, fork);
        const step = await nextStep(node, branchOf(main));
        expect(step).toMatchObject({ kind: 'disconnect', to: 110 - depth, reason: 'more-work' });
        const blocks = step.kind === 'disconnect' ? step.blocks.map(({ hash }) => hash) : [];
        expect(blocks).toEqual(
          main
            .slice(-depth)
            .toReversed()
            .map(({ hash }) => hash),
        );
      });

      test('a branch of equal work: nothing', async () => {
        const main = buildChain({ to: 8 });
        const other = forkAt(main, { at: 5, length: 3 });
        await submitAll(other);
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'behind' });
      });

      test('a node that is behind on our branch, or restarted empty: nothing', async () => {
        const main = buildChain({ to: 20 });
        await submitAll(main.slice(0, 15));
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'behind', nodeTip: { height: 14 } });
        await subject.reset();
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'behind', nodeTip: { height: 0 } });
      });

      test('a node on another branch with less work: nothing', async () => {
        const main = buildChain({ to: 20 });
        await submitAll(forkAt(main, { at: 10, length: 5 }));
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'behind' });
      });

      test('a tip that only moves back, since the node calls it invalid', async () => {
        const main = buildChain({ to: 12 });
        await submitAll(main);
        await subject.invalidate((main[10] as BuiltBlock).hash);
        expect(await nextStep(node, branchOf(main))).toMatchObject({ kind: 'disconnect', to: 9, reason: 'invalid' });
        expect(await nextStep(node, branchOf(main.slice(0, 12)))).toMatchObject({ kind: 'disconnect', to: 9 });
        expect(await nextStep(node, branchOf(main.slice(0, 10)))).toMatchObject({ kind: 'current' });
      });

      test('a branch that leaves below the first block: everything is disconnected', async () => {
        const main = buildChain({ to: 8 });
        await submitAll(main, forkAt(main, { at: 2, length: 7 }));
        const step = await nextStep(node, branchOf(main, 5));
        expect(step).toMatchObject({ kind: 'disconnect', to: null });
        expect(step.kind === 'disconnect' && step.blocks).toHaveLength(4);
      });
    });

    test('at start: another network and another checkpoint are refused by name', async () => {
      const main = buildChain({ to: 5 });
      await submitAll(main);
      const firstBlock = 1 as Height;
      const [, , , third] = main;
      const checkpoint = { height: 3 as Height, hash: third?.hash as BlockHash };
      expect(await checkNode(node, { firstBlock }, 'regtest')).toMatchObject({ kind: 'ready', isAnchorTrusted: true });
      expect(await checkNode(node, { firstBlock, checkpoint })).toMatchObject({
        kind: 'ready',
        isAnchorTrusted: false,
      });
      await expect(checkNode(node, { firstBlock }, 'mainnet')).rejects.toThrow(WrongNetwork);
      const wrong = { height: 3 as Height, hash: 'ab'.repeat(32) as BlockHash };
      await expect(checkNode(node, { firstBlock, checkpoint: wrong })).rejects.toThrow(CheckpointMismatch);
      const above = { height: 9 as Height, hash: 'ab'.repeat(32) as BlockHash };
      expect(await checkNode(node, { firstBlock, checkpoint: above })).toMatchObject({
        kind: 'syncing',
        blocksLeft: 4,
      });
    });
  });
}

/** Our branch of a virtual chain that begins at `firstBlock`. */
export function branchOf(chain: TestChain, firstBlock = 1): Branch {
  let work = 0n;
  const blocks = chain
    .filter(({ height }) => height >= firstBlock)
    .map(({ height, hash, previousHash, bytes }): BranchBlock => {
      work += workFromBits(parseHeader(bytes.subarray(0, 80)).bits);
      return { height, hash, previousHash, work };
    })
    .reverse();
  return {
    firstBlock: firstBlock as Height,
    tip: blocks[0] ?? null,
    async *ancestors() {
      yield* blocks;
    },
  };
}

function coinbase(block: Uint8Array) {
  return parseTransaction(block.subarray(81));
}
