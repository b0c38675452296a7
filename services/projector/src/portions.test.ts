import { expect, test } from '@jest/globals';
import type { LogChange } from '@virtualchain/operation-log';
import { portions } from './portions.ts';

const MIB = 1024 * 1024;

/** A block of so many operations, and so many bytes in all. */
const block = (operations: number, bytes = operations): LogChange =>
  ({
    kind: 'connected',
    operations: new Array(operations).fill({}),
    operationBytes: operations === 0 ? [] : [{ length: bytes }],
  }) as unknown as LogChange;
const taken = { kind: 'disconnected' } as LogChange;
const sizes = (changes: readonly LogChange[]): number[] => [...portions(changes)].map(({ length }) => length);

test.each([
  ['nothing', [], []],
  ['few small blocks, taken back or not', [block(3), taken, block(0)], [3]],
  ['many blocks', Array.from({ length: 450 }, () => block(1)), [200, 200, 50]],
  ['many operations', [block(3_000), block(2_000), block(1), block(9_000), block(1)], [2, 1, 1, 1]],
  ['many bytes', [block(1, 40 * MIB), block(1, 24 * MIB), block(1, 1), block(1, 100 * MIB), taken], [2, 1, 1, 1]],
])('a transaction holds no more than fits: %s', (_what, changes, expected) => {
  expect(sizes(changes)).toEqual(expected);
});
