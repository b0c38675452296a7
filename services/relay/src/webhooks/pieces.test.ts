import { expect, test } from '@jest/globals';
import type { Told } from '@virtualchain/subscriptions';
import fc from 'fast-check';
import { DELIVERY_CHARACTERS_MAX, ENTRIES_PER_DELIVERY_MAX } from '../limits.ts';
import { piecesOf } from './pieces.ts';

/** Entries of these lengths. */
const toldOf = (lengths: readonly number[]): readonly Told[] =>
  lengths.map((length, i) => ({ place: i + 1, cursor: `f:${i + 1}`, kind: 'entry', text: 'a'.repeat(length) }));

const blocks = fc
  .array(fc.oneof(fc.constant(1), fc.integer({ min: 1, max: DELIVERY_CHARACTERS_MAX * 1.5 })), { maxLength: 12 })
  .chain((large) => fc.nat({ max: 3 * ENTRIES_PER_DELIVERY_MAX }).map((small) => [...large, ...Array(small).fill(2)]));

test('everything is told once, in order, in pieces that are small enough, or of one entry', () =>
  fc.assert(
    fc.property(blocks, (lengths) => {
      const told = toldOf(lengths);
      const pieces = piecesOf(told, 'f:end');
      expect(pieces.flatMap((piece) => piece.told)).toEqual(told);
      for (const { told: entries } of pieces) {
        expect(entries.length).toBeLessThanOrEqual(ENTRIES_PER_DELIVERY_MAX);
        const characters = entries.reduce((sum, { text }) => sum + text.length, 0);
        expect(entries.length === 1 || characters <= DELIVERY_CHARACTERS_MAX).toBe(true);
      }
      expect(pieces.map(({ cursor }) => cursor)).toEqual(
        pieces.map((piece, i) => (i === pieces.length - 1 ? 'f:end' : piece.told.at(-1)?.cursor)),
      );
    }),
    { numRuns: 50 },
  ));

test('whoever begins again behind a piece gets the same pieces after it', () =>
  fc.assert(
    fc.property(blocks, fc.nat(), (lengths, at) => {
      const told = toldOf(lengths);
      const pieces = piecesOf(told, 'f:end');
      const taken = pieces.length === 0 ? 0 : at % pieces.length;
      const done = pieces.slice(0, taken).reduce((sum, piece) => sum + piece.told.length, 0);
      expect(piecesOf(told.slice(done), 'f:end')).toEqual(pieces.slice(taken));
    }),
    { numRuns: 50 },
  ));
