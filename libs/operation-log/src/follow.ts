import { createHash, type Hash } from 'node:crypto';
import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type {
  BlockConnected,
  BlockDisconnected,
  LogEvent,
  OperationEvent,
  WriterStarted,
} from '@virtualchain/protocol';
import { DigestMismatch, LogForked, LogReplaced, ParentMismatch, RecordInvalid, SequenceGap } from './errors.ts';
import { REMEMBERED_SPANS_MAX } from './limits.ts';
import type { Cursor, KnownBlock, LogChange, LogRecord } from './port.ts';
import { decodeRecord } from './record/event-codec.ts';

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
export interface Follower {
  /** The log being followed; null before its first record. */
  readonly log: string | null;
  /** The newest record that was accepted; null before the first. */
  readonly last: Accepted | null;
  /** Takes the next record; answers with a change when the record completes one. */
  accept(record: LogRecord): LogChange | null;
}

/** The records from one sequence to another, and what they belong to: a block's hash, a writer, or the log itself. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly owner: string;
}

interface UnfinishedBlock {
  readonly event: BlockConnected;
  readonly offset: bigint;
  readonly operations: OperationEvent[];
  readonly operationBytes: Uint8Array[];
  readonly digest: Hash;
}

/**
 * Follows one topic, record by record. It accepts `sequence = last + 1` with a fitting parent from the newest epoch,
 * skips older epochs, absorbs a repeated record when it belongs to the block known at that sequence, and gives every
 * other record the name of its fault. It never guesses.
 */
