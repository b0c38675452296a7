import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createPackage } from './index.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../../..');
const quiet = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
let place = '';

beforeEach(async () => {
  // Inside the repository, so that `@virtualchain/…` is found, where git ignores it.
  await mkdir(join(root, '.vchain'), { recursive: true });
  place = await mkdtemp(join(root, '.vchain/create-'));
});
afterEach(() => rm(place, { recursive: true, force: true }));

const create = (name: string) => createPackage({ folder: join(place, name), version: '1.2.3' });

test('its tests pass, and its types fit', async () => {
  const { folder } = await create('name-shop');
  const { stdout } = await run(process.execPath, ['--test'], { cwd: folder, env: quiet });
  expect(stdout).toMatch(/ pass 4$/m);
  expect(stdout).toMatch(/ fail 0$/m);
  // Here the packages are sources, which have the strict types of the repository.
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: join(root, 'tsconfig.json'), include: ['src'] }),
  );
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const types = await run(process.execPath, [tsc, '-p', folder]).catch((error) => error);
  expect(types.stdout).toBe('');
}, 60_000);

test('chain, machine and magic bytes are called after the folder', async () => {
  const { folder, files, ...names } = await create('name-shop');
  expect(names).toEqual({ packageName: 'name-shop', chainName: 'name_shop', magic: 'ns' });
  const chain = await readFile(join(folder, 'src/chain.ts'), 'utf8');
  expect(chain).toContain("name: 'name_shop',\n    magic: 'ns',");
  expect(await readFile(join(folder, 'src/machine.ts'), 'utf8')).toContain("name: 'name_shop',");
  expect(await readFile(join(folder, 'README.md'), 'utf8')).toContain('# name-shop\n');
  expect(files).toEqual([
    ...['.gitignore', 'README.md', 'package.json'],
    ...['src/chain.ts', 'src/machine.test.ts', 'src/machine.ts', 'tsconfig.json'],
  ]);
});

test('package.json asks for packages of the same version, and names chain and machine', async () => {
  const { folder } = await create('polls');
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(manifest).toMatchObject({
    name: 'polls',
    private: true,
    type: 'module',
    virtualchain: { chain: './src/chain.ts', machine: './src/machine.ts' },
    dependencies: { '@virtualchain/machine': '^1.2.3' },
    devDependencies: { virtualchain: '^1.2.3', '@virtualchain/local': '^1.2.3', '@virtualchain/testing': '^1.2.3' },
  });
});

test.each(['A', 'a', 'Upper', '1st', 'with space', 'under_score', 'a--b', 'ends-', 'x'.repeat(21), 'über'])(
  '%j is refused as a name, and nothing is written',
  async (name) => {
    await expect(create(name)).rejects.toMatchObject({
      code: 'PACKAGE_NAME_INVALID',
      message: expect.stringContaining('give one such as guest-book'),
    });
    expect(await readdir(place)).toEqual([]);
  },
);

test('a folder that holds something stays as it is', async () => {
  await mkdir(join(place, 'taken'));
  await writeFile(join(place, 'taken/notes'), 'mine');
  await writeFile(join(place, 'file'), '');
  await expect(create('taken')).rejects.toMatchObject({ code: 'CREATE_REFUSED', message: /holds notes; give another/ });
  await expect(create('file')).rejects.toMatchObject({ code: 'CREATE_REFUSED' });
  expect(await readdir(join(place, 'taken'))).toEqual(['notes']);
});

test('packages can come from tarballs, every one of ours; a folder without them is refused', async () => {
  const tarballs = await realpath(await mkdtemp(join(tmpdir(), 'vchain-tarballs-')));
  const plan = { folder: join(place, 'polls'), version: '1.2.3', packages: tarballs };
  await expect(createPackage(plan)).rejects.toMatchObject({
    code: 'CREATE_REFUSED',
    message: expect.stringContaining('has no tarball of @virtualchain/bitcoin'),
  });
  const names = ['bitcoin', 'kernel', 'local', 'machine', 'machine-kv', 'protocol', 'testing'];
  for (const name of names) await writeFile(join(tarballs, `virtualchain-${name}-1.2.3.tgz`), '');
  await writeFile(join(tarballs, 'virtualchain-1.2.3.tgz'), '');
  await writeFile(join(tarballs, 'create-virtualchain-1.2.3.tgz'), '');
  const { folder } = await createPackage(plan);
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  expect(dependencies['@virtualchain/machine']).toBe(`file:${join(tarballs, 'virtualchain-machine-1.2.3.tgz')}`);
  expect(devDependencies['virtualchain']).toBe(`file:${join(tarballs, 'virtualchain-1.2.3.tgz')}`);
  expect(Object.keys(devDependencies)).toEqual(
    // Those that nothing imports are asked for by others, by their version alone.
    expect.arrayContaining(['@virtualchain/machine-kv', '@virtualchain/kernel', 'create-virtualchain']),
  );
  await rm(tarballs, { recursive: true });
});
