import type { Selection } from './selection.ts';

/** One entry as a subscriber gets it. */
export interface Told {
  /** Among all entries of its stream. */
  readonly place: number;
  /** Where to go on behind it. */
  readonly cursor: string;
  readonly kind: string;
  /** JSON. */
  readonly text: string;
}

/** A block that came or one that went, with what subscribers are told of it. */
export interface Unit {
  readonly kind: 'connected' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  /** Of its first entry, and of its last. */
  readonly place: number;
  readonly lastPlace: number;
  /** Where to go on to get all of it, and to get what follows it. */
  readonly before: string;
  readonly after: string;
  /** Characters of all that is told of it, about. */
  readonly size: number;
  /** The entries that a subscriber wants. */
  told(selection: Selection): readonly Told[];
}

/** The newest block of a stream. */
export interface Tip {
  readonly height: number;
  readonly hash: string;
}

/** A stream of units that many subscribers read from, each from its own cursor. */
export interface Source {
  /** The newest block; null before the first. */
  readonly tip: Tip | null;
  /**
   * Units behind a cursor, the rest of one that it lies in included. At the end waits for the next one, or for the signal: then
   * answers with none.
   *
   * @throws StreamEnded where there is nothing to go on with, and what reading throws.
   */
  unitsAfter(cursor: string, signal: AbortSignal): Promise<readonly Unit[]>;
  /** The same without waiting. */
  unitsNow(cursor: string): Promise<readonly Unit[]>;
  /** How far a cursor is. */
  placeOf(cursor: string): number;
}
