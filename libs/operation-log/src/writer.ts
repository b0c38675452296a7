import type { Height } from '@virtualchain/bitcoin';
import type { LogEvent, Unplaced } from '@virtualchain/protocol';
import { readBranch, readTail } from './backward.ts';
import type { Broker, OutgoingRecord } from './broker.ts';
import { LogIdentityMismatch, LogTruncated, ParentMismatch } from './errors.ts';
import { FencedTopic } from './fenced/fenced-topic.ts';
import { SEND_BYTES_MAX } from './limits.ts';
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
  const fenced = new FencedTopic(topic, await broker.fence(topic, `${topic}.ingester`));
  writerPoints.pass('after-fence');
  const writer = clockAndIds.randomId();
  try {
    const tail = await fenced.write(() => openEpoch({ broker, identity, clockAndIds }, fenced, writer));
    return new TopicWriter({ broker, identity, clockAndIds }, fenced, { writer, tail });
  } catch (error) {
    await fenced.close();
    throw error;
  }
}

/** What a writer is opened with. */
interface Opened {
  readonly broker: Broker;
  readonly identity: LogIdentity;
  readonly clockAndIds: ClockAndIds;
}

/** Reads the tail, begins a log where there is none, and opens the epoch after the newest. */
async function openEpoch(
  { broker, identity, clockAndIds }: Opened,
  fenced: FencedTopic,
  writer: string,
): Promise<LogTail> {
  const { topic } = identity;
  writerPoints.pass('before-tail');
  fenced.reached = (await broker.offsets(topic)).stable - 1n;
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
    records.push(recordOf(event, { topic, log, epoch: at, sequence }, key, timeOf(clockAndIds)));
  };
  if (found === null) {
    const { network, chain, magic, firstBlock } = identity;
    add({ type: 'log.created', network, chain, magic, firstBlock }, 0);
  }
  add({ type: 'writer.started', writer }, epoch);
  writerPoints.pass('before-writer-started');
  await fenced.transact([records]);
  writerPoints.pass('after-writer-started');
  return { log, epoch, sequence, block: found?.block ?? null };
}

const timeOf = (clockAndIds: ClockAndIds): string => new Date(clockAndIds.now()).toISOString();

class TopicWriter implements LogWriter {
  readonly writer: string;
  readonly #opened: Opened;
  readonly #fenced: FencedTopic;
  #tail: LogTail;

  constructor(opened: Opened, fenced: FencedTopic, { writer, tail }: Pick<LogWriter, 'writer' | 'tail'>) {
    this.#opened = opened;
    this.#fenced = fenced;
    this.writer = writer;
    this.#tail = tail;
  }

  get tail(): LogTail {
    return this.#tail;
  }

  async append(entries: readonly LogEntry[]): Promise<LogTail> {
    const { identity, clockAndIds } = this.#opened;
    const { topic } = identity;
    const tail = this.#tail;
    if (entries.length === 0) return tail;
    this.#fenced.refuseSpent();
    refuseBrokenChain(topic, tail.block, identity.firstBlock, entries);
    const records: OutgoingRecord[] = [];
    const starts: number[] = [];
    for (const entry of entries) {
      const place: Place = { topic, log: tail.log, epoch: tail.epoch, sequence: tail.sequence + records.length + 1 };
      starts.push(records.length);
      for (const record of recordsOfEntry(entry, place, timeOf(clockAndIds))) records.push(record);
    }
    const sends = splitBySize(records, SEND_BYTES_MAX);
    return this.#fenced.write(async () => {
      writerPoints.pass('before-append');
      const offsets = await this.#fenced.transact(sends);
      writerPoints.pass('after-append');
      const sequence = tail.sequence + records.length;
      const newest = entries.length - 1;
      const last = entries[newest] as LogEntry;
      const first = starts[newest] ?? 0;
      const block =
        last.kind === 'connect'
          ? branchBlock(last, tail.sequence + 1 + first, offsetOf(sends, offsets, first))
          : await this.#blockBelow(sequence);
      this.#tail = { ...tail, sequence, block };
      return this.#tail;
    });
  }

  /** The newest block that a disconnect left, read back from the log: only the newest one is known here. */
  async #blockBelow(sequence: number): Promise<BranchBlock | null> {
    const { broker, identity } = this.#opened;
    const standing = await readTail(broker, identity.topic, this.#tail.epoch);
    if (standing?.sequence === sequence) return standing.block;
    const detail = `it ends with sequence ${standing?.sequence ?? 0}, after ${sequence} was written`;
    throw new LogTruncated(identity.topic, null, detail);
  }

  check(): Promise<void> {
    return this.#fenced.write(async () => {
      const { broker, identity } = this.#opened;
      const { stable } = await broker.offsets(identity.topic);
      if (stable > this.#fenced.reached) return;
      const detail = `it had reached ${this.#fenced.reached} before: it was cut, or created again`;
      throw new LogTruncated(identity.topic, stable, detail);
    });
  }

  branch(): ReturnType<LogWriter['branch']> {
    const { broker, identity } = this.#opened;
    return readBranch(broker, identity.topic, this.#tail.epoch);
  }

  close(): Promise<void> {
    return this.#fenced.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
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
    work: BigInt(work),
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
