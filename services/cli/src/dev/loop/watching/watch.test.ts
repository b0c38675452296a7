import { mkdir, mkdtemp, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FolderWatch, watchFolder } from './watch.ts';

let folder = '';
let watched: FolderWatch;
let changed: string[];
let heard = Promise.withResolvers<void>();

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'vchain-watch-')));
  for (const below of ['src', 'node_modules/other', '.vchain']) await mkdir(join(folder, below), { recursive: true });
  changed = [];
  watched = watchFolder(folder, ({ paths }) => {
    changed.push(...paths);
    heard.resolve();
    heard = Promise.withResolvers();
  });
});
afterEach(async () => {
  watched[Symbol.dispose]();
  await rm(folder, { recursive: true });
});

/** Waits until a path is among those that changed. */
async function until(path: string): Promise<void> {
  while (!changed.includes(join(folder, path))) await heard.promise;
}

test('an editor that writes beside a file and renames is seen by the name of the file', async () => {
  await writeFile(join(folder, 'src/machine.ts~'), 'new');
  await rename(join(folder, 'src/machine.ts~'), join(folder, 'src/machine.ts'));
  await until('src/machine.ts');
});

test('files of folders that are made later are seen, and of one that was made again', async () => {
  await mkdir(join(folder, 'src/rules'));
  await until('src/rules');
  await writeFile(join(folder, 'src/rules/one.ts'), '1');
  await until('src/rules/one.ts');
  await rm(join(folder, 'src'), { recursive: true });
  await until('src');
  changed.length = 0;
  await mkdir(join(folder, 'src'));
  await until('src');
  await writeFile(join(folder, 'src/two.ts'), '2');
  await until('src/two.ts');
});

test('packages and the files of a run are left alone', async () => {
  await writeFile(join(folder, 'node_modules/other/index.js'), '1');
  await writeFile(join(folder, '.vchain/dev.json'), '1');
  await writeFile(join(folder, 'src/machine.ts'), '1');
  await until('src/machine.ts');
  expect(changed.filter((path) => /node_modules|\.vchain/.test(path))).toEqual([]);
});
