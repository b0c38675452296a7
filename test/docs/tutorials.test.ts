/** Follows the tutorials that need no servers, and looks at the types of all. The subscription runs in `test/e2e`. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { FIRST_MACHINE, FIRST_SUBSCRIPTION } from '../kit/tutorials.ts';
import { openWalkthrough, type Walkthrough } from '../kit/walkthrough.ts';
import { readPage, root } from './page.ts';

const run = promisify(execFile);
let machine: Walkthrough;
let subscription: Walkthrough;

beforeAll(async () => {
  machine = await openWalkthrough(undefined, FIRST_MACHINE);
  subscription = await openWalkthrough(undefined, FIRST_SUBSCRIPTION);
});

afterAll(async () => {
  await machine?.[Symbol.asyncDispose]();
  await subscription?.[Symbol.asyncDispose]();
});

/** Runs a command of the first machine, `node …`, in its folder, with the Node that runs this. */
function typed(command: string): Promise<{ readonly stdout: string }> {
  const [node, ...args] = command.trim().split(' ');
  expect(node).toBe('node');
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  return run(process.execPath, args, { cwd: join(machine.folder, FIRST_MACHINE.name), env });
}

test('the pages make these files', () => {
  expect(machine.files).toEqual(['chain.ts', 'machine.ts', 'machine.test.ts', 'fold.ts']);
  expect(subscription.files).toEqual(['subscriber.ts']);
});

test('their files hold to the strict types of the repository', async () => {
  for (const { folder } of [machine, subscription]) {
    const config = { extends: join(root, 'tsconfig.json'), include: [folder] };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = await run(process.execPath, [tsc, '--noEmit', '--project', folder], { cwd: root }).catch(
      (error) => error,
    );
    expect(stdout).toBe('');
  }
});

test('first machine, step 4: its tests pass', async () => {
  const { stdout } = await typed(machine.block(4, 'sh'));
  expect(stdout).toMatch(/ pass 4$/m);
  expect(stdout).toMatch(/ fail 0$/m);
});

test('first machine, step 5: the fold prints what the page says', async () => {
  const { stdout } = await typed(machine.block(5, 'sh'));
  expect(stdout).toBe(machine.block(5, 'text'));
});

test('what README.md shows of a machine stands in the tutorial', () => {
  const linesOf = (text: string) => text.split('\n').map((line) => line.trim());
  const told = new Set(linesOf(readPage(FIRST_MACHINE.page)));
  const section = /^## Write a machine$[\s\S]*?(?=^## )/m.exec(readPage('README.md'))?.[0] ?? '';
  const shown = [...section.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].flatMap(([, code = '']) => linesOf(code));
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((line) => !told.has(line))).toEqual([]);
});
