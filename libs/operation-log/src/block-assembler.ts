import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type {
  BlockConnected,
  BlockDisconnected,
  LogCreated,
  LogEvent,
  OperationEvent,
  WriterStarted,
} from '@virtualchain/protocol';
import { DigestMismatch, LogForked, LogReplaced, ParentMismatch, RecordInvalid, SequenceGap } from './errors.ts';
import type { Cursor, KnownBlock, LogChange, LogRecord } from './port.ts';
import { decodeRecord } from './record/event-codec.ts';
import { RunningDigest } from './record/running-digest.ts';
import { ownerOf, RememberedSpans, spanEndingWith } from './spans.ts';

/** Where to go on: a cursor, the record it names as the log has it, and the first block of the log's chain. */
export interface Anchor {
  readonly cursor: Cursor;
  readonly event: LogEvent;
  readonly firstBlock: Height;
}

/** A record as it was when it was accepted. */
export interface Accepted {
  readonly offset: bigint;
  readonly sequence: number;
  readonly epoch: number;
  readonly owner: string;
}

/** Turns records into whole blocks, or into the fault that forbids it. */
export interface BlockAssembler {
  /** The log being followed; null before its first record. */
  readonly log: string | null;
  /** The newest record that was accepted; null before the first. */
  readonly last: Accepted | null;
  /** Takes the next record; answers with a change when the record completes one. */
  accept(record: LogRecord): LogChange | null;
}

interface UnfinishedBlock {
  readonly event: BlockConnected;
  readonly offset: bigint;
  readonly operations: OperationEvent[];
  readonly operationBytes: Uint8Array[];
}

/**
 * Puts the records of one topic together into blocks. It accepts `sequence = last + 1` with a fitting parent from the newest epoch,
 * skips older epochs, absorbs a repeated record when it belongs to the block known at that sequence, and gives every
 * other record the name of its fault. It never guesses.
 */
export function createBlockAssembler(
  topic: string,
  anchor: Anchor | null,
  known: readonly KnownBlock[] = [],
): BlockAssembler {
  return new TopicAssembler(topic, anchor, known);
}

class TopicAssembler implements BlockAssembler {
  readonly #topic: string;
  readonly #spans: RememberedSpans;
  #log: string | null;
  #epoch: number;
  #writer: string;
  #sequence: number;
  #firstBlock: Height | null;
  #tip: { readonly height: Height; readonly hash: BlockHash } | null;
  #unfinished: UnfinishedBlock | null = null;
  /** Of the operations of the unfinished block. */
  readonly #digest = new RunningDigest();
  #last: Accepted | null;

  constructor(topic: string, anchor: Anchor | null, known: readonly KnownBlock[]) {
    const cursor = anchor?.cursor;
    this.#topic = topic;
    this.#spans = new RememberedSpans(known);
    this.#log = cursor?.log ?? null;
    this.#epoch = cursor?.epoch ?? 0;
    this.#writer = cursor?.writer ?? '';
    this.#sequence = cursor?.sequence ?? 0;
    this.#firstBlock = anchor?.firstBlock ?? null;
    this.#tip = cursor?.hash != null && cursor.height != null ? { height: cursor.height, hash: cursor.hash } : null;
    this.#last = anchor && acceptedAs(anchor.event, anchor.cursor.offset);
    if (anchor !== null) this.#spans.add(spanEndingWith(anchor.event));
  }

  get log(): string | null {
    return this.#log;
  }

  get last(): Accepted | null {
    return this.#last;
  }

