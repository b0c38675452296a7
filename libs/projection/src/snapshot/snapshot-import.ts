import type { Height } from '@virtualchain/bitcoin';
import { type Collection, type Column, fromCanonical, type Row } from '@virtualchain/machine';
import type { ConnectedBlock, OperationLog } from '@virtualchain/operation-log';
import { decodeEvent, encodeEvent, operationsDigest } from '@virtualchain/protocol';
import { sql } from 'kysely';
import { placeBlocks } from '../build/block-places.ts';
import { readAllHashes } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { insertCheckpoint } from '../build/checkpoint.ts';
import { historyOf, insertVersions } from '../build/collection-history.ts';
import { readOperations } from '../build/operations.ts';
import { SnapshotRefused } from '../errors.ts';
import { changeBuilds } from '../registry/change-builds.ts';
import { nextBuild, tablesSql } from '../registry/make-build.ts';
import {
  insertBuild,
  liveAmong,
  type MachineInstance,
  parametersHash,
  setBuildStatus,
} from '../registry/registered-build.ts';
import { pointViews } from '../registry/views.ts';
import { verifyIn } from '../verify/verify.ts';
import { openSnapshotFile, type SnapshotHeader, type SnapshotLine } from './snapshot-file.ts';
import { insertLines, isLineKind } from './snapshot-lines.ts';

const LINES_PER_INSERT = 2_000;

export interface ImportOptions {
  readonly postgresUrl: string;
  readonly instance: MachineInstance;
  readonly path: string;
  readonly log: OperationLog;
  readonly topic: string;
  /** Name and Ed25519 public key of those whose word counts. */
  readonly signers: ReadonlyMap<string, string>;
  /** Consensus hashes that somebody trusted vouches for. */
  readonly trust?: ReadonlyMap<number, string>;
  /** Trust no signer: fold the operations and compare everything with the outcome. */
  readonly refold?: boolean;
  /** Take the place of a live build. */
  readonly replace?: boolean;
  readonly onProgress?: (height: number, to: number) => void;
}

export interface Imported {
  readonly schema: string;
  readonly header: SnapshotHeader;
  readonly signer: string | null;
}

/**
 * Makes a build out of a snapshot file and stands it on the operator's own topic. In one Postgres transaction: the tables,
 * the content, every check, and the views; whatever ends it early leaves nothing.
 *
 * Checked are the signature, every consensus hash from the transitions, every changes hash from the rows, the trusted
 * hashes, and each block's operations against the topic's count and digest; with `refold` the operations are folded.
 *
 * @throws SnapshotRefused naming the height.
 */
