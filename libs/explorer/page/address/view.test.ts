import { expect, test } from '@jest/globals';
import { keyPath, placePath, viewOf, withQuery } from './view.ts';

const place = { chain: 'kv', machine: 'kv' };

test.each([
  ['/', { kind: 'overview' }],
  ['/search', { kind: 'search' }],
  ['/chains/kv/machines/kv', { kind: 'machine', place }],
  ['/chains/kv/machines/kv/', { kind: 'machine', place }],
  ['/chains/kv/machines/kv/blocks/101', { kind: 'block', block: '101', place }],
  ['/chains/kv/machines/kv/collections/names', { kind: 'collection', collection: 'names', place }],
  ['/chains/kv/machines/kv/collections/names/rows/a%2Fb', { kind: 'key', collection: 'names', key: ['a/b'], place }],
  ['/chains/kv/machines/kv/collections/names/rows', { kind: 'nothing' }],
  ['/chains/kv/machines/kv/elsewhere', { kind: 'nothing' }],
  ['/chains/kv', { kind: 'nothing' }],
  ['/%zz', { kind: 'nothing' }],
])('%s shows %j', (path, view) => expect(viewOf(path)).toEqual(view));

test('what an address is made of is read back, whatever a key holds', () => {
  for (const key of [
    ['a b', '100%'],
    ['ü/?#', '7'],
    ['..', '-1'],
  ])
    expect(viewOf(keyPath(place, 'names', key))).toEqual({ kind: 'key', collection: 'names', key, place });
  expect(viewOf(placePath(place, 'names', 'a.b'))).toEqual({ kind: 'name', name: 'a.b', place });
});

test('parameters that are not given are left out', () =>
  expect(withQuery('/blocks', { at: 5, after: undefined, q: '', text: 'a&b' })).toBe('/blocks?at=5&text=a%26b'));
