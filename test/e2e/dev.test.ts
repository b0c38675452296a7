/** `vchain dev` in a package of somebody's: rules are folded anew at every save, and what comes of it is told. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DevProcess, type Happened, processesIn, runVchain } from '../kit/dev-process.ts';
import { until } from '../kit/until.ts';

const executable = resolve(import.meta.dirname, '../../services/cli/src/main.ts');
/** What `vchain create` writes. */
const template = resolve(import.meta.dirname, '../../libs/create-virtualchain/template/src');
let folder: string;
let dev: DevProcess;
/** The sources as they are at first. */
const original: Record<string, string> = {};

beforeAll(async () => {
  // Inside the repository, so that `@virtualchain/…` is found, where git ignores it.
  const place = resolve(import.meta.dirname, '../../.vchain');
  await mkdir(place, { recursive: true });
  folder = await mkdtemp(join(place, 'dev-'));
  const virtualchain = { chain: './chain.ts', machine: './machine.ts' };
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module', virtualchain }));
  for (const file of ['chain.ts', 'machine.ts']) {
    original[file] = await readFile(join(template, file), 'utf8');
    await writeFile(join(folder, file), original[file]);
  }
  dev = await DevProcess.start({ folder, node: process.execPath, vchain: executable, env: process.env });
}, 300_000);

