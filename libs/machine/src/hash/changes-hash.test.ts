import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { bigint, bytes, collection, legacyFloat, nullable, text } from '../state/collection.ts';
import { encodeTuple } from '../state/key-order.ts';
import { changesHash, nextCollectionHash, toldChanges } from './changes-hash.ts';
import { LegacyFloat } from './field-value.ts';

const accounts = collection({
  columns: { id: bytes(), note: nullable(text()), balance: bigint(), rate: legacyFloat() },
  key: ['id'],
});

const sha256 = (...parts: readonly Uint8Array[]): string =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const uint32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
};
const entry = (json: string): Buffer => Buffer.concat([uint32(Buffer.byteLength(json)), Buffer.from(json)]);

test('C(h) is sha256 over the hash before, the height, and one entry a changed key in key order (contract §4)', () => {
  const previous = '11'.repeat(32);
  const row = (id: number, note: string | null, balance: bigint) => ({
    id: Uint8Array.of(id),
    note,
    balance,
    rate: new LegacyFloat(1.5),
  });
  const change = (id: number, before: ReturnType<typeof row> | null, after: ReturnType<typeof row> | null) => ({
    collection: 'accounts',
    key: encodeTuple(accounts.columns, accounts.key, { id: Uint8Array.of(id) }),
    before,
    after,
  });
  const changes = [change(2, row(2, '', 1n), null), change(1, null, row(1, null, 9_007_199_254_740_993n))];
  const wanted = sha256(
    Buffer.from(previous, 'hex'),
    uint32(7),
    entry('[["01"],{"balance":"9007199254740993","id":"01","note":null,"rate":"3ff8000000000000"}]'),
    entry('[["02"],null]'),
  );
  expect(nextCollectionHash(previous, 7, toldChanges(accounts, changes))).toBe(wanted);
});

test.each([
  ['two bytes a character', 'é'],
  ['four bytes a character', '😀'],
])('lengths are those of UTF-8: %s', (_, note) => {
  const previous = '00'.repeat(32);
  const rows = [1, 2].map((id) => ({ id: Uint8Array.of(id), note: id === 2 ? note : 'a', balance: 0n, rate: null }));
  const columns = { id: bytes(), note: nullable(text()), balance: bigint(), rate: nullable(legacyFloat()) };
  const noted = collection({ columns, key: ['id'] });
  const changes = rows.map((after) => {
    return { collection: 'noted', key: encodeTuple(noted.columns, noted.key, after), before: null, after };
  });
  const wanted = sha256(
    Buffer.from(previous, 'hex'),
    uint32(9),
    entry('[["01"],{"balance":"0","id":"01","note":"a","rate":null}]'),
    entry(`[["02"],{"balance":"0","id":"02","note":"${note}","rate":null}]`),
  );
  expect(nextCollectionHash(previous, 9, toldChanges(noted, changes))).toBe(wanted);
});

test('the changes hash covers all collections, sorted by name', () => {
  const [a, b] = ['aa'.repeat(32), 'bb'.repeat(32)];
  const wanted = sha256(Buffer.from('a\u0000'), Buffer.from(a, 'hex'), Buffer.from('b\u0000'), Buffer.from(b, 'hex'));
  expect(changesHash({ b, a })).toBe(wanted);
});
