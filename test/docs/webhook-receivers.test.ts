/** The receivers in Node and Python of the page: they keep what was signed, once, and refuse everything else. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signedHeaders } from '@virtualchain/webhooks';
import { freePorts } from '../../infra/local/src/ports.ts';
import { has, PagePrograms } from '../kit/page-programs.ts';
import { until } from '../kit/until.ts';

const PAGE = 'docs/how-to/webhooks.md';
const LANGUAGES = [
  { language: 'Node', program: 'receiver.mjs', command: 'node', isThere: true },
  { language: 'Python', program: 'receiver.py', command: 'python3', isThere: has('python3', '--version') },
] as const;
const [older, newer, strange] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2), Buffer.alloc(32, 3)];
const textOf = (secret: Buffer): string => `whsec_${secret.toString('base64')}`;

let programs: PagePrograms;
beforeAll(async () => {
  programs = await PagePrograms.open(PAGE);
});
afterAll(async () => programs?.[Symbol.asyncDispose]());

const change = (before: string | null, after: string | null) => {
  const row = (owner: string | null) => (owner === null ? null : { name: 'alice', owner });
  return { collection: 'names', key: ['alice'], before: row(before), after: row(after) };
};
const entry = (kind: string, changes: readonly object[]) => ({
  kind,
  cursor: 'f:1',
  height: 1,
  blockHash: 'a',
  changes,
});
const CLAIMED = [entry('block.opened', []), entry('operation.accepted', [change(null, 'one')])];
const TAKEN_BACK = [entry('block.retracted', [change('one', null)])];
const CLAIMED_BY_ANOTHER = [entry('operation.accepted', [change(null, 'two \u00fcnic\u00f6de')])];

describe.each(LANGUAGES)('in $language', ({ program, command, isThere }) => {
  const testThere = isThere ? test : test.skip;
  let child: ChildProcess;
  let port: number;

  const kept = async () => JSON.parse(await readFile(join(programs.folder, 'rows.json'), 'utf8').catch(() => 'null'));

  async function start(): Promise<void> {
    [port = 0] = await freePorts(1);
    child = spawn(command === 'node' ? process.execPath : command, [program, String(port), 'rows.json'], {
      ...{ cwd: programs.folder, stdio: 'ignore' },
      env: { PATH: process.env['PATH'], WEBHOOK_SECRET: `${textOf(newer)} ${textOf(older)}` },
    });
    await until(
      'it listens',
      () => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' }).catch(() => null),
      (response) => response !== null,
    );
  }

  async function stop(): Promise<void> {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  beforeEach(async () => {
    await rm(join(programs.folder, 'rows.json'), { force: true });
    if (isThere) await start();
  });
  afterEach(async () => {
    if (isThere) await stop();
  });

  async function post(
    number: number,
    entries: readonly object[],
    signed: { secrets: readonly Buffer[]; now?: number; change?: string },
  ) {
    const id = `wh_${'a'.repeat(32)}.1.${number}`;
    const told = { webhook: 'wh', generation: 1, number, chain: 'kv', machine: 'kv', cursor: 'f:1', entries };
    const body = Buffer.from(JSON.stringify(told));
    const headers = signedHeaders({ id, body, secrets: signed.secrets, now: signed.now ?? Date.now() });
    const sent = signed.change === undefined ? body : Buffer.from(JSON.stringify(told).replace('alice', signed.change));
    return (await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: sent, headers })).status;
  }

  testThere('deliveries are taken once, through a kill, a retraction, and a secret that is rotated', async () => {
    expect(await post(1, CLAIMED, { secrets: [older] })).toBe(204);
    expect(await kept()).toMatchObject({ rows: { names: { '["alice"]': { name: 'alice', owner: 'one' } } } });
    await stop();
    await start();
    expect(await post(1, CLAIMED_BY_ANOTHER, { secrets: [older] })).toBe(204); // the same id: it is not looked into
    expect((await kept()).rows.names).toEqual({ '["alice"]': { name: 'alice', owner: 'one' } });
    expect(await post(2, TAKEN_BACK, { secrets: [strange, newer] })).toBe(204);
    expect((await kept()).rows.names).toEqual({});
    expect(await post(3, CLAIMED_BY_ANOTHER, { secrets: [newer] })).toBe(204);
    expect((await kept()).rows.names).toEqual({ '["alice"]': { name: 'alice', owner: 'two \u00fcnic\u00f6de' } });
  });

  testThere('what was not signed, was changed, or is old is refused', async () => {
    expect(await post(1, CLAIMED, { secrets: [strange] })).toBe(401);
    expect(await post(1, CLAIMED, { secrets: [newer], change: 'carol' })).toBe(401);
    expect(await post(1, CLAIMED, { secrets: [newer], now: Date.now() - 3_600_000 })).toBe(401);
    expect(await post(1, CLAIMED, { secrets: [] })).toBe(401);
    expect(await kept()).toBeNull();
  });
});