export async function importSnapshot(options: ImportOptions): Promise<Imported> {
  const { postgresUrl, instance, path, signers, refold = false } = options;
  const file = await openSnapshotFile(path, refold ? null : signers);
  checkHeader(path, file.header, instance);
  const branch = await branchOf(options.log, options.topic);
  const schema = await changeBuilds(postgresUrl, instance, async (db, builds) => {
    const { chain, machine } = instance;
    const live = liveAmong(builds, chain.name, machine.name);
    if (live !== null && options.replace !== true)
      throw new SnapshotRefused(
        `${live.schema} is live already; pass --replace to put the imported build in its place`,
      );
    const made = nextBuild(instance, builds);
    await sql.raw(await tablesSql(postgresUrl, machine, made.schema)).execute(db);
    const build = { db, schema: made.schema, machine };
    await load(build, file.lines());
    await attach(build, file.header, branch, options);
    const { disagreements } = await verifyIn(build, {
      refold,
      ...(options.trust === undefined ? {} : { trust: options.trust }),
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    const wrong = disagreements[0];
    if (wrong !== undefined)
      throw new SnapshotRefused(
        `${path}: at height ${wrong.height}, ${wrong.what}: the file has ${wrong.stored}, it makes ${wrong.computed}`,
      );
    if (live !== null) await setBuildStatus(db, live.schema, 'retired');
    await insertBuild(db, instance, { ...made, status: 'live' });
    await pointViews(db, instance, made.schema);
    return made.schema;
  });
  return { schema, header: file.header, signer: file.signer };
}

function checkHeader(path: string, header: SnapshotHeader, instance: MachineInstance): void {
  const wanted: Partial<SnapshotHeader> = {
    chain: instance.chain.name,
    machine: instance.machine.name,
    version: instance.machine.version,
    network: instance.network,
    parametersHash: parametersHash(instance),
  };
  for (const [name, value] of Object.entries(wanted)) {
    const found = header[name as keyof SnapshotHeader];
    if (found !== value) throw new SnapshotRefused(`${path}: its ${name} is ${found}, ours is ${value}`);
  }
}

async function branchOf(log: OperationLog, topic: string): Promise<ReadonlyMap<string, ConnectedBlock>> {
  const branch = new Map<string, ConnectedBlock>();
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    for (const change of changes) {
      if (change.kind === 'connected') branch.set(change.event.hash, change);
      else branch.delete(change.event.hash);
    }
  }
  return branch;
}

/** Every block must be on the topic's branch with the very operations of the file, apart from their place in the log. */
async function attach(
  build: Build,
  header: SnapshotHeader,
  branch: ReadonlyMap<string, ConnectedBlock>,
  { topic, path }: ImportOptions,
): Promise<void> {
  const tip = branch.get(header.hash);
  if (tip === undefined) {
    throw new SnapshotRefused(
      `${path}: its newest block, ${header.hash} at height ${header.height}, is not on the branch of ${topic}; wait until the topic has it, or take a snapshot of the branch that won`,
    );
  }
  const places = [];
  for (const { height, hash } of await readAllHashes(build)) {
    const there = branch.get(hash);
    if (there === undefined || there.event.height !== height)
      throw new SnapshotRefused(`${path}: at height ${height}, block ${hash} is not on the branch of ${topic}`);
    const operations = await readOperations(build, height, height);
    if (operations.length !== there.operations.length) {
      throw new SnapshotRefused(
        `${path}: at height ${height}, ${operations.length} operations, ${topic} has ${there.operations.length}`,
      );
    }
    const replaced = operations.map(({ event }, i) => placedAs(new Uint8Array(event), there.operations[i]));
    if (operationsDigest(replaced) !== there.event.digest)
      throw new SnapshotRefused(`${path}: at height ${height}, other operations than ${topic} has`);
    places.push({
      height: there.cursor.height as NonNullable<typeof there.cursor.height>,
      hash: there.cursor.hash as NonNullable<typeof there.cursor.hash>,
      firstSequence: there.event.sequence,
      firstOffset: there.offset,
      cursor: there.cursor,
    });
  }
  await placeBlocks(build, places);
  await insertCheckpoint(build, tip.cursor);
}

/** The bytes an operation has where our topic keeps it: its place there, all else as the file has it. */
function placedAs(bytes: Uint8Array, there: ConnectedBlock['operations'][number] | undefined): Uint8Array {
  const decoded = decodeEvent(bytes);
  if (decoded.kind !== 'event' || decoded.event.type !== 'operation' || there === undefined) return bytes;
  const { log, epoch, sequence } = there;
  return encodeEvent({ ...decoded.event, log, epoch, sequence });
}

async function load(build: Build, lines: AsyncIterable<SnapshotLine>): Promise<void> {
  const waiting = new Map<string, SnapshotLine[]>();
  const flush = async (kind: string): Promise<void> => {
    const batch = waiting.get(kind) ?? [];
    waiting.delete(kind);
    if (batch.length > 0) await insert(build, kind, batch);
  };
  for await (const line of lines) {
    const kind = line.t === 'row' ? `row ${line.c}` : line.t;
    const batch = waiting.get(kind) ?? [];
    waiting.set(kind, batch);
    batch.push(line);
    if (batch.length >= LINES_PER_INSERT) await flush(kind);
  }
  for (const kind of [...waiting.keys()]) await flush(kind);
}

async function insert(build: Build, kind: string, lines: readonly SnapshotLine[]): Promise<void> {
  if (isLineKind(kind)) return insertLines(build, kind, lines);
  if (!kind.startsWith('row ')) throw new SnapshotRefused(`a line of the unknown kind ${JSON.stringify(kind)}`);
  const name = kind.slice('row '.length);
  if (!Object.hasOwn(build.machine.collections, name))
    throw new SnapshotRefused(`a row of ${JSON.stringify(name)}, which the machine does not have`);
  const history = historyOf(build, name);
  const versions = lines.flatMap((line) =>
    line.t === 'row'
      ? [{ row: rowOf(history.collection, line.v), validFrom: line.from as Height, validTo: line.to as Height | null }]
      : [],
  );
  await insertVersions(history, versions);
}

function rowOf({ columns }: Collection, canonical: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, fromCanonical(column as Column<unknown>, canonical[name])]),
  );
}
