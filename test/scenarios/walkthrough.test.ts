/** Follows the README of kv step by step: its files, its commands, and what it says they print. Step 6 is in `test/e2e`. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openWalkthrough, type Walkthrough } from '../kit/walkthrough.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);
let walkthrough: Walkthrough;

beforeAll(async () => {
  walkthrough = await openWalkthrough();
});

afterAll(async () => {
  await walkthrough?.[Symbol.asyncDispose]();
});

/** Runs a command of the README with the Node that runs this. */
function npxNode(command: string): Promise<{ readonly stdout: string }> {
  const [npx, name, ...args] = command.trim().split(' ');
  expect([npx, name]).toEqual(['npx', 'node']);
  const env = { ...process.env, NODE_OPTIONS: '--disable-warning=ExperimentalWarning' };
  return run(process.execPath, args, { cwd: walkthrough.folder, env });
}

test('steps 1 to 5 make these files', () =>
  expect(walkthrough.files).toEqual(['payload.ts', 'chain.ts', 'machine.ts', 'machine.test.ts', 'fold.ts']));

test('the files hold to the strict types of the repository', async () => {
  const { folder } = walkthrough;
  const config = { extends: join(root, 'tsconfig.json'), include: [join(folder, 'my-polls')] };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '--project', folder], { cwd: root }).catch((error) => error);
  expect(stdout).toBe('');
});

test('step 4: its tests pass', async () => {
  const { stdout } = await npxNode(walkthrough.block(4, 'sh'));
  expect(stdout).toMatch(/ pass 6$/m);
  expect(stdout).toMatch(/ fail 0$/m);
});

test('step 5: the fold prints what the README says', async () => {
  const { stdout } = await npxNode(walkthrough.block(5, 'sh'));
  expect(stdout).toBe(walkthrough.block(5, 'text'));
});