  accept(record: LogRecord): LogChange | null {
    const event = decodeRecord(this.#topic, record);
    const before = this.#sequence;
    const change = this.#place(event, record);
    if (this.#sequence > before) this.#last = acceptedAs(event, record.offset);
    return change;
  }

  #place(event: LogEvent, record: LogRecord): LogChange | null {
    const { offset } = record;
    if (this.#log !== null && event.log !== this.#log) {
      throw new LogReplaced(this.#topic, offset, `the record belongs to log ${event.log}, ours is ${this.#log}`);
    }
    if (event.epoch < this.#epoch) return null;
    this.#refuseSecondWriter(event, offset);
    if (event.sequence > this.#sequence + 1) {
      throw new SequenceGap(this.#topic, offset, this.#sequence + 1, event.sequence);
    }
    if (event.sequence <= this.#sequence) return this.#absorb(event, offset);
    if (event.epoch > this.#epoch && event.type !== 'writer.started') {
      throw new RecordInvalid(this.#topic, offset, `epoch ${event.epoch} was not opened by a writer`);
    }
    if (this.#log === null && event.type !== 'log.created') {
      throw new RecordInvalid(this.#topic, offset, `the first record is ${event.type}, not log.created`);
    }
    this.#sequence = event.sequence;
    switch (event.type) {
      case 'log.created':
        return this.#begin(event, offset);
      case 'writer.started':
        return this.#startWriter(event);
      case 'block.connected':
        return this.#connect(event, offset);
      case 'operation':
        return this.#addOperation(event, record);
      case 'block.disconnected':
        return this.#disconnect(event, offset);
    }
  }

  #refuseSecondWriter({ type, epoch, writer }: LogEvent & { readonly writer?: string }, offset: bigint): void {
    if (epoch === this.#epoch && type === 'writer.started' && writer !== this.#writer && epoch > 0) {
      throw new LogForked(this.#topic, offset, `writers ${this.#writer} and ${writer} both opened epoch ${epoch}`);
    }
  }

  /** A record at or below the newest sequence changes nothing when it says what is known there. */
  #absorb(event: LogEvent, offset: bigint): null {
    const owner = ownerOf(event);
    if (event.epoch > this.#epoch) {
      const below = `starts over at sequence ${event.sequence}, below ${this.#sequence}`;
      throw new LogForked(this.#topic, offset, `epoch ${event.epoch} ${below}`);
    }
    const unfinished = this.#unfinished?.event;
    const ours =
      unfinished !== undefined && event.sequence >= unfinished.sequence
        ? unfinished.hash
        : this.#spans.ownerAt(event.sequence);
    if (ours === owner) return null;
    const known = `known was ${ours ?? 'nothing'}`;
    throw new LogForked(this.#topic, offset, `sequence ${event.sequence} is of ${owner}, ${known}`);
  }

  #begin(event: LogCreated, offset: bigint): null {
    if (this.#log !== null) throw new RecordInvalid(this.#topic, offset, 'a second log.created');
    this.#log = event.log;
    this.#firstBlock = event.firstBlock;
    this.#spans.add({ from: 1, to: 1, owner: event.log });
    return null;
  }

  #startWriter(event: WriterStarted): null {
    if (this.#unfinished !== null) {
      const { sequence, hash } = this.#unfinished.event;
      this.#spans.add({ from: sequence, to: event.sequence - 1, owner: hash });
      this.#unfinished = null;
    }
    this.#epoch = event.epoch;
    this.#writer = event.writer;
    this.#spans.add({ from: event.sequence, to: event.sequence, owner: event.writer });
    return null;
  }

  #connect(event: BlockConnected, offset: bigint): LogChange | null {
    this.#refuseInsideBlock(event, offset);
    const tip = this.#tip;
    if (tip !== null && (event.previousHash !== tip.hash || event.height !== tip.height + 1)) {
      const found = `block ${event.height} ${event.hash} builds on ${event.previousHash}`;
      throw new ParentMismatch(this.#topic, offset, `${found}, the branch ends with ${tip.height} ${tip.hash}`);
    }
    if (tip === null && this.#firstBlock !== null && event.height !== this.#firstBlock) {
      const begins = `the branch begins at ${event.height}, the chain at ${this.#firstBlock}`;
      throw new ParentMismatch(this.#topic, offset, begins);
    }
    this.#digest.clear();
    this.#unfinished = { event, offset, operations: [], operationBytes: [] };
    return this.#finish(this.#unfinished, offset);
  }

  #addOperation(event: OperationEvent, { offset, value }: LogRecord): LogChange | null {
    const unfinished = this.#unfinished;
    if (unfinished === null) throw new RecordInvalid(this.#topic, offset, 'an operation outside of a block');
    const block = unfinished.event;
    const position = unfinished.operations.length;
    if (event.blockHash !== block.hash || event.height !== block.height || event.position !== position) {
      const found = `operation ${event.position} of block ${event.blockHash}`;
      const detail = `${found} stands in place of operation ${position} of ${block.hash}`;
      throw new RecordInvalid(this.#topic, offset, detail);
    }
    unfinished.operations.push(event);
    unfinished.operationBytes.push(value);
    this.#digest.update(value);
    return this.#finish(unfinished, offset);
  }

  /** Hands the block on once its operations are all there. */
  #finish(block: UnfinishedBlock, offset: bigint): LogChange | null {
    const { event, operations, operationBytes } = block;
    if (operations.length < event.operationCount) return null;
    const hash = event.hash;
    if (this.#digest.taken() !== event.digest) throw new DigestMismatch(this.#topic, block.offset, hash);
    this.#unfinished = null;
    this.#tip = { height: event.height, hash };
    this.#spans.add({ from: event.sequence, to: this.#sequence, owner: hash });
    const cursor = this.#cursorAt(offset);
    return { kind: 'connected', event, operations, operationBytes, offset: block.offset, cursor };
  }

  #disconnect(event: BlockDisconnected, offset: bigint): LogChange {
    this.#refuseInsideBlock(event, offset);
    const tip = this.#tip;
    if (tip === null || event.hash !== tip.hash || event.height !== tip.height) {
      const ours = tip === null ? 'is empty' : `ends with ${tip.height} ${tip.hash}`;
      throw new ParentMismatch(this.#topic, offset, `block ${event.height} ${event.hash} leaves, the branch ${ours}`);
    }
    this.#tip =
      event.height === this.#firstBlock ? null : { height: (event.height - 1) as Height, hash: event.previousHash };
    this.#spans.add({ from: event.sequence, to: event.sequence, owner: event.hash });
    return { kind: 'disconnected', event, offset, cursor: this.#cursorAt(offset) };
  }

  #refuseInsideBlock(event: LogEvent, offset: bigint): void {
    if (this.#unfinished === null) return;
    const { hash, operationCount } = this.#unfinished.event;
    const seen = `${this.#unfinished.operations.length} of ${operationCount} operations`;
    throw new RecordInvalid(this.#topic, offset, `${event.type} after ${seen} of block ${hash}`);
  }

  #cursorAt(offset: bigint): Cursor {
    return {
      log: this.#log ?? '',
      epoch: this.#epoch,
      writer: this.#writer,
      sequence: this.#sequence,
      offset,
      height: this.#tip?.height ?? null,
      hash: this.#tip?.hash ?? null,
    };
  }
}

function acceptedAs(event: LogEvent, offset: bigint): Accepted {
  return { offset, sequence: event.sequence, epoch: event.epoch, owner: ownerOf(event) };
}
