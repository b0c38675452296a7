import type { LogEvent } from '@virtualchain/protocol';
import { REMEMBERED_SPANS_MAX } from './limits.ts';
import type { KnownBlock } from './port.ts';

/** The records from one sequence to another, and what they belong to: a block's hash, a writer, or the log itself. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly owner: string;
}

/** The newest records that were accepted, by what they belong to. */
export class RememberedSpans {
  readonly #spans: Span[];

  constructor(known: readonly KnownBlock[]) {
    this.#spans = known.map(({ fromSequence, toSequence, hash }) => ({
      from: fromSequence,
      to: toSequence,
      owner: hash,
    }));
  }

  add(span: Span): void {
    this.#spans.push(span);
    if (this.#spans.length > REMEMBERED_SPANS_MAX) this.#spans.shift();
  }

  /** What the record at a sequence belongs to; undefined where nothing is remembered of it. */
  ownerAt(sequence: number): string | undefined {
    return this.#spans.findLast(({ from, to }) => from <= sequence && sequence <= to)?.owner;
  }
}

/** The records of a whole block, known by its last one. */
export function spanEndingWith(event: LogEvent): Span {
  const before = event.type === 'operation' ? event.position + 1 : 0;
  return { from: event.sequence - before, to: event.sequence, owner: ownerOf(event) };
}

/** What a record belongs to. */
export function ownerOf(event: LogEvent): string {
  switch (event.type) {
    case 'log.created':
      return event.log;
    case 'writer.started':
      return event.writer;
    case 'operation':
      return event.blockHash;
    case 'block.connected':
    case 'block.disconnected':
      return event.hash;
  }
}
