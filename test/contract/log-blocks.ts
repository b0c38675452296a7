import { createHash } from 'node:crypto';
import { type BlockHash, blockHash, type Height, height, satsText, txid } from '@virtualchain/bitcoin';
import type { LogChange, LogEntry, LogIdentity, OperationLog } from '@virtualchain/operation-log';
import {
  type BlockConnected,
  encodeEvent,
  type LogEvent,
  type OperationEvent,
  type Unplaced,
} from '@virtualchain/protocol';

/** Height of the block `0`; a block's name spells its ancestry, `0ab` builds on `0a`. */
export const FIRST_BLOCK = 101;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const hashOf = (name: string): BlockHash => blockHash(sha256(`block ${name}`));
const heightOf = (name: string): Height => height(FIRST_BLOCK + name.length - 1);
const parentOf = (name: string): string => name.slice(0, -1);

export const identityOf = (topic: string): LogIdentity => ({
  topic,
  network: 'regtest',
  chain: 'kv',
  magic: '6b76',
  firstBlock: height(FIRST_BLOCK),
});

/** A made-up operation of a block, with a payload of the given size. */
export function operationOf(block: string, position: number, payloadBytes = 4): Unplaced<OperationEvent> {
  return {
    type: 'operation',
    height: heightOf(block),
    blockHash: hashOf(block),
    position,
    txid: txid(sha256(`${block} ${position}`)),
    transactionIndex: position + 1,
    version: 2,
    locktime: 0,
    opcode: '2b',
    name: null,
    payload: '61'.repeat(payloadBytes),
    decoded: null,
    senders: [],
    inputs: [],
    outputs: [],
    fee: satsText(0n),
    merklePath: '',
  };
}

const blockOf = (name: string) => ({
  height: heightOf(name),
  hash: hashOf(name),
  previousHash: hashOf(parentOf(name)),
});

/** Connects the block of that name, with so many operations. */
export function connect(name: string, operations = 1, payloadBytes = 4): LogEntry {
  return {
    kind: 'connect',
    block: { ...blockOf(name), header: '00'.repeat(80), time: 0, work: BigInt(2 * name.length) },
    operations: Array.from({ length: operations }, (_, position) => operationOf(name, position, payloadBytes)),
  };
}

export const disconnect = (name: string): LogEntry => ({ kind: 'disconnect', block: blockOf(name) });

/** An event with its place, for records that no writer of ours would write. */
export const placed = (event: Unplaced<LogEvent>, log: string, epoch: number, sequence: number): LogEvent =>
  ({ ...event, schema: 1, log, epoch, sequence }) as LogEvent;

/** Where a writer puts a block with so many operations. */
export interface BlockPlace {
  readonly log: string;
  readonly epoch: number;
  readonly sequence: number;
  readonly count?: number;
}

/** The records of a block as a writer would place them from `sequence` on. */
export function recordsOfBlock(name: string, { log, epoch, sequence, count = 1 }: BlockPlace): LogEvent[] {
  const operations = Array.from({ length: count }, (_, position) =>
    placed(operationOf(name, position), log, epoch, sequence + 1 + position),
  );
  const digest = createHash('sha256');
  for (const operation of operations) digest.update(encodeEvent(operation));
  const block: Unplaced<BlockConnected> = {
    type: 'block.connected',
    ...blockOf(name),
    header: '00'.repeat(80),
    time: 0,
    work: String(2 * name.length),
    operationCount: count,
    digest: digest.digest('hex'),
  };
  return [placed(block, log, epoch, sequence), ...operations];
}

const NAMES = new Map<string, string>();

/** A change in a word: `+0ab` or `-0ab`; needs the names that the test used. */
export function spell(change: LogChange, names: readonly string[]): string {
  for (const name of names) NAMES.set(hashOf(name), name);
  return `${change.kind === 'connected' ? '+' : '-'}${NAMES.get(change.event.hash) ?? change.event.hash}`;
}

/** Everything there is to read for now, from a cursor or from the start. */
export async function readAll(
  log: OperationLog,
  topic: string,
  after: LogChange['cursor'] | null = null,
): Promise<LogChange[]> {
  const changes: LogChange[] = [];
  for await (const batch of log.read(topic, { after, untilEnd: true })) changes.push(...batch.changes);
  return changes;
}
