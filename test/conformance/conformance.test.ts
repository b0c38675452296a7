import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { fileLines, summaryLine } from './src/report.ts';
import { type FileReport, runFolder, VectorsUnreadable } from './src/run-folder.ts';

const vectors = fileURLToPath(new URL('../vectors/', import.meta.url));

async function reportsOf(folder: string): Promise<readonly FileReport[]> {
  const reports: FileReport[] = [];
  for await (const report of runFolder(folder)) reports.push(report);
  return reports;
}

test('every vector file that has a runner passes completely', async () => {
  const reports = await reportsOf(vectors);
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  expect(reports.filter(({ skipped }) => skipped !== null).map(({ schema }) => schema)).toEqual(['bench_workload']);
}, 600_000);

async function inFolder(
  files: Readonly<Record<string, string | Uint8Array>>,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    await check(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('a file of another name is known by its shape, and a wrong value in it is shown', async () => {
  const hashing = JSON.parse(await readFile(join(vectors, 'hashing.json'), 'utf8')) as { cases: { sha256: string }[] };
  const [first] = hashing.cases;
  if (first !== undefined) first.sha256 = 'ff'.repeat(32);
  await inFolder({ 'more-hashes.json': JSON.stringify(hashing) }, async (folder) => {
    const [report] = await reportsOf(folder);
    expect(report).toMatchObject({ schema: 'hashing', failures: [{ name: 'hashes of (nothing)' }] });
    const lines = report === undefined ? '' : fileLines(report).join('\n');
    expect(lines).toContain('at       sha256');
    expect(lines).toContain('expected "ffff');
    expect(summaryLine(report === undefined ? [] : [report])).toMatch(/^\d+ passed, 1 failed, 0 skipped$/);
  });
});

test('files that are no JSON or lack the schema fail, an unknown kind is skipped', () =>
  inFolder({ 'hashing.json': '{}', 'merkle.json': '{', 'other.json': '{"a":1}' }, async (folder) => {
    const reports = await reportsOf(folder);
    expect(reports.map(({ failures, skipped }) => [failures.length, skipped])).toEqual([
      [1, null],
      [1, null],
      [0, 'of no known schema'],
    ]);
  }));

test('a compressed file, and one in a folder of the folder, are run like any other', async () => {
  const hashing = await readFile(join(vectors, 'hashing.json'));
  const files = { 'deep/down/hashing.json': hashing, 'deep/more.json.gz': gzipSync(hashing), 'cut.json.gz': 'no gzip' };
  await inFolder(files, async (folder) => {
    const reports = await reportsOf(folder);
    expect(reports.map(({ file, schema, failures }) => [file, schema, failures.length])).toEqual([
      ['cut.json.gz', null, 1],
      ['deep/down/hashing.json', 'hashing', 0],
      ['deep/more.json.gz', 'hashing', 0],
    ]);
    expect(reports[1]?.passed).toBeGreaterThan(0);
    expect(reports[2]?.passed).toBe(reports[1]?.passed);
  });
});

test('what has no runner is skipped by name, with the reason', () =>
  inFolder({ 'bench_workload.json': '{"description":"x","expected":[]}' }, async (folder) => {
    const [report] = await reportsOf(folder);
    expect(report === undefined ? [] : fileLines(report)).toEqual([
      'skipped  bench_workload.json  bench_workload: it says what a benchmark does, and holds no cases',
    ]);
  }));

test('a folder that is not there, or holds no vectors, is a clear error', async () => {
  await expect(reportsOf(join(vectors, 'no-such-folder'))).rejects.toThrow(VectorsUnreadable);
  await inFolder({ 'readme.txt': '' }, async (folder) => {
    await expect(reportsOf(folder)).rejects.toThrow('no .json or .json.gz file');
  });
});
