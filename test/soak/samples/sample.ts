import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Stage } from '../stage/stage.ts';
import { type ProcessSample, sampleProcess } from './process-sample.ts';

/** The system at a moment. */
export interface Sample {
  readonly seconds: number;
  /** Of the branch that has been made, replaced blocks included. */
  readonly blocks: number;
  readonly operations: number;
  readonly reorgs: number;
  readonly processes: Readonly<Record<string, ProcessSample>>;
  /** For how long each projection has not had the node's newest block; 0 where it has it. */
  readonly lagSeconds: Readonly<Record<string, number>>;
  /** On disk. NaN where they are not of this run. */
  readonly kafkaMb: number;
  readonly postgresMb: number;
}

const MB = 1_024 * 1_024;

/** Looks at every process and at the disks. */
export async function takeSample(
  stage: Stage,
  counts: Pick<Sample, 'seconds' | 'blocks' | 'operations' | 'reorgs' | 'lagSeconds'>,
  collects: boolean,
): Promise<Sample> {
  const each = stage.watched.map(async (one) => [one.name, await sampleProcess(one, collects)] as const);
  return {
    ...counts,
    processes: Object.fromEntries(await Promise.all(each)),
    kafkaMb: kafkaBytes(stage.parts.runDirectory) / MB,
    postgresMb: (await postgresBytes(stage)) / MB,
  };
}

function kafkaBytes(runDirectory: string): number {
  const folders = readdirSync(runDirectory).filter((name) => /^kafka-\d+$/.test(name));
  if (folders.length === 0) return Number.NaN;
  return folders.reduce((sum, name) => sum + bytesBelow(join(runDirectory, name, 'data')), 0);
}

/** What is there of it: segments come and go. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((sum, entry) => {
    const found = entry.isFile() ? statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false }) : undefined;
    return sum + (found === undefined ? 0 : found.blocks * 512);
  }, 0);
}

/** The database of the run. */
async function postgresBytes({ database }: Stage): Promise<number> {
  const { rows } = await database.query('select pg_database_size(current_database()) as bytes');
  return Number(rows[0]?.bytes);
}

const MEASURES = ['residentMb', 'heapMb', 'heapRoomMb', 'externalMb', 'handles', 'threads', 'cpuSeconds'] as const;

/** The first line of a file of samples. */
export function csvHead({ processes, lagSeconds }: Sample): string {
  const ofProcesses = Object.keys(processes).flatMap((name) => MEASURES.map((measure) => `${name} ${measure}`));
  const lags = Object.keys(lagSeconds).map((name) => `${name} lagSeconds`);
  return ['seconds', 'blocks', 'operations', 'reorgs', ...ofProcesses, ...lags, 'kafkaMb', 'postgresMb'].join(',');
}

export function csvLine(sample: Sample): string {
  const { seconds, blocks, operations, reorgs, processes, lagSeconds, kafkaMb, postgresMb } = sample;
  const ofProcesses = Object.values(processes).flatMap((one) => MEASURES.map((measure) => rounded(one[measure])));
  const lags = Object.values(lagSeconds).map(rounded);
  const counts = [rounded(seconds), blocks, operations, reorgs];
  return [...counts, ...ofProcesses, ...lags, rounded(kafkaMb), rounded(postgresMb)].join(',');
}

const rounded = (value: number): string => (Number.isNaN(value) ? '' : String(Math.round(value * 100) / 100));
