import type { ConnectedBlock, OperationLog } from '@virtualchain/operation-log';
import { decodeEvent, encodeEvent, type OperationEvent, operationsDigest } from '@virtualchain/protocol';
import { markOf, readLogBranch } from '../advance/log-branch.ts';
import { placeBlocks } from '../build/block-places.ts';
import { readAllHashes } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { insertCheckpoint } from '../build/checkpoint.ts';
import { readOperations } from '../build/operations.ts';
import { readRecords } from '../build/records.ts';
import type { BlockRecords } from '../build/stored.ts';
import { SnapshotRefused } from '../errors.ts';
import type { BlockMark } from '../port.ts';
import type { SnapshotHeader } from './snapshot-file.ts';

/** A block of the topic, as far as a snapshot is compared with it. */
interface BlockOnTopic {
  readonly mark: BlockMark;
  readonly digest: string;
  readonly operations: readonly Pick<OperationEvent, 'log' | 'epoch' | 'sequence'>[];
}

export function readPlaces(log: OperationLog, topic: string): Promise<ReadonlyMap<string, BlockOnTopic>> {
  return readLogBranch(log, topic, (block: ConnectedBlock) => ({
    mark: markOf(block),
    digest: block.event.digest,
    operations: block.operations.map(({ log: id, epoch, sequence }) => ({ log: id, epoch, sequence })),
  }));
}

/** What is placed where. */
interface Placing {
  readonly path: string;
  readonly topic: string;
  readonly header: SnapshotHeader;
  /** The branch of the topic, by hash. */
  readonly branch: ReadonlyMap<string, BlockOnTopic>;
}

/**
 * Stands a loaded build on the operator's own topic. Every block must be on the topic's branch with the very operations of
 * the file, apart from their place in the log.
 *
 * @throws SnapshotRefused
 */
export async function placeOnTopic(build: Build, { path, topic, header, branch }: Placing): Promise<void> {
  const tip = branch.get(header.hash);
  if (tip === undefined) {
    throw new SnapshotRefused(
      `${path}: its newest block, ${header.hash} at height ${header.height}, is not on the branch of ${topic}; wait until the topic has it, or take a snapshot of the branch that won`,
    );
  }
  const places: BlockMark[] = [];
  for (const { height, hash } of await readAllHashes(build)) {
    const there = branch.get(hash);
    if (there === undefined || there.mark.height !== height)
      throw new SnapshotRefused(`${path}: at height ${height}, block ${hash} is not on the branch of ${topic}`);
    const problem = await otherOperations(build, there, topic);
    if (problem !== null) throw new SnapshotRefused(`${path}: at height ${height}, ${problem}`);
    places.push(there.mark);
  }
  await placeBlocks(build, places);
  await insertCheckpoint(build, tip.mark.cursor);
}

async function recordsAt(build: Build, height: number): Promise<BlockRecords> {
  const records = await readRecords(build, await readOperations(build, height, height));
  return records.get(height) ?? { values: new Map(), problem: null };
}

/** Null when a block has the operations that the topic has. */
async function otherOperations(build: Build, there: BlockOnTopic, topic: string): Promise<string | null> {
  const { height } = there.mark;
  const { values, problem } = await recordsAt(build, height);
  if (problem !== null) return problem;
  const operations = [...values.values()];
  if (operations.length !== there.operations.length)
    return `${operations.length} operations, ${topic} has ${there.operations.length}`;
  const replaced = operations.map((bytes, i) => placedAs(bytes, there.operations[i]));
  return operationsDigest(replaced) === there.digest ? null : `other operations than ${topic} has`;
}

/** The bytes an operation has where our topic keeps it: its place there, all else as the file has it. */
function placedAs(bytes: Uint8Array, place: BlockOnTopic['operations'][number] | undefined): Uint8Array {
  const decoded = decodeEvent(bytes);
  if (decoded.kind !== 'event' || decoded.event.type !== 'operation' || place === undefined) return bytes;
  return encodeEvent({ ...decoded.event, ...place });
}
