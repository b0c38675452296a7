import { expect, test } from '@jest/globals';
import {
  accountBalance,
  accountHistory,
  accountRecord,
  accountsAt,
  accountTokens,
  consensusHashAt,
  consensusHashes,
  countOperationsAt,
  heightOfConsensusHash,
  nameCost,
  namespaceCost,
  operationsAt,
  opsHashAt,
  transactionStatus,
} from '@virtualchain/machine-bns';
import type { StoredHashes } from '@virtualchain/projection';
import { addressOf, FOO_SATOSHIS, FOO_TOKENS, INITIAL_HASH, NAMESPACE_TOKENS } from '../kit/bns-steps.ts';
import { type Asked, RICH, VESTED } from './bns-queries-history.ts';

const [w0, w2] = ['w0', 'w2'].map(addressOf) as [string, string];

/** Operations, consensus hashes, accounts and prices on the main branch of `livesOfNames`. */
export function queriesOfBlocks({ at, txid }: Asked, hashes: () => Promise<readonly StoredHashes[]>): void {
  test('operations of a block: accepted ones counted and paged, others on request', () =>
    at(120, async (view) => {
      expect(await countOperationsAt(view, 107)).toBe(3);
      expect(await countOperationsAt(view, 121)).toBe(0);
      const accepted = await operationsAt(view, 107);
      expect(accepted.map(({ event }) => event.position)).toEqual([0, 1, 3]);
      expect(await operationsAt(view, 107, { after: 1, limit: 1 })).toMatchObject([{ event: { position: 3 } }]);
      const all = await operationsAt(view, 107, { verdict: 'any' });
      expect(all.map(({ verdict }) => verdict.kind)).toEqual([
        'accepted',
        'accepted',
        'rejected',
        'accepted',
        'ignored',
      ]);
      expect(all[0]?.changedKeys).toEqual([['names', ['foo.test']]]);
      expect(all[0]?.event).toMatchObject({ name: 'name_update', txid: txid(107, 0), height: 107 });
      expect(await operationsAt(view, 121, { verdict: 'any' })).toEqual([]);
    }));

  test('what became of a transaction: accepted, rejected and why, ignored and why, or not known', () =>
    at(108, async (view) => {
      expect(await transactionStatus(view, txid(107, 1))).toMatchObject({ status: 'accepted', reason: null });
      expect(await transactionStatus(view, txid(107, 2))).toMatchObject({
        status: 'rejected',
        reason: { code: 'NAME_UNKNOWN' },
        operation: { event: { height: 107, position: 2 }, changedKeys: [] },
      });
      expect(await transactionStatus(view, txid(107, 4))).toMatchObject({
        status: 'ignored',
        reason: { code: 'OPCODE_UNKNOWN' },
      });
      expect(await transactionStatus(view, txid(109, 0))).toEqual({ status: 'unknown' });
      expect(await transactionStatus(view, 'ab\u0000')).toEqual({ status: 'unknown' });
    }));

  test('consensus hashes both ways, those before the first block too, none from above the height', async () => {
    const stored = new Map((await hashes()).map((block) => [block.height, block]));
    const sealed = stored.get(110)?.consensusHash ?? '';
    await at(110, async (view) => {
      expect(await consensusHashAt(view, 110)).toBe(sealed);
      expect(await opsHashAt(view, 110)).toBe(stored.get(110)?.opsHash);
      expect(await heightOfConsensusHash(view, sealed)).toBe(110);
      expect(await consensusHashAt(view, 111)).toBeNull();
      expect(await opsHashAt(view, 111)).toBeNull();
      expect(await consensusHashAt(view, 100)).toBe(INITIAL_HASH);
      expect(await heightOfConsensusHash(view, INITIAL_HASH)).toBe(100);
      const many = Array.from({ length: 40 }, (_, index) => 90 + index);
      expect((await consensusHashes(view, many)).size).toBe(32);
      expect(await consensusHashes(view, [96, 97, 111])).toEqual(
        new Map([
          [96, null],
          [97, INITIAL_HASH],
          [111, null],
        ]),
      );
    });
    expect(await at(109, (view) => heightOfConsensusHash(view, sealed))).toBeNull();
  });

  test('accounts: balances, records and histories as of the height', async () => {
    const balance = (height: number, address: string) => at(height, (view) => accountBalance(view, address));
    expect(await balance(100, w0)).toBe(RICH);
    expect(await balance(101, w0)).toBe(RICH - NAMESPACE_TOKENS);
    expect(await balance(107, w0)).toBe(RICH - NAMESPACE_TOKENS - 1000n);
    expect(await balance(107, w2)).toBe(RICH + 1000n);
    expect([await balance(109, addressOf('vested')), await balance(110, addressOf('vested'))]).toEqual([
      5n,
      5n + VESTED,
    ]);
    expect(await balance(110, addressOf('nobody'))).toBe(0n);
    await at(110, async (view) => {
      expect(await accountTokens(view, w0)).toEqual(['STACKS']);
      expect(await accountRecord(view, w0)).toMatchObject({ debit: NAMESPACE_TOKENS + 1000n, block_number: 107 });
      expect(await accountsAt(view, w0)).toEqual([await accountRecord(view, w0)]);
      expect(await accountTokens(view, addressOf('nobody'))).toEqual([]);
      const history = await accountHistory(view, w0);
      expect(history.map(({ height, operations }) => [height, operations.map(({ event }) => event.name)])).toEqual([
        [107, ['token_transfer']],
        [101, ['namespace_preorder']],
        [100, []],
      ]);
      expect((await accountHistory(view, addressOf('vested'))).map(({ height }) => height)).toEqual([110, 100]);
    });
  });

  test('what names and namespaces cost', () =>
    at(105, async (view) => {
      expect(await nameCost(view, 'foo.test')).toMatchObject({
        unit: 'BTC',
        amount: FOO_SATOSHIS,
        microStacks: FOO_TOKENS,
        payTo: '1111111111111111111114oLvT2',
      });
      expect(await nameCost(view, 'foo.none')).toBeNull();
      expect(await nameCost(view, 'Foo.test')).toBeNull();
      expect(await namespaceCost(view, 'test')).toEqual({ unit: 'STACKS', amount: 6_400_000_000n, isTaken: true });
      expect(await namespaceCost(view, 'x')).toEqual({ unit: 'STACKS', amount: 640_000_000_000n, isTaken: false });
      expect(await namespaceCost(view, 'No')).toBeNull();
    }));
}
