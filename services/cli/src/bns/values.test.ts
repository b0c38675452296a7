import { expect, test } from '@jest/globals';
import { hash160Of, microStacksOf, nameOf, namespaceOf, revealOptionsOf } from './values.ts';

test('a namespace has the prices of the usual setup of the scenarios where nothing is said', () => {
  expect(revealOptionsOf({})).toEqual({
    lifetime: 52_595,
    coeff: 250,
    base: 4,
    buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    nonAlphaDiscount: 10,
    noVowelDiscount: 10,
    namespaceVersion: 1,
  });
});

test('what is said is taken, and infinite is the lifetime that never ends', () => {
  const buckets = '15,14,13,12,11,10,9,8,7,6,5,4,3,2,1,0';
  const typed = { lifetime: 'infinite', coefficient: '255', base: '0', buckets, nonAlphaDiscount: '1' };
  expect(revealOptionsOf({ ...typed, launcher: 'x', namespaceVersion: '3' })).toMatchObject({
    launcher: 'x',
    lifetime: 0xffffffff,
    coeff: 255,
    base: 0,
    buckets: [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    nonAlphaDiscount: 1,
    namespaceVersion: 3,
  });
});

test.each([
  ['a lifetime beyond 32 bits', { lifetime: '4294967296' }, '--lifetime'],
  ['a coefficient of two bytes', { coefficient: '256' }, '--coefficient'],
  ['a base below 0', { base: '-1' }, '--base'],
  ['a discount of 0, which would divide', { noVowelDiscount: '0' }, '--no-vowel-discount'],
  ['a discount beyond a nibble', { nonAlphaDiscount: '16' }, '--non-alpha-discount'],
  ['a version that is not known', { namespaceVersion: '4' }, '--namespace-version'],
  ['fifteen buckets', { buckets: '0,0,0,0,0,0,0,0,0,0,0,0,0,0,0' }, '--buckets'],
  ['a bucket beyond a nibble', { buckets: '16,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0' }, '--buckets'],
])('%s is refused by its flag', (_what, typed, flag) => {
  expect(() => revealOptionsOf(typed)).toThrow(flag);
});

test('hashes are 40 hex digits, amounts whole and above 0', () => {
  expect(hash160Of('it', 'ab'.repeat(20))).toBe('ab'.repeat(20));
  for (const text of ['', 'ab', 'zz'.repeat(20), 'ab'.repeat(21)]) expect(() => hash160Of('it', text)).toThrow('it');
  expect(microStacksOf('1000')).toBe(1_000n);
  for (const text of ['', '0', '-1', '1.5', '1e3', '12345678901234567890']) expect(() => microStacksOf(text)).toThrow();
});

test('names and namespaces are read strictly; a dot before a namespace is a habit', () => {
  expect([nameOf('a.id'), namespaceOf('id'), namespaceOf('.id')]).toEqual(['a.id', 'id', 'id']);
  for (const text of ['a', 'A.id', 'a.b.id', '.id', 'a.id\n', `${'a'.repeat(35)}.id`])
    expect(() => nameOf(text)).toThrow('is no name');
  for (const text of ['', '.', '..id', 'ID', 'a'.repeat(20)])
    expect(() => namespaceOf(text)).toThrow('is no namespace');
});