export function createFollower(topic: string, anchor: Anchor | null, known: readonly KnownBlock[] = []): Follower {
  let log = anchor?.cursor.log ?? null;
  let epoch = anchor?.cursor.epoch ?? 0;
  let writer = anchor?.cursor.writer ?? '';
  let sequence = anchor?.cursor.sequence ?? 0;
  let firstBlock = anchor?.firstBlock ?? null;
  let tip: { readonly height: Height; readonly hash: BlockHash } | null =
    anchor?.cursor.hash != null && anchor.cursor.height != null
      ? { height: anchor.cursor.height, hash: anchor.cursor.hash }
      : null;
  let unfinished: UnfinishedBlock | null = null;
  let last = anchor && acceptedAs(anchor.event, anchor.cursor.offset);
  const spans: Span[] = known.map(({ fromSequence, toSequence, hash }) => ({
    from: fromSequence,
    to: toSequence,
    owner: hash,
  }));
  if (anchor !== null) spans.push(spanEndingWith(anchor.event));

  const remember = (span: Span): void => {
    spans.push(span);
    if (spans.length > REMEMBERED_SPANS_MAX) spans.shift();
  };
  const cursorAt = (offset: bigint): Cursor => ({
    log: log ?? '',
    epoch,
    writer,
    sequence,
    offset,
    height: tip?.height ?? null,
    hash: tip?.hash ?? null,
  });

  function accept(record: LogRecord): LogChange | null {
    const event = decodeRecord(topic, record);
    const before = sequence;
    const change = place(event, record);
    if (sequence > before) last = acceptedAs(event, record.offset);
    return change;
  }

  function place(event: LogEvent, record: LogRecord): LogChange | null {
    const { offset } = record;
    if (log !== null && event.log !== log) {
      throw new LogReplaced(topic, offset, `the record belongs to log ${event.log}, ours is ${log}`);
    }
    if (event.epoch < epoch) return null;
    if (event.epoch === epoch && event.type === 'writer.started' && event.writer !== writer && event.epoch > 0) {
      throw new LogForked(topic, offset, `writers ${writer} and ${event.writer} both opened epoch ${epoch}`);
    }
    if (event.sequence > sequence + 1) throw new SequenceGap(topic, offset, sequence + 1, event.sequence);
    if (event.sequence <= sequence) return absorb(event, offset);
    if (event.epoch > epoch && event.type !== 'writer.started') {
      throw new RecordInvalid(topic, offset, `epoch ${event.epoch} was not opened by a writer`);
    }
    if (log === null && event.type !== 'log.created') {
      throw new RecordInvalid(topic, offset, `the first record is ${event.type}, not log.created`);
    }
    sequence = event.sequence;
    switch (event.type) {
      case 'log.created':
        if (log !== null) throw new RecordInvalid(topic, offset, 'a second log.created');
        log = event.log;
        firstBlock = event.firstBlock;
        remember({ from: 1, to: 1, owner: event.log });
        return null;
      case 'writer.started':
        return startWriter(event);
      case 'block.connected':
        return connect(event, offset);
      case 'operation':
        return addOperation(event, record);
      case 'block.disconnected':
        return disconnect(event, offset);
    }
  }

  /** A record at or below `sequence` changes nothing when it says what is known there. */
  function absorb(event: LogEvent, offset: bigint): null {
    const owner = ownerOf(event);
    if (event.epoch > epoch) {
      throw new LogForked(
        topic,
        offset,
        `epoch ${event.epoch} starts over at sequence ${event.sequence}, below ${sequence}`,
      );
    }
    const ours =
      unfinished !== null && event.sequence >= unfinished.event.sequence
        ? unfinished.event.hash
        : spans.findLast(({ from, to }) => from <= event.sequence && event.sequence <= to)?.owner;
    if (ours === owner) return null;
    throw new LogForked(topic, offset, `sequence ${event.sequence} is of ${owner}, known was ${ours ?? 'nothing'}`);
  }

  function startWriter(event: WriterStarted): null {
    if (unfinished !== null) {
      remember({ from: unfinished.event.sequence, to: event.sequence - 1, owner: unfinished.event.hash });
      unfinished = null;
    }
    epoch = event.epoch;
    writer = event.writer;
    remember({ from: event.sequence, to: event.sequence, owner: event.writer });
    return null;
  }

  function connect(event: BlockConnected, offset: bigint): LogChange | null {
    refuseInsideBlock(event, offset);
    if (tip !== null && (event.previousHash !== tip.hash || event.height !== tip.height + 1)) {
      const found = `block ${event.height} ${event.hash} builds on ${event.previousHash}`;
      throw new ParentMismatch(topic, offset, `${found}, the branch ends with ${tip.height} ${tip.hash}`);
    }
    if (tip === null && firstBlock !== null && event.height !== firstBlock) {
      throw new ParentMismatch(topic, offset, `the branch begins at ${event.height}, the chain at ${firstBlock}`);
    }
    unfinished = { event, offset, operations: [], operationBytes: [], digest: createHash('sha256') };
    return finish(unfinished, offset);
  }

  function addOperation(event: OperationEvent, { offset, value }: LogRecord): LogChange | null {
    if (unfinished === null) throw new RecordInvalid(topic, offset, 'an operation outside of a block');
    const block = unfinished.event;
    const position = unfinished.operations.length;
    if (event.blockHash !== block.hash || event.height !== block.height || event.position !== position) {
      const found = `operation ${event.position} of block ${event.blockHash}`;
      throw new RecordInvalid(topic, offset, `${found} stands in place of operation ${position} of ${block.hash}`);
    }
    unfinished.operations.push(event);
    unfinished.operationBytes.push(value);
    unfinished.digest.update(value);
    return finish(unfinished, offset);
  }

  /** Hands the block on once its operations are all there. */
  function finish(block: UnfinishedBlock, offset: bigint): LogChange | null {
    const { event, operations, operationBytes } = block;
    if (operations.length < event.operationCount) return null;
    const hash = event.hash;
    if (block.digest.digest('hex') !== event.digest) throw new DigestMismatch(topic, block.offset, hash);
    unfinished = null;
    tip = { height: event.height, hash };
    remember({ from: event.sequence, to: sequence, owner: hash });
    return { kind: 'connected', event, operations, operationBytes, offset: block.offset, cursor: cursorAt(offset) };
  }

  function disconnect(event: BlockDisconnected, offset: bigint): LogChange {
    refuseInsideBlock(event, offset);
    if (tip === null || event.hash !== tip.hash || event.height !== tip.height) {
      const ours = tip === null ? 'is empty' : `ends with ${tip.height} ${tip.hash}`;
      throw new ParentMismatch(topic, offset, `block ${event.height} ${event.hash} leaves, the branch ${ours}`);
    }
    tip = event.height === firstBlock ? null : { height: (event.height - 1) as Height, hash: event.previousHash };
    remember({ from: event.sequence, to: event.sequence, owner: event.hash });
    return { kind: 'disconnected', event, offset, cursor: cursorAt(offset) };
  }

  function refuseInsideBlock(event: LogEvent, offset: bigint): void {
    if (unfinished === null) return;
    const { hash, operationCount } = unfinished.event;
    const seen = `${unfinished.operations.length} of ${operationCount} operations`;
    throw new RecordInvalid(topic, offset, `${event.type} after ${seen} of block ${hash}`);
  }

  return {
    get log() {
      return log;
    },
    get last() {
      return last;
    },
    accept,
  };
}

function acceptedAs(event: LogEvent, offset: bigint): Accepted {
  return { offset, sequence: event.sequence, epoch: event.epoch, owner: ownerOf(event) };
}

/** The records of a whole block, known by its last one. */
function spanEndingWith(event: LogEvent): Span {
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
