import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ExpectedError } from '@virtualchain/bitcoin';
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
  readonly file: string;
  /** Name of the schema, null when the file is of no known kind. */
  readonly schema: string | null;
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Of the passed ones: the right value, where the file records a defect of the original; by row of spec §11. */
  readonly corrected: ReadonlyMap<number, number>;
  /** The file was not run. */
  readonly isSkipped: boolean;
}

/**
 * Runs every vector file of a folder against our libraries, in the order of their names.
 * @throws VectorsUnreadable
 */
export async function* runFolder(folder: string): AsyncIterable<FileReport> {
  const names = await readdir(folder).catch((error: Error) => {
    throw new VectorsUnreadable(`${folder}: ${error.message}`);
  });
  const files = names.filter((name) => name.endsWith('.json')).sort();
  if (files.length === 0) throw new VectorsUnreadable(`${folder}: no .json file in it`);
  for (const file of files) yield await runFile(join(folder, file));
}

async function runFile(path: string): Promise<FileReport> {
  const file = basename(path);
  const nothing = { file, schema: null, passed: 0, failures: [], corrected: new Map(), isSkipped: false };
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    return {
      ...nothing,
      failures: [{ file, name: 'the file', difference: `    not JSON: ${(error as Error).message}` }],
    };
  }
  const schema = schemaOf(basename(file, '.json'), content);
  if (schema?.runner === undefined) return { ...nothing, schema: schema?.name ?? null, isSkipped: true };
  return { ...(await runCases(file, schema.runner, content)), schema: schema.name };
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
  return { file, passed, failures, corrected, isSkipped: false };
}

/** What our libraries answer. An exception is an answer: the one wanted, or one to be shown. */
async function answerOf({ expected, actual }: Case): Promise<unknown> {
  try {
    return await actual();
  } catch (error) {
    return expected === AN_ERROR ? AN_ERROR : { threw: String(error) };
  }
}
