import { expect, test } from '@jest/globals';
import {
  allNames,
  allNamesEver,
  countNames,
  countNamesCreatedBy,
  countNamesEver,
  countNamesInNamespace,
  didOf,
  hadValueHash,
  historicNameAt,
  launchedNamespaces,
  nameAt,
  nameHistory,
  nameOfDid,
  namesCreatedBy,
  namesInNamespace,
  namesOfAddress,
  namespaceAt,
} from '@virtualchain/machine-bns';
import { addressOf, OTHER_VALUE, VALUE } from '../kit/bns-steps.ts';
import type { Asked } from './bns-queries-history.ts';

const [w2, w3, w4] = ['w2', 'w3', 'w4'].map(addressOf) as [string, string, string];

/** Names, namespaces, lists and DIDs on the main branch of `livesOfNames`. */
export function queriesOfNames({ at, txid }: Asked): void {
  test('a name: not there before its registration, and at each height with the owner and value of then', async () => {
    expect(await at(105, (view) => historicNameAt(view, 'foo.test'))).toBeNull();
    const owners = [];
    for (const height of [106, 107, 108, 110, 128] as const) {
      const answer = await at(height, (view) => nameAt(view, 'foo.test'));
      owners.push([height, answer?.record.address, answer?.record.value_hash, answer?.opcode]);
    }
    expect(owners).toEqual([
      [106, w2, VALUE, 'NAME_REGISTRATION'],
      [107, w2, OTHER_VALUE, 'NAME_UPDATE'],
      [108, w3, OTHER_VALUE, 'NAME_TRANSFER'],
      [110, w3, OTHER_VALUE, 'NAME_RENEWAL'],
      [128, w4, null, 'NAME_REGISTRATION'],
    ]);
  });

  test('expiry, grace and what follows from them, at the heights where they turn', async () => {
    // Renewed at 110: 10 blocks of life, 4 of grace.
    const states = [];
    for (const height of [119, 120, 123, 124, 125] as const) {
      const answer = await at(height, (view) => historicNameAt(view, 'foo.test'));
      states.push([height, answer?.isExpired, answer?.isInGrace, answer?.exists]);
      expect(answer).toMatchObject({ expireBlock: 120, renewalDeadline: 124, isRevoked: false, namespace: 'test' });
      expect((await at(height, (view) => nameAt(view, 'foo.test'))) !== null).toBe(answer?.exists);
    }
    expect(states).toEqual([
      [119, false, false, true],
      [120, true, true, true],
      [123, true, true, true],
      [124, true, false, true],
      [125, true, false, false],
    ]);
  });

  test('before the launch there is no deadline, and a revoked name exists', async () => {
    expect(await at(103, (view) => nameAt(view, 'imp.test'))).toMatchObject({
      expireBlock: -1,
      renewalDeadline: -1,
      isExpired: false,
      opcode: 'NAME_IMPORT',
    });
    expect(await at(104, (view) => nameAt(view, 'imp.test'))).toMatchObject({ expireBlock: 114, renewalDeadline: 118 });
    expect(await at(108, (view) => nameAt(view, 'bar.test'))).toMatchObject({ isRevoked: false });
    expect(await at(109, (view) => nameAt(view, 'bar.test'))).toMatchObject({ isRevoked: true, exists: true });
  });

  test('history: newest first, both lives, with the operations of each block; nothing above the height', async () => {
    const history = await at('tip', (view) => nameHistory(view, 'foo.test'));
    expect(history.map(({ height, until, record }) => [height, until, record.op])).toEqual([
      [127, null, ':'],
      [110, 127, '::'],
      [108, 110, '>>'],
      [107, 108, '+'],
      [106, 107, ':'],
    ]);
    expect(history[3]?.operations.map(({ event }) => event.txid)).toEqual([txid(107, 0), txid(107, 1)]);
    const past = await at(107, (view) => nameHistory(view, 'foo.test'));
    expect(past.map(({ height, until }) => [height, until])).toEqual([
      [107, null],
      [106, 107],
    ]);
    expect(await at('tip', (view) => nameHistory(view, 'foo.test', 1))).toEqual([]);
  });

  test('a value hash that a name once had is known from its height on', async () => {
    expect(await at('tip', (view) => hadValueHash(view, 'foo.test', VALUE))).toBe(true);
    expect(await at('tip', (view) => hadValueHash(view, 'bar.test', VALUE))).toBe(false);
    expect(await at(106, (view) => hadValueHash(view, 'foo.test', OTHER_VALUE))).toBe(false);
  });

  test('namespaces: revealed, launched, listed', async () => {
    expect(await at(101, (view) => namespaceAt(view, 'test'))).toBeNull();
    expect(await at(102, (view) => namespaceAt(view, 'test'))).toMatchObject({
      isReady: false,
      opcode: 'NAMESPACE_REVEAL',
    });
    expect(await at(104, (view) => namespaceAt(view, 'test'))).toMatchObject({
      isReady: true,
      record: { lifetime: 5, ready_block: 104, recipient_address: addressOf('w1') },
    });
    expect(await at(103, launchedNamespaces)).toEqual([]);
    expect(await at('tip', launchedNamespaces)).toEqual(['test']);
  });

  test.each([
    [102, []],
    [103, ['imp.test']],
    [106, ['bar.test', 'foo.test', 'imp.test']],
    [117, ['bar.test', 'foo.test', 'imp.test']],
    [118, ['bar.test', 'foo.test']],
    [120, ['bar.test', 'foo.test']],
    [121, ['foo.test']],
    [125, []],
    [127, ['foo.test']],
  ] as const)('lists at %d: %j', (height, names) =>
    at(height, async (view) => {
      expect(await allNames(view)).toEqual(names);
      expect(await namesInNamespace(view, 'test')).toEqual(names);
      expect([await countNames(view), await countNamesInNamespace(view, 'test')]).toEqual([names.length, names.length]);
      const ever = [106, 103].findIndex((from) => height >= from);
      const everNames = [['bar.test', 'foo.test', 'imp.test'], ['imp.test'], []].at(ever) ?? [];
      expect(await allNamesEver(view)).toEqual(everNames);
      expect(await countNamesEver(view)).toBe(everNames.length);
    }),
  );

  test('pages of lists begin behind a name, and hold no more than asked for', () =>
    at(106, async (view) => {
      for (const list of [allNames, allNamesEver] as const) {
        expect(await list(view, { limit: 2 })).toEqual(['bar.test', 'foo.test']);
        expect(await list(view, { limit: 2, after: 'foo.test' })).toEqual(['imp.test']);
        expect(await list(view, { limit: 0 })).toEqual([]);
      }
      expect(await namesInNamespace(view, 'test', { limit: 1, after: 'bar.test' })).toEqual(['foo.test']);
      expect(await namesInNamespace(view, 'none')).toEqual([]);
      expect(await allNames(view, { after: 'foo.test\u0000' })).toEqual(['imp.test']);
    }));

  test('names of an address: live and not revoked, as of the height', async () => {
    const owned = (height: number, address: string) => at(height, (view) => namesOfAddress(view, address));
    expect(await owned(107, w3)).toEqual(['bar.test']);
    expect(await owned(108, w3)).toEqual(['bar.test', 'foo.test']);
    expect(await at(108, (view) => namesOfAddress(view, w3, { after: 'bar.test' }))).toEqual(['foo.test']);
    expect(await owned(109, w3)).toEqual(['foo.test']);
    expect(await owned(108, w2)).toEqual([]);
    expect(await owned(117, w4)).toEqual(['imp.test']);
    expect(await owned(118, w4)).toEqual([]);
  });

  test('names that an address created, in the order of the chain, whoever owns them now', async () => {
    const created = (height: number, address: string) => at(height, (view) => namesCreatedBy(view, address));
    expect((await created(128, w4)).map(({ name, height }) => [name, height])).toEqual([
      ['imp.test', 103],
      ['foo.test', 127],
    ]);
    expect((await created(128, w2)).map(({ name, height }) => [name, height])).toEqual([['foo.test', 106]]);
    expect(await at(126, (view) => countNamesCreatedBy(view, w4))).toBe(1);
    expect(await at(128, (view) => namesCreatedBy(view, w4, { offset: 1, limit: 1 }))).toMatchObject([{ height: 127 }]);
  });

  test('a DID follows its name through a transfer and beyond expiry, and ends with revocation or a new life', async () => {
    expect(await at(108, (view) => didOf(view, 'foo.test'))).toBe(`did:stack:v0:${w2}-0`);
    expect((await at(127, (view) => nameAt(view, 'foo.test')))?.did).toBe(`did:stack:v0:${w4}-1`);
    expect(await at('tip', (view) => didOf(view, 'never.test'))).toBeNull();
    const resolve = (height: number, did: string) => at(height, (view) => nameOfDid(view, did));
    expect(await resolve(108, `did:stack:v0:${w2}-0`)).toMatchObject({
      kind: 'name',
      name: { name: 'foo.test', record: { address: w3 } },
    });
    expect(await resolve(125, `did:stack:v0:${w2}-0`)).toMatchObject({ kind: 'name', name: { isExpired: true } });
    expect(await resolve(127, `did:stack:v0:${w2}-0`)).toEqual({ kind: 'ended', name: 'foo.test', by: 'registration' });
    expect(await resolve(127, `did:stack:v0:${w4}-1`)).toMatchObject({ kind: 'name', name: { name: 'foo.test' } });
    expect(await resolve(126, `did:stack:v0:${w4}-1`)).toEqual({ kind: 'unknown' });
    expect(await resolve(108, `did:stack:v0:${w3}-0`)).toMatchObject({ kind: 'name', name: { name: 'bar.test' } });
    expect(await resolve(109, `did:stack:v0:${w3}-0`)).toEqual({ kind: 'ended', name: 'bar.test', by: 'revocation' });
    expect(await resolve(109, 'did:stack:v0:nobody')).toEqual({ kind: 'unknown' });
  });
}
