import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
  const skipped = reports.filter(({ isSkipped }) => isSkipped).map(({ schema }) => schema);
  expect(skipped.filter((schema) => schema !== 'bench_workload')).toEqual([]);
  expect(reports.filter(({ schema }) => schema === null)).toEqual([]);
});

async function inFolder(
  files: Readonly<Record<string, string>>,
  check: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vectors-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
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
    expect(reports.map(({ failures, isSkipped }) => [failures.length, isSkipped])).toEqual([
      [1, false],
      [1, false],
      [0, true],
    ]);
  }));

test('a folder that is not there, or holds no vectors, is a clear error', async () => {
  await expect(reportsOf(join(vectors, 'no-such-folder'))).rejects.toThrow(VectorsUnreadable);
  await inFolder({ 'readme.txt': '' }, async (folder) => {
    await expect(reportsOf(folder)).rejects.toThrow('no .json file');
  });
});
