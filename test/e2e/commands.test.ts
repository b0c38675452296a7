/** What commands say of what is there: heights, keys, places of the log, parts that are down, verdicts. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeWif, hexToBytes, parsePrivateKey, type Sats, sha256 } from '@virtualchain/bitcoin';
import type { RunningProcess } from '@virtualchain/local';
import { createAccount } from '@virtualchain/wallet';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
beforeAll(async () => {
  system = await System.start({ seed: 21 });
  await Promise.all([system.ingester(), system.projector('kv'), system.projector('activity')]);
  await system.mine(3);
  await system.arrived(['kv', 'activity']);
}, 240_000);
afterAll(async () => system?.[Symbol.asyncDispose](), 60_000);

const KEY = encodeWif({ bytes: sha256(new TextEncoder().encode('commander')), isCompressed: true }, 'regtest');

const start = (args: readonly string[]): Promise<RunningProcess> =>
  system.run('services/cli/src/main.ts', args, { VCHAIN_KEY: KEY });

async function ended(process: RunningProcess) {
  const { code } = await process.exited;
  const output = await readFile(process.logFile, 'utf8');
  expect(output).not.toMatch(/\n\s+at |a bug/);
  return { code, output };
}

const vchain = async (...args: readonly string[]) => ended(await start(args));

test('a height that is not kept has one code, whoever asks', async () => {
  const key = join(system.parts.runDirectory, 'signer.pem');
  const { generateKeyPairSync } = await import('node:crypto');
  await writeFile(key, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));
  const calls = [
    ['state', 'kv', 'names', '--at', '9999'],
    ['verify', 'kv', '--to', '9999'],
    ['verify', 'kv', '--from', '9999', '--log'],
    ['snapshot', 'export', 'kv', join(system.parts.runDirectory, 'never'), '--key', key, '--at', '9999'],
  ];
  for (const args of calls) {
    const { code, output } = await vchain(...args);
    expect({ args, code, output }).toMatchObject({ code: 1 });
    expect(output).toContain('HEIGHT_OUT_OF_RANGE: kv: height 9999 is not from');
  }
  const below = await vchain('verify', 'kv', '--to', '0');
  expect(below).toMatchObject({ code: 1, output: expect.stringContaining('HEIGHT_OUT_OF_RANGE: kv: height 0') });
}, 60_000);

test('a key without a row is not found, and more values than columns are wrong usage', async () => {
  const missing = await vchain('state', 'kv', 'names', 'nobody-has-this');
  expect(missing).toMatchObject({ code: 1, output: expect.stringMatching(/^NOT_FOUND: .*"nobody-has-this" \(name\)/) });
  const tooMany = await vchain('state', 'kv', 'names', 'a,b', '--json');
  expect(tooMany.code).toBe(2);
  expect(JSON.parse(tooMany.output)).toMatchObject({ error: { code: 'QUERY_INVALID', exitCode: 2 } });
  const { rows } = JSON.parse((await vchain('state', 'kv', 'names', '--limit', '1', '--json')).output);
  expect(rows).toHaveLength(1);
  for (const collection of ['nothing', '__proto__', 'constructor'])
    expect(await vchain('state', 'kv', collection)).toMatchObject({
      code: 1,
      output: expect.stringContaining('it has names: give one'),
    });
}, 60_000);

test('the queries of a machine are listed and asked, and what is asked wrongly is told by its rule', async () => {
  const listed = JSON.parse((await vchain('query', 'kv', '--json')).output).queries;
  expect(listed.map(({ name }: { name: string }) => name)).toEqual(['value', 'names']);
  const asked = JSON.parse((await vchain('query', 'kv', 'names', 'limit=2', '--json')).output);
  const { rows } = JSON.parse((await vchain('state', 'kv', 'names', '--limit', '2', '--json')).output);
  expect(asked).toMatchObject({ query: 'names', height: system.miner.tip.height });
  expect(asked.result.names).toEqual(rows.map(({ name }: { name: string }) => name));
  for (const [args, code, told] of [
    [['names', 'limit=many'], 2, 'QUERY_INVALID: names: limit must be a whole number from 1 to 100'],
    [['value'], 2, 'QUERY_INVALID: value: name must be given'],
    [['value', 'nobody'], 2, 'QUERY_INVALID: "nobody": not PARAMETER=VALUE'],
    [['value', 'name=nobody'], 1, 'NOT_FOUND: value has no answer'],
    [['nothing'], 1, 'NOT_FOUND: kv has no query "nothing"; it has value, names'],
  ] as const)
    expect(await vchain('query', 'kv', ...args)).toMatchObject({ code, output: expect.stringContaining(told) });
}, 60_000);

test("a machine's module is no chain, and a chain's no machine", async () => {
  const write = async (name: string, source: string) => {
    const path = join(system.parts.runDirectory, name);
    await writeFile(path, source);
    return path;
  };
  const machine = await write('machine.mjs', "export { kvMachine as default } from '@virtualchain/machine-kv';\n");
  const chain = await write('chain.mjs', "export { kvChain as default } from '@virtualchain/machine-kv';\n");
  for (const args of [
    ['tail', '--once', '--chain', machine],
    ['state', chain, 'names'],
  ])
    expect(await vchain(...args)).toMatchObject({ code: 2, output: expect.stringMatching(/^DEFINITION_UNUSABLE: /) });
}, 60_000);

test('tail begins where one says', async () => {
  const { height } = system.miner.tip;
  const tail = async (...args: readonly string[]) => {
    const { code, output } = await vchain('tail', '--once', '--json', ...args);
    expect({ code, output }).toMatchObject({ code: 0 });
    const lines = output.split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as { block: { height: number }; cursor: { offset: string } });
  };
  const heights = (lines: Awaited<ReturnType<typeof tail>>) => lines.map(({ block }) => block.height);
  const all = await tail();
  expect(heights(all).slice(-3)).toEqual([height - 2, height - 1, height]);
  expect(heights(await tail('--from', String(height - 1)))).toEqual([height - 1, height]);
  const before = all.at(-2)?.cursor;
  expect(heights(await tail('--from', `offset:${Number(before?.offset) + 1}`))).toEqual([height]);
  expect(heights(await tail('--cursor', JSON.stringify(before)))).toEqual([height]);
  expect(await tail('--from', 'latest')).toEqual([]);
  const missing = await vchain('tail', '--once', '--topic-prefix', 'elsewhere');
  expect(missing).toMatchObject({ code: 1, output: expect.stringMatching(/^TOPIC_MISSING: /) });
}, 60_000);

test('status shows version and chain, and fails where a part does not answer or is another one', async () => {
  const well = await vchain('status', '--json');
  expect(well.code).toBe(0);
  expect(JSON.parse(well.output).machines).toMatchObject([
    { chain: 'kv', name: 'activity', version: expect.any(Number) },
    { chain: 'kv', name: 'kv', version: 1 },
  ]);
  expect(JSON.parse((await vchain('status', '--json', '--chain', 'bns')).output).machines).toEqual([]);
  const down = await vchain('status', '--node-url', 'http://127.0.0.1:1');
  expect(down).toMatchObject({ code: 1, output: expect.stringContaining('PARTS_UNWELL: the node does not answer') });
  expect(down.output).toMatch(/^kv +activity +\d+ /m);
  const other = await vchain('status', '--network', 'testnet3');
  expect(other).toMatchObject({ code: 1, output: expect.stringContaining('the node is on regtest, not on testnet3') });
}, 60_000);

test('send rehearses by any machine, and waits for its verdict', async () => {
  const { script } = createAccount('p2wpkh', [parsePrivateKey(KEY)], 'regtest');
  const outputs = Array.from({ length: 3 }, () => ({ value: 50_000n as Sats, script }));
  const paid = system.miner.wallet.pay(outputs, { fee: 2_000n });
  await system.miner.mine([paid]);
  await system.arrived(['kv', 'activity']);
  const send = (coin: number, ...args: readonly string[]) =>
    start(['send', 'kv', ...args, '--coin', `${paid.txid}:${coin}`, '--fee-rate', '3']);
  const mineSent = async (process: RunningProcess) => {
    const txid = await until(
      'it is sent',
      async () => /^([0-9a-f]{64}), fee/m.exec(await readFile(process.logFile, 'utf8'))?.[1] ?? '',
      (found) => found !== '',
    );
    await system.miner.mine([hexToBytes(String(await system.rpc.call('getrawtransaction', txid, 0)))]);
    return ended(process);
  };

  const unnamed = await ended(await send(0, 'claim', 'mine', '--wait'));
  expect(unnamed).toMatchObject({ code: 2, output: expect.stringContaining('activity, kv judge kv; give one') });
  const claimed = await mineSent(await send(0, 'claim', 'mine', '--machine', 'kv', '--wait'));
  expect(claimed).toMatchObject({ code: 0, output: expect.stringContaining('accepted in block') });

  const again = await ended(await send(1, 'claim', 'mine', '--machine', 'kv'));
  expect(again).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^OPERATION_REFUSED: kv would say rejected: /),
  });
  expect(await system.rpc.call('getrawmempool')).toEqual([]);
  const forced = await mineSent(await send(1, 'claim', 'mine', '--machine', 'kv', '--wait', '--force'));
  expect(forced).toMatchObject({
    code: 1,
    output: expect.stringMatching(/^OPERATION_REJECTED: in block \d+, rejected: /m),
  });
  const counted = await mineSent(await send(2, 'claim', 'other', '--machine', 'activity', '--wait'));
  expect(counted).toMatchObject({ code: 0 });
}, 120_000);