afterAll(async () => {
  await dev?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Saves a source with something in it replaced: what it was at first is what is replaced. */
async function save(file: string, from = '', to = ''): Promise<void> {
  const source = original[file] ?? '';
  expect(source).toContain(from);
  await writeFile(join(folder, file), source.replace(from, to));
}

const saved = (kind: string, file: string, from?: string, to?: string) => dev.after(() => save(file, from, to), kind);
const send = (person: string, name: string) => dev.vchain('dev', 'send', person, 'sign', name, '--json');
/** The operation of a name, as it is told. */
const operationOf = (name: string) => (happened: Happened) => JSON.stringify(happened).includes(`"name":"${name}"`);
const names = async () =>
  (await dev.answer('state', 'guests', 'guests')).rows.map((row: { readonly name: string }) => row.name).sort();

const RULE = 'if (known !== null) return';

test('an operation is told with its verdict, and the rows that it changed', async () => {
  const told = await dev.after(() => send('alice', 'alice'), 'judged', operationOf('alice'));
  const operations = (told as unknown as { blocks: { operations: object[] }[] }).blocks.flatMap((b) => b.operations);
  expect(operations).toMatchObject([
    {
      ...{ name: 'sign', decoded: { name: 'alice' }, verdict: 'accepted', code: null },
      rows: [{ collection: 'guests', before: null, after: { name: 'alice' } }],
    },
  ]);
  const again = await dev.after(() => send('alice', 'again'), 'judged', operationOf('again'));
  expect(JSON.stringify(again)).toContain('"verdict":"rejected","code":"SIGNED_ALREADY"');
  expect(await names()).toEqual(['alice']);
}, 120_000);

test('a changed rule is folded anew beside the live build, and takes its place: what it did to the verdicts is told', async () => {
  const switched = await saved('switched', 'machine.ts', RULE, `if (known !== null && name !== 'again') return`);
  expect(switched).toMatchObject({
    ...{ machine: 'guests', version: 1, operations: 2, verdicts: { accepted: 2, rejected: 0, ignored: 0 } },
    changes: {
      ...{ compared: 2, changed: 1 },
      counts: [{ before: { kind: 'rejected', code: 'SIGNED_ALREADY' }, after: { kind: 'accepted' }, operations: 1 }],
    },
  });
  expect(switched['consensusHash']).not.toBe(switched['consensusHashBefore']);
  expect(await names()).toEqual(['again']);
  const told = await dev.after(() => send('bob', 'bob'), 'judged', operationOf('bob'));
  expect(JSON.stringify(told)).toContain('"verdict":"accepted"');
}, 120_000);

test('the gateway that is told of serves the page, and the rules that are live', async () => {
  const address = String((await dev.next('gateway'))['address']);
  const rows = async (): Promise<readonly { readonly name: string }[]> => {
    const response = await fetch(`${address}/v1/chains/guests/machines/guests/collections/guests`).catch(() => null);
    return response?.status === 200 ? ((await response.json()) as { entries: { name: string }[] }).entries : [];
  };
  // It begins anew with the rules of each save.
  await until('the rows of the live rules', rows, (found) => found.map(({ name }) => name).join() === 'again,bob');
  expect((await fetch(`${address}/`)).headers.get('content-type')).toContain('text/html');
}, 120_000);

test('a rule that throws is told by file, line and operation, and the rules before go on', async () => {
  const throwing = `if (name === 'bob') throw new Error('no bobs');\n      ${RULE}`;
  const failed = await saved('failed', 'machine.ts', RULE, throwing);
  const line = lineOf(RULE);
  expect(failed).toMatchObject({
    isFirst: false,
    failure: {
      ...{ code: 'MACHINE_FAULTED', message: 'decide: no bobs' },
      place: { file: 'machine.ts', line, text: expect.stringContaining('no bobs') },
      operation: { name: 'sign', decoded: { name: 'bob' } },
    },
  });
  const told = await dev.after(() => send('carol', 'carol'), 'judged', operationOf('carol'));
  expect(JSON.stringify(told)).toContain('"verdict":"accepted"');
  expect(await names()).toEqual(['again', 'bob', 'carol']);
}, 120_000);

const lineOf = (text: string) =>
  (original['machine.ts'] ?? '').split('\n').findIndex((each) => each.includes(text)) + 1;

test.each([
  ['does not parse', ['const known', 'const const known'], 'const known'],
  ['imports what is not there', ['./chain.ts', './gone.ts'], './chain.ts'],
  ['defines nothing that can be', ['version: 1', 'version: 0'], '  defineStateMachine<'],
])(
  'a module that %s is told by its place',
  async (_what, [from, to], where) => {
    const failed = await saved('failed', 'machine.ts', from, to);
    expect(failed).toMatchObject({ failure: { place: { file: 'machine.ts', line: lineOf(where) } } });
  },
  120_000,
);

test('a module without a default export is told by its name, and what to do', async () => {
  const failed = await saved('failed', 'machine.ts', 'export default guestBookMachine', 'export { guestBookMachine }');
  const message = expect.stringContaining('export the definition as default');
  expect(failed).toMatchObject({ failure: { code: 'DEFINITION_UNUSABLE', message, place: { file: 'machine.ts' } } });
}, 120_000);

test('the next good save serves again, though the one before failed', async () => {
  const switched = await saved('switched', 'machine.ts');
  expect(switched).toMatchObject({ operations: 4, verdicts: { accepted: 3, rejected: 1 } });
}, 120_000);

test('live rules that throw stand before the block, and the next save goes on', async () => {
  await saved('switched', 'machine.ts', RULE, `if (name === 'dave') throw new Error('no daves');\n      ${RULE}`);
  const sending = dev.vchain('dev', 'send', 'dave', 'sign', 'dave', '--timeout', '1');
  const faulted = await dev.next('faulted');
  expect(faulted).toMatchObject({ failure: { message: 'decide: no daves', place: { file: 'machine.ts' } } });
  expect((await sending).stderr).toContain('WAIT_TIMED_OUT');
  expect(await saved('switched', 'machine.ts')).toMatchObject({ operations: 5, changes: { compared: 4, changed: 0 } });
  expect(await names()).toContain('dave');
}, 120_000);

test('blocks that are taken back are told', async () => {
  const told = await dev.after(
    () => dev.answer('dev', 'reorg', '1'),
    'judged',
    (each) => JSON.stringify(each).includes('"kind":"disconnected"'),
  );
  const taken = expect.objectContaining({ kind: 'disconnected', height: expect.any(Number) });
  expect(told).toMatchObject({ blocks: expect.arrayContaining([taken]) });
}, 120_000);

test('a machine that is called otherwise takes the place of the one before', async () => {
  await saved('switched', 'machine.ts', "name: 'guests'", "name: 'visitors'");
  const { machines } = await dev.answer('status');
  expect(machines).toMatchObject([{ name: 'visitors', state: 'at tip' }]);
  await saved('switched', 'machine.ts');
}, 120_000);

test('another chain is read from the node again, onto a log of its own', async () => {
  const other = await saved('switched', 'chain.ts', "magic: 'gb'", "magic: 'gc'");
  expect(other).toMatchObject({ isOtherChain: true, operations: 0 });
  const told = await dev.after(() => send('erin', 'erin'), 'judged', operationOf('erin'));
  expect(JSON.stringify(told)).toContain('"verdict":"accepted"');
  expect(await names()).toEqual(['erin']);
}, 120_000);

test('two-loops: a second one in the same folder is refused by name', async () => {
  expect(await dev.vchain('dev')).toMatchObject({ code: 1, stderr: expect.stringMatching(/^DEV_RUNNING: vchain dev/) });
}, 120_000);

test('rules in an endless loop are told of, and nothing is left of a vchain dev that is killed', async () => {
  await dev.after(() => save('machine.ts', RULE, `for (;;);\n      ${RULE}`), 'silent');
  await dev.end('SIGKILL');
  await until(
    'all processes of the folder have ended',
    () => processesIn(folder),
    (left) => left.length === 0,
  );
  expect(existsSync(join(folder, '.vchain/dev.json'))).toBe(true); // which nobody takes for a running one
  const { stderr } = await dev.vchain('dev', 'mine');
  expect(stderr).toContain('--node-url is not given');
}, 120_000);

test('parts that do not start end it by name, and leave nothing', async () => {
  const asked = { folder, node: process.execPath, vchain: executable };
  const { code, stderr } = await runVchain(
    { ...asked, env: { ...process.env, VCHAIN_NODE_URL: 'http://127.0.0.1:1' } },
    'dev',
  );
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^GIVEN_PART_UNUSABLE: [^\n]*\n$/) });
  expect(existsSync(join(folder, '.vchain/dev.pid'))).toBe(false);
}, 120_000);
