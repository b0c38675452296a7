import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadMachine } from '@virtualchain/definitions';
import type { RunningProcess } from '@virtualchain/local';
import type { MemoryFold, OperationOutcome } from '@virtualchain/machine';
import type { RulesCompared } from '@virtualchain/projection';
import { foldRawBlocks } from '@virtualchain/testing';
import { Client } from '../kit/postgres-client.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let running: RunningProcess[];

beforeAll(async () => {
  system = await System.start({ seed: 6 });
  running = [await system.ingester(), await system.projector('kv')];
  await system.mine(40, 4);
  await system.reorg(5);
  await system.arrived(['kv']);
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function vchain(...args: readonly string[]): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', args);
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

test('rebuild under load: the old answers are served throughout, and the new build is equal', async () => {
  const before = (await system.status('kv'))?.build.schema;
  await using client = await Client.connect(system.postgresUrl);
  let done = false;
  /** Blocks go on, reorganisations included, and the view answers at every moment. */
  const load = (async () => {
    for (let i = 0; !done || i < 5; i++) {
      if (i % 4 === 3) await system.reorg(2);
      else await system.mine(1, 2);
    }
  })();
  const answers: number[] = [];
  const asking = (async () => {
    while (!done) answers.push(Number((await client.rows('select count(*) as n from kv_kv.blocks'))[0]?.['n']));
  })();
  const rebuilt = await vchain('rebuild', 'kv', '--json');
  done = true;
  await Promise.all([load, asking]);
  expect(rebuilt).toMatchObject({ code: 0 });
  const switched = JSON.parse(rebuilt.output.trim().split('\n').at(-1) ?? '{}') as { live: string; retired: string };
  expect(switched.retired).toBe(before);
  expect(answers.length).toBeGreaterThan(3);
  expect(Math.min(...answers)).toBeGreaterThan(100);
  await system.mine(2);
  await system.arrived(['kv']);
  expect((await system.status('kv'))?.build.schema).toBe(switched.live);
  expect(await system.differences(['kv'])).toEqual([]);
}, 180_000);

test('rules that are tried beside the live ones: the first block, operation and row, and every verdict that changes, as two folds of the raw blocks have it', async () => {
  const module = 'test/kit/kv-candidate.ts';
  const live = await system.instance('kv');
  const branch = system.miner.branch();
  const [ours, theirs] = await Promise.all([
    foldRawBlocks(live, branch),
    foldRawBlocks({ ...live, machine: await loadMachine(module, live.chain) }, branch),
  ]);
  const judged = ({ blocks }: MemoryFold) => blocks.flatMap(({ outcomes }) => outcomes);
  const codeOf = ({ verdict }: OperationOutcome) => (verdict.kind === 'accepted' ? '' : verdict.code);
  const pairs = judged(ours).map((before, i) => [before, judged(theirs)[i] as OperationOutcome] as const);
  const changed = pairs.filter(([before, after]) => codeOf(before) !== codeOf(after));
  const firstBlock = theirs.blocks.find(({ changesHash }, i) => changesHash !== ours.blocks[i]?.changesHash)?.block;
  const expected = {
    blocks: branch.length - Number(live.machine.firstBlock),
    to: system.miner.tip.height,
    changed: changed.length,
    firstOperation: { txid: changed[0]?.[0].event.txid, height: changed[0]?.[0].event.height },
    isDeclared: true,
  };
  expect(changed.length).toBeGreaterThan(3);
  const whole = await vchain('compare-rules', module, '--json');
  expect(whole).toMatchObject({ code: 0 });
  const found = JSON.parse(whole.output.trim().split('\n').at(-1) ?? '{}') as RulesCompared;
  expect(found).toMatchObject(expected);
  expect(found.firstRow?.height).toBe(firstBlock?.height);
  expect(found.counts.reduce((sum, { operations }) => sum + operations, 0)).toBe(changed.length);
  const told = await vchain('compare-rules', module);
  expect(told).toMatchObject({ code: 0 });
  const first = `first operation: block ${expected.firstOperation.height}, `;
  expect(told.output).toMatch(new RegExp(`${first}.*${expected.firstOperation.txid}: .* → .*`));
  expect(told.output).toContain(`operations that change their verdict: ${changed.length}`);
  const later = await vchain('compare-rules', module, '--json', '--from', '115');
  expect(later).toMatchObject({ code: 0 });
  const { blocks: _blocks, ...same } = expected;
  const { firstBlock: block, firstRow: row } = found;
  expect(JSON.parse(later.output.trim().split('\n').at(-1) ?? '{}')).toMatchObject({
    ...{ ...same, from: 115, startedFromLive: true },
    ...{ firstBlock: block, firstRow: row },
  });
}, 120_000);

test('a row of the live build altered by hand: the switch is refused, verify names the height', async () => {
  const schema = (await system.status('kv'))?.build.schema;
  await using client = await Client.connect(system.postgresUrl);
  const [row] = await client.rows(
    `select name, valid_from from ${schema}.c_names where valid_to is null order by valid_from limit 1`,
  );
  const height = Number(row?.['valid_from']);
  await client.rows(
    `update ${schema}.c_names set revision = revision + 1 where name = '${row?.['name']}' and valid_from = ${height}`,
  );
  const rebuilt = await vchain('rebuild', 'kv');
  expect(rebuilt).toMatchObject({ code: 1, output: expect.stringContaining('SWITCH_REFUSED') });
  expect(rebuilt.output).toContain(`height ${height}`);
  expect((await system.status('kv'))?.build.schema).toBe(schema);
  const verified = await vchain('verify', 'kv');
  expect(verified).toMatchObject({ code: 1, output: expect.stringContaining(`height ${height}: rows of names`) });
  const auditing = await system.projector('kv', { VCHAIN_AUDIT_PACE: '100000' });
  const red = await until(
    'the audit finds it',
    () => healthOf(auditing),
    ({ code }) => code === 503,
  );
  expect(red.body).toMatchObject({ ok: false, detail: { audit: { disagreement: { height, what: 'rows of names' } } } });
  expect(await readFile(auditing.logFile, 'utf8')).toContain('AUDIT_DISAGREES');
  await client.rows(
    `update ${schema}.c_names set revision = revision - 1 where name = '${row?.['name']}' and valid_from = ${height}`,
  );
  expect(await vchain('verify', 'kv')).toMatchObject({ code: 0 });
  await until(
    'the audit looks again',
    () => healthOf(auditing),
    ({ code }) => code === 200,
  );
  await auditing.stop();
}, 180_000);

/** What a process answers at `/health`. */
async function healthOf({ logFile }: RunningProcess): Promise<{ readonly code: number; readonly body: unknown }> {
  const port = /"port":(\d+)/.exec(await readFile(logFile, 'utf8'))?.[1];
  if (port === undefined) return { code: 0, body: null };
  const answer = await fetch(`http://127.0.0.1:${port}/health`);
  return { code: answer.status, body: await answer.json() };
}

test('the state at a past height is what it was then', async () => {
  const at = system.miner.tip.height - 5;
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch().slice(0, at + 1));
  const answer = await vchain('state', 'kv', 'names', '--at', String(at), '--json');
  const { rows } = JSON.parse(answer.output) as { rows: readonly { name: string; owner: string; revision: number }[] };
  const spelled = (row: { readonly [column: string]: unknown }): unknown[] => [
    row['name'],
    row['owner'],
    row['revision'],
    row['value'],
  ];
  expect(rows.map(spelled)).toEqual(fold.state.dump('names').map(spelled));
}, 60_000);

test('builds that were replaced are dropped, and old history is removed, when they are; a dry run says which before', async () => {
  const json = async (...args: readonly string[]) => {
    const { code, output } = await vchain(...args, '--json');
    expect({ args, code, output }).toMatchObject({ code: 0 });
    return JSON.parse(output.trim().split('\n').at(-1) ?? '{}');
  };
  const before = (await json('builds', 'list')).builds as readonly {
    readonly schema: string;
    readonly status: string;
  }[];
  const retired = before.filter(({ status }) => status === 'retired').map(({ schema }) => schema);
  expect(retired.length).toBeGreaterThan(0);
  const [live] = before.filter(({ status }) => status === 'live');
  expect(await vchain('builds', 'drop', String(live?.schema))).toMatchObject({
    ...{ code: 1, output: expect.stringContaining('BUILD_NOT_DROPPABLE') },
  });
  const dry = await json('builds', 'drop', '--retired', '--dry-run');
  expect(dry.dropped.map(({ schema }: { schema: string }) => schema)).toEqual(retired);
  expect((await json('builds', 'list')).builds).toHaveLength(before.length);
  await json('builds', 'drop', '--retired');
  expect((await json('builds', 'list')).builds).toMatchObject([{ schema: live?.schema, status: 'live' }]);

  const would = await json('prune', 'kv', '--keep', '110', '--dry-run');
  const pruned = await json('prune', 'kv', '--keep', '110');
  expect(pruned).toMatchObject({ from: system.miner.tip.height - 110, rows: would.rows, tip: system.miner.tip.height });
  expect(await vchain('state', 'kv', 'names', '--at', String(pruned.from - 1))).toMatchObject({
    ...{ code: 1, output: expect.stringContaining('HEIGHT_OUT_OF_RANGE') },
  });
  await system.mine(2);
  await system.reorg(1);
  await system.arrived(['kv']);
  expect(await system.differences(['kv'])).toEqual([]);
}, 120_000);
