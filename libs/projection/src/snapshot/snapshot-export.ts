import { canonicalRow } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readLowestHeight, readNewestBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { type History, historiesOf, readVersions } from '../build/collection-history.ts';
import { beganUpTo } from '../build/conditions.ts';
import { inSnapshot } from '../build/database/database.ts';
import { historyFloor } from '../build/history-floor.ts';
import { HeightOutOfRange, HistoryPruned, NotFound } from '../errors.ts';
import { type MachineInstance, parametersHash } from '../registry/registered-build.ts';
import { type SnapshotHeader, type SnapshotLine, writeSnapshotFile } from './snapshot-file.ts';
import { LINE_KINDS, readLines } from './snapshot-lines.ts';

const BLOCKS_PER_READ = 500;
const ROWS_PER_READ = 5_000;

/** Where the file goes, who signs it, and of which height it is. */
export interface ExportOptions {
  readonly path: string;
  /** Ed25519 private key, PEM. */
  readonly pem: string;
  /** The newest block by default. */
  readonly height?: number;
  readonly onProgress?: (height: number, to: number) => void;
}

/** Writes one signed file of a projection at a height: rows with their history, operations, transitions, blocks. */
export async function exportSnapshot(
  projection: PostgresProjection,
  instance: MachineInstance,
  options: ExportOptions,
): Promise<SnapshotHeader> {
  const { schema, machine } = projection;
  return inSnapshot(projection.build.db, async (db) => {
    const build = { ...projection.build, db };
    const { height } = options;
    const floor = await historyFloor(build);
    if (floor !== null) throw new HistoryPruned(schema, 'a snapshot file holds all of it', floor);
    const tip = await readNewestBlock(build, { isFolded: true, ...(height === undefined ? {} : { upTo: height }) });
    if (height !== undefined && tip?.height !== height) {
      const [lowest, newest] = [await readLowestHeight(build), await readNewestBlock(build, { isFolded: true })];
      throw new HeightOutOfRange(machine.name, height, lowest ?? 0, newest?.height ?? 0);
    }
    if (tip === null) throw new NotFound(`${schema} has no folded block yet; start its projector`);
    const header = {
      chain: instance.chain.name,
      machine: machine.name,
      version: machine.version,
      network: instance.network,
      parametersHash: parametersHash(instance),
      height: tip.height,
      hash: tip.hash,
      consensusHash: String(tip.consensusHash),
      changesHash: String(tip.changesHash),
    };
    const lines = contentOf(build, header.height, options.onProgress);
    return writeSnapshotFile(options.path, header, options.pem, lines);
  });
}

async function* contentOf(
  build: Build,
  to: number,
  onProgress?: ExportOptions['onProgress'],
): AsyncGenerator<SnapshotLine> {
  const lowest = (await readLowestHeight(build)) ?? 0;
  for (let from = lowest; from <= to; from += BLOCKS_PER_READ) {
    const upTo = Math.min(to, from + BLOCKS_PER_READ - 1);
    for (const kind of LINE_KINDS) yield* await readLines(build, kind, [from, upTo]);
    onProgress?.(upTo, to);
  }
  for (const history of historiesOf(build)) yield* versionsOf(history, to);
}

/** History rows in the order of their beginning; what ended above the height had not ended yet. */
async function* versionsOf(history: History, to: number): AsyncGenerator<SnapshotLine> {
  const { name, collection } = history;
  const selection = { where: beganUpTo(to), order: ['valid_from', ...collection.key], limit: ROWS_PER_READ };
  for (let offset = 0; ; offset += ROWS_PER_READ) {
    const versions = await readVersions(history, { ...selection, offset });
    for (const { row, validFrom, validTo } of versions) {
      const ended = validTo === null || validTo > to ? null : validTo;
      yield { t: 'row', c: name, from: validFrom, to: ended, v: canonicalRow(collection, row) };
    }
    if (versions.length < ROWS_PER_READ) return;
  }
}
