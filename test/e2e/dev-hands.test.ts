/** Coins, blocks, reorganisations and operations by hand, on a chain that others mined before. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { System } from '../kit/system.ts';

let system: System;
let running: RunningProcess[];

beforeAll(async () => {
  system = await System.start({ seed: 31 });
  running = [await system.ingester(), await system.projector('kv'), await system.projector('activity')];
  await system.arrived(['kv', 'activity']);
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function vchain(...args: readonly string[]) {
  const process = await system.run('services/cli/src/main.ts', args);
  const { code } = await process.exited;
  return { code, output: (await readFile(process.logFile, 'utf8')).trim() };
}

/** The line of JSON of a command that went well. */
async function answer(...args: readonly string[]) {
  const { code, output } = await vchain(...args, '--json');
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
  return JSON.parse(output.split('\n').at(-1) ?? '');
}

const dev = (...args: readonly string[]) => vchain('dev', ...args);
const done = (...args: readonly string[]) => answer('dev', ...args);
const ownerOf = async (name: string) => (await answer('state', 'kv', 'names', name)).rows[0]?.owner;

test('who has no coins is given some, sends, is mined, and hears what each machine says', async () => {
  const sent = await done('send', 'erin', 'claim', 'byhand');
  expect(sent.verdicts).toEqual([
    { machine: 'activity', kind: 'accepted', code: null, detail: null, height: sent.height },
    { machine: 'kv', kind: 'accepted', code: null, detail: null, height: sent.height },
  ]);
  const [erin] = await done('people', 'erin');
  expect(await ownerOf('byhand')).toBe(erin.script);
}, 120_000);

test('what one machine rejects and another accepts is told machine by machine', async () => {
  await done('send', 'erin', 'claim', 'twice');
  const again = await dev('send', 'frank', 'transfer', 'twice', '@erin', '--json');
  const [line = '', error = ''] = again.output.split('\n');
  const kv = JSON.parse(line).verdicts.find(({ machine }: { machine: string }) => machine === 'kv');
  expect(kv).toMatchObject({ kind: 'rejected', code: 'NOT_OWNER' });
  expect({ code: again.code, error }).toEqual({ code: 0, error: '' }); // activity accepts everything
}, 120_000);

test('@bob stands for the address of bob', async () => {
  await done('send', 'erin', 'claim', 'forbob');
  await done('send', 'erin', 'transfer', 'forbob', '@bob');
  const [bob] = await done('people', 'bob');
  expect(await ownerOf('forbob')).toBe(bob.script);
}, 120_000);

test('who sends, funds and mines at the same time loses nothing of it', async () => {
  await done('fund', 'ivan', 'judy', 'peggy');
  const [ivan, judy, , mined, funded] = await Promise.all([
    done('send', 'ivan', 'claim', 'byivan'),
    done('send', 'judy', 'claim', 'byjudy'),
    done('send', 'peggy', 'claim', 'bypeggy'),
    done('mine', '2'),
    done('fund', 'trent'),
  ]);
  for (const { verdicts } of [ivan, judy]) expect(verdicts).toMatchObject([{ kind: 'accepted' }, { kind: 'accepted' }]);
  expect(mined.blocks).toBe(2);
  expect(await ownerOf('bypeggy')).not.toBeUndefined();
  expect(await done('people', 'trent')).toMatchObject([{ satoshis: funded.people[0].satoshis }]);
}, 120_000);

test('coins, and blocks with what waits in the mempool', async () => {
  const before = await done('people', 'grace');
  expect(before).toMatchObject([{ coins: 0, satoshis: '0' }]);
  const funded = await done('fund', 'grace', 'heidi', '--coins', '3', '--satoshis', '50000');
  expect(funded.people).toMatchObject([
    { person: 'grace', coins: 3, satoshis: '150000' },
    { person: 'heidi', coins: 3, satoshis: '150000' },
  ]);
  const waiting = [
    await done('send', 'grace', 'claim', 'one', '--no-mine'),
    await done('send', 'grace', 'claim', 'two', '--no-mine', '--pay', 'heidi=2000'),
  ];
  expect(waiting.map(({ height }) => height)).toEqual([null, null]);
  expect(await done('people', 'grace', 'heidi')).toMatchObject([{ satoshis: '146000' }, { satoshis: '152000' }]);
  expect(await done('mine', '2')).toMatchObject({ blocks: 2, transactions: 2, height: funded.height + 2 });
  expect(await done('mine')).toMatchObject({ blocks: 1, transactions: 0, height: funded.height + 3 });
}, 120_000);

test('a reorganisation takes back what was sent; with --keep it stands in the new branch', async () => {
  const { height } = await done('send', 'grace', 'claim', 'kept');
  expect(await done('reorg', '1', '--keep')).toMatchObject({ fork: height - 1, depth: 1, transactions: 1 });
  const next = await done('send', 'grace', 'claim', 'after');
  expect(next.height).toBe(height + 2);
  const [grace] = await done('people', 'grace');
  expect([await ownerOf('kept'), await ownerOf('after')]).toEqual([grace.script, grace.script]);
  expect(await done('reorg', '3')).toMatchObject({ depth: 3, height: next.height + 1, transactions: 2 });
  // What the node put back into its mempool is mined again; who was not kept is gone.
  const last = await done('send', 'erin', 'claim', 'last');
  expect(last).toMatchObject({ height: next.height + 2, verdicts: [{ kind: 'accepted' }, { kind: 'accepted' }] });
}, 120_000);

test('what cannot be done is refused by name', async () => {
  for (const [args, said] of [
    [['reorg', '9999'], 'DEV_REFUSED: the chain has'],
    [['send', 'alice', 'transfer', 'x', '@007'], 'QUERY_INVALID: "007" is no name of a person'],
    [['fund', 'alice', 'bob', 'carol', '--satoshis', '5000000000', '--coins', '200'], 'DEV_REFUSED'],
  ] as const) {
    const { code, output } = await dev(...args);
    expect({ args, output }).toMatchObject({ output: expect.stringContaining(said) });
    expect(code).toBe(said.startsWith('QUERY') ? 2 : 1);
  }
}, 240_000);
