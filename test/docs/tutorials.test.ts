/**
 * Follows the tutorials as far as that needs nothing but this repository, and looks at the types of all. With the packages
 * installed they are followed to their end in `test/packages`; the subscription runs in `test/e2e`.
 */
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createPackage } from 'create-virtualchain';
import { EVERY_HOOK, FIRST_MACHINE, FIRST_SUBSCRIPTION } from '../kit/tutorials.ts';
import { openWalkthrough, type Walkthrough } from '../kit/walkthrough.ts';
import { readPage, root } from './page.ts';

const run = promisify(execFile);
const MACHINES = [FIRST_MACHINE, EVERY_HOOK];
const pages = new Map<string, Walkthrough>();

beforeAll(async () => {
  for (const page of [...MACHINES, FIRST_SUBSCRIPTION]) pages.set(page.name, await openWalkthrough(page));
});

afterAll(async () => {
  for (const page of pages.values()) await page[Symbol.asyncDispose]();
});

const walkthrough = ({ name }: { readonly name: string }): Walkthrough => pages.get(name) as Walkthrough;

/** Runs `node …` in the folder of a page, with the Node that runs this. */
function inFolderOf(page: { readonly name: string }, args: readonly string[]): Promise<{ readonly stdout: string }> {
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  return run(process.execPath, args, { cwd: join(walkthrough(page).folder, page.name), env });
}

test('the pages make these files', () => {
  const files = (page: { readonly name: string }) => walkthrough(page).files;
  const [chain, machine, tests, fold] = ['src/chain.ts', 'src/machine.ts', 'src/machine.test.ts', 'src/fold.ts'];
  expect(files(FIRST_MACHINE)).toEqual([chain, machine, tests, fold]);
  expect(files(EVERY_HOOK)).toEqual(['src/payload.ts', chain, machine, tests, fold]);
  expect(files(FIRST_SUBSCRIPTION)).toEqual(['subscriber.ts']);
});

test('the first machine is the one that vchain create writes', async () => {
  const page = walkthrough(FIRST_MACHINE);
  const { folder } = await createPackage({ folder: join(page.folder, 'made', FIRST_MACHINE.name), version: '0.0.0' });
  const read = (place: string, file: string) => readFile(join(place, file), 'utf8');
  for (const file of page.files.slice(0, 3))
    expect([file, await read(join(page.folder, FIRST_MACHINE.name), file)]).toEqual([file, await read(folder, file)]);
});

test('their files hold to the strict types of the repository', async () => {
  for (const { folder } of pages.values()) {
    const config = { extends: join(root, 'tsconfig.json'), include: [folder] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '--noEmit', '--project', folder], { cwd: root }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  }
}, 120_000);

test.each([
  [FIRST_MACHINE, 4, 4],
  [EVERY_HOOK, 5, 6],
])('$name, step %s: its tests pass, %s of them', async (page, step, tests) => {
  expect(walkthrough(page).block(step, 'sh')).toBe('npm test\n'); // `node --test`, by the package.json that was created
  const { stdout } = await inFolderOf(page, ['--test']);
  expect(stdout).toContain(` pass ${tests}\n`);
  expect(stdout).toContain(' fail 0\n');
});

test.each([
  [FIRST_MACHINE, 8],
  [EVERY_HOOK, 6],
])('$name, step %s: the fold prints what the page says', async (page, step) => {
  expect(walkthrough(page).block(step, 'sh')).toBe('node src/fold.ts\n');
  const { stdout } = await inFolderOf(page, ['src/fold.ts']);
  expect(stdout).toBe(walkthrough(page).block(step, 'text'));
});

test('what README.md shows of a machine stands in the tutorial', () => {
  const linesOf = (text: string) => text.split('\n').map((line) => line.trim());
  const told = new Set(linesOf(readPage(FIRST_MACHINE.page)));
  const section = /^## Write a machine$[\s\S]*?(?=^## )/m.exec(readPage('README.md'))?.[0] ?? '';
  const shown = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, code = '']) => linesOf(code));
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((line) => !told.has(line))).toEqual([]);
});
