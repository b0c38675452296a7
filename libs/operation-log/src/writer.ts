import type { Height } from '@virtualchain/bitcoin';
import type { LogEvent, Unplaced } from '@virtualchain/protocol';
import { readBranch, readTail } from './backward.ts';
import type { Broker, OutgoingRecord } from './broker.ts';
import { LogIdentityMismatch, LogTruncated, ParentMismatch, WriterSpent } from './errors.ts';
import { writerPoints } from './points.ts';
import type { BranchBlock, LogEntry, LogIdentity, LogTail, LogWriter } from './port.ts';
import { readIdentity } from './record/identity.ts';
import { type Place, recordOf, recordsOfEntry, splitBySize } from './record/records.ts';

/** What differs from run to run, handed in: the clock, in Unix milliseconds, and ids of 32 hex digits. */
export interface ClockAndIds {
  now(): number;
  randomId(): string;
}

/**
 * Opens the one writer of a topic. The fence comes first, so that nothing of an older writer can be committed any
 * more; only then the tail is read, and a new epoch begins after it.
 */
export async function openWriter(broker: Broker, identity: LogIdentity, clockAndIds: ClockAndIds): Promise<LogWriter> {
  const { topic } = identity;
  writerPoints.pass('before-fence');
  const producer = await broker.fence(topic, `${topic}.ingester`);
  writerPoints.pass('after-fence');
  const writer = clockAndIds.randomId();
  const time = () => new Date(clockAndIds.now()).toISOString();
  let spent = false;
  /** The last offset that is known to be there: what this writer writes lands above it, or its log is not what it was. */
  let reached = -1n;

  async function transact(sends: readonly (readonly OutgoingRecord[])[]): Promise<readonly bigint[]> {
    const offsets = await producer.transact(sends, reached);
    reached = (offsets.at(-1) ?? reached) + BigInt((sends.at(-1)?.length ?? 1) - 1);
    return offsets;
  }

  /** Runs one write; whatever goes wrong in it, this writer never writes again. */
  async function write<Result>(work: () => Promise<Result>): Promise<Result> {
    if (spent) throw new WriterSpent(topic);
    spent = true;
    const result = await work();
    spent = false;
    return result;
  }

  async function start(): Promise<LogTail> {
    writerPoints.pass('before-tail');
    reached = (await broker.offsets(topic)).stable - 1n;
    const found = await readTail(broker, topic, 'found-out');
    writerPoints.pass('after-tail');
    const known = await readIdentity(broker, topic);
    if (known !== null) refuseOther(identity, known);
    const log = found?.log ?? clockAndIds.randomId();
    const epoch = (found?.epoch ?? 0) + 1;
    let sequence = found?.sequence ?? 0;
    const records: OutgoingRecord[] = [];
    const key = found?.block?.height ?? identity.firstBlock;
    const add = (event: Unplaced<LogEvent>, at: number) => {
      sequence += 1;
      records.push(recordOf(event, { topic, log, epoch: at, sequence }, key, time()));
    };
    if (found === null) {
      const { network, chain, magic, firstBlock } = identity;
      add({ type: 'log.created', network, chain, magic, firstBlock }, 0);
    }
    add({ type: 'writer.started', writer }, epoch);
    writerPoints.pass('before-writer-started');
    await transact([records]);
    writerPoints.pass('after-writer-started');
    return { log, epoch, sequence, block: found?.block ?? null };
  }

  let tail: LogTail;
  try {
    tail = await write(start);
  } catch (error) {
    await producer.close();
    throw error;
  }

  async function append(entries: readonly LogEntry[]): Promise<LogTail> {
    if (entries.length === 0) return tail;
    if (spent) throw new WriterSpent(topic);
    refuseBrokenChain(topic, tail.block, identity.firstBlock, entries);
    const records: OutgoingRecord[] = [];
    const starts: number[] = [];
    for (const entry of entries) {
      const place: Place = { topic, log: tail.log, epoch: tail.epoch, sequence: tail.sequence + records.length + 1 };
      starts.push(records.length);
      for (const record of recordsOfEntry(entry, place, time())) records.push(record);
    }
    const sends = splitBySize(records);
    return write(async () => {
      writerPoints.pass('before-append');
      const offsets = await transact(sends);
      writerPoints.pass('after-append');
      const sequence = tail.sequence + records.length;
      const newest = entries.length - 1;
      const last = entries[newest] as LogEntry;
      const first = starts[newest] ?? 0;
      const block =
        last.kind === 'connect'
          ? branchBlock(last, tail.sequence + 1 + first, offsetOf(sends, offsets, first))
          : await blockBelow(sequence);
      tail = { ...tail, sequence, block };
      return tail;
    });
  }

  /** The newest block that a disconnect left, read back from the log: only the newest one is known here. */
  async function blockBelow(sequence: number): Promise<BranchBlock | null> {
    const standing = await readTail(broker, topic, tail.epoch);
    if (standing?.sequence === sequence) return standing.block;
    throw new LogTruncated(
      topic,
      null,
      `it ends with sequence ${standing?.sequence ?? 0}, after ${sequence} was written`,
    );
  }

  function check(): Promise<void> {
    return write(async () => {
      const { stable } = await broker.offsets(topic);
      if (stable <= reached)
        throw new LogTruncated(topic, stable, `it had reached ${reached} before: it was cut, or created again`);
    });
  }

  async function close(): Promise<void> {
    spent = true;
    await producer.close();
  }

  return {
    writer,
    get tail() {
      return tail;
    },
    append,
    check,
    branch: () => readBranch(broker, topic, tail.epoch),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function refuseOther(wanted: LogIdentity, found: LogIdentity): void {
  const differences = (['network', 'chain', 'magic', 'firstBlock'] as const)
    .filter((field) => wanted[field] !== found[field])
    .map((field) => `${field} is ${found[field]}, not ${wanted[field]}`);
  if (differences.length > 0) throw new LogIdentityMismatch(wanted.topic, differences);
}

/** The log takes only what its readers will accept: each block on the one before it, from the tail on. */
function refuseBrokenChain(
  topic: string,
  newest: BranchBlock | null,
  firstBlock: Height,
  entries: readonly LogEntry[],
): void {
  let tip: { readonly height: number; readonly hash: string } | null = newest;
  for (const { kind, block } of entries) {
    const { height, hash, previousHash } = block;
    const fits =
      kind === 'connect'
        ? tip === null
          ? height === firstBlock
          : previousHash === tip.hash && height === tip.height + 1
        : tip !== null && hash === tip.hash && height === tip.height;
    if (!fits) {
      const end = tip === null ? 'is empty' : `ends with ${tip.height} ${tip.hash}`;
      throw new ParentMismatch(topic, null, `asked to ${kind} ${height} ${hash}, the branch ${end}`);
    }
    if (kind === 'connect') tip = { height, hash };
    else tip = height === firstBlock ? null : { height: height - 1, hash: previousHash };
  }
}

function branchBlock(entry: LogEntry & { kind: 'connect' }, sequence: number, offset: bigint): BranchBlock {
  const { height, hash, previousHash, work } = entry.block;
  return {
    height,
    hash,
    previousHash,
    work,
    sequence,
    offset,
  };
}

/** Offset of the record at `index`, from the first offsets of the sends. */
function offsetOf(sends: readonly OutgoingRecord[][], firstOffsets: readonly bigint[], index: number): bigint {
  let before = 0;
  for (const [position, send] of sends.entries()) {
    if (index < before + send.length) return (firstOffsets[position] ?? 0n) + BigInt(index - before);
    before += send.length;
  }
  throw new RangeError(`no record ${index} in ${sends.length} sends`);
}
