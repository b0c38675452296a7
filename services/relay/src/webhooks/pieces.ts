import type { Told } from '@virtualchain/subscriptions';
import { DELIVERY_CHARACTERS_MAX, ENTRIES_PER_DELIVERY_MAX } from '../limits.ts';

/** What one delivery tells, and how far all is done with it. */
export interface Piece {
  readonly told: readonly Told[];
  readonly cursor: string;
}

/**
 * Cuts what is told of a block into deliveries. Where it is cut follows from the entries alone, from the first one on: whoever begins
 * again behind a piece gets the same pieces after it, so that a delivery that is tried again after a crash is the same one.
 */
export function piecesOf(told: readonly Told[], cursor: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let [piece, characters]: [Told[], number] = [[], 0];
  for (const entry of told) {
    const isFull = piece.length >= ENTRIES_PER_DELIVERY_MAX || characters + entry.text.length > DELIVERY_CHARACTERS_MAX;
    const last = piece.at(-1);
    if (isFull && last !== undefined) {
      pieces.push({ told: piece, cursor: last.cursor });
      [piece, characters] = [[], 0];
    }
    piece.push(entry);
    characters += entry.text.length;
  }
  if (piece.length > 0) pieces.push({ told: piece, cursor });
  return pieces;
}
