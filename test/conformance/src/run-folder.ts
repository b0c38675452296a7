import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { ExpectedError } from '@virtualchain/kernel';
import { AN_ERROR, type Case, type Runner } from './case.ts';
import { differenceOf } from './difference.ts';
import { schemaOf } from './schemas.ts';

/** The folder cannot be read, or holds no vector files. */
export class VectorsUnreadable extends ExpectedError {
  override readonly name = 'VectorsUnreadable';
  readonly code = 'VECTORS_UNREADABLE';
  readonly remedy = 'halt';
}

export interface Failure {
  readonly file: string;
  readonly name: string;
  /** Lines for a person. */
  readonly difference: string;
}

export interface FileReport {
  /** From the folder that was given. */
  readonly file: string;
  /** Name of the schema, null when the file is of no known kind. */
  readonly schema: string | null;
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Of the passed ones: the right value, where the file records a defect of the original; by row of spec §11. */
  readonly corrected: ReadonlyMap<number, number>;
  /** Why the file was not run; null when it was. */
  readonly skipped: string | null;
}

const VECTORS = /\.json(\.gz)?$/;

/**
 * Runs every vector file of a folder and of the folders in it against our libraries, `.json` and `.json.gz`, in the
 * order of their paths.
 * @throws VectorsUnreadable
 */
export async function* runFolder(folder: string): AsyncIterable<FileReport> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw new VectorsUnreadable(`${folder}: ${error.message}`);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && VECTORS.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (paths.length === 0) throw new VectorsUnreadable(`${folder}: no .json or .json.gz file in it`);
  for (const path of paths) yield await runFile(path, relative(folder, path));
}

async function runFile(path: string, file: string): Promise<FileReport> {
  const nothing = { file, schema: null, passed: 0, failures: [], corrected: new Map(), skipped: null };
  let content: unknown;
  try {
    content = await readVectors(path);
  } catch (error) {
    return {
      ...nothing,
      failures: [{ file, name: 'the file', difference: `    not JSON: ${(error as Error).message}` }],
    };
  }
  const schema = schemaOf(basename(file).replace(VECTORS, ''), content);
  if (schema === null) return { ...nothing, skipped: 'of no known schema' };
  if (schema.runner === undefined) return { ...nothing, schema: schema.name, skipped: schema.skippedBecause };
  return { ...(await runCases(file, schema.runner, content)), schema: schema.name };
}

/** The content of a vector file, compressed or not. */
export async function readVectors(path: string): Promise<unknown> {
  const bytes = await readFile(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
}

async function runCases(file: string, runner: Runner, content: unknown): Promise<Omit<FileReport, 'schema'>> {
  const failures: Failure[] = [];
  const corrected = new Map<number, number>();
  let passed = 0;
  try {
    for await (const each of runner(content as never)) {
      const difference = differenceOf(each.expected, await answerOf(each));
      if (difference !== null) {
        failures.push({ file, name: each.name, difference });
        continue;
      }
      passed += 1;
      if (each.corrected !== undefined) corrected.set(each.corrected, (corrected.get(each.corrected) ?? 0) + 1);
    }
  } catch (error) {
    failures.push({ file, name: 'the file', difference: `    does not have the schema: ${(error as Error).message}` });
  }
  return { file, passed, failures, corrected, skipped: null };
}

/** What our libraries answer. An exception is an answer: the one wanted, or one to be shown. */
async function answerOf({ expected, actual }: Case): Promise<unknown> {
  try {
    return await actual();
  } catch (error) {
    return expected === AN_ERROR ? AN_ERROR : { threw: String(error) };
  }
}
