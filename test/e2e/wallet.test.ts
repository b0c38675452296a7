import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, encodeWif, hexToBytes, parsePrivateKey, type Sats, sha256 } from '@virtualchain/bitcoin';
import type { RunningProcess } from '@virtualchain/local';
import { type AccountKind, createAccount } from '@virtualchain/wallet';
import { rowsOf } from '../kit/projections.ts';
import { System } from '../kit/system.ts';

let system: System;
let running: RunningProcess[];

beforeAll(async () => {
  system = await System.start({ seed: 10 });
  running = [await system.ingester(), await system.projector('kv')];
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function vchain(
  keys: string,
  ...args: readonly string[]
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', args, {
    VCHAIN_KEY: keys,
    VCHAIN_KEY_PASSWORD: 'correct horse',
  });
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

const secret = (name: string): string =>
  encodeWif({ bytes: sha256(new TextEncoder().encode(name)), isCompressed: true }, 'regtest');

/** Keys, their account, and a mined coin of it. */
async function funded(
  kind: AccountKind,
  names: readonly string[],
  m?: number,
): Promise<{ keys: string; script: string; coin: string }> {
  const keys = names.map(secret);
  const { script } = createAccount(kind, keys.map(parsePrivateKey), 'regtest', m);
  const paid = system.miner.wallet.pay([{ value: 200_000n as Sats, script }], { fee: 2_000n });
  await system.miner.mine([paid]);
  return { keys: keys.join(','), script: bytesToHex(script), coin: `${paid.txid}:0` };
}

test.each<[AccountKind, readonly string[], number | undefined]>([
  ['p2pkh', ['one'], undefined],
  ['p2sh-multisig', ['first', 'second', 'third'], 2],
  ['p2sh-p2wpkh', ['nested'], undefined],
  ['p2wpkh', ['native'], undefined],
  ['p2tr', ['taproot'], undefined],
])(
  'a %s wallet sends a kv operation, and the real node and the machine accept it',
  async (kind, names, m) => {
    const { keys, script, coin } = await funded(kind, names, m);
    const name = `w${kind.replaceAll('-', '')}`.slice(0, 16);
    const flags = [
      '--account',
      kind,
      ...(m === undefined ? [] : ['--m', String(m)]),
      '--coin',
      coin,
      '--fee-rate',
      '3',
      '--json',
    ];
    const dry = await vchain(keys, 'send', 'kv', 'claim', name, ...flags, '--dry-run');
    expect(dry.code).toBe(0);
    const planned = JSON.parse(dry.output) as { txid: string; fee: string; virtualBytes: number; change: string };
    expect(Number(planned.fee) / planned.virtualBytes).toBeGreaterThanOrEqual(2.7);
    expect(Number(planned.fee) / planned.virtualBytes).toBeLessThan(4);
    expect(await system.rpc.call('getrawmempool')).toEqual([]);
    const sent = await vchain(keys, 'send', 'kv', 'claim', name, ...flags);
    expect(sent).toMatchObject({ code: 0 });
    const { txid } = JSON.parse(sent.output) as { txid: string };
    expect(await system.rpc.call('getrawmempool')).toEqual([txid]);
    await system.miner.mine([hexToBytes(String(await system.rpc.call('getrawtransaction', txid, 0)))]);
    await system.arrived(['kv']);
    await using projection = await system.open('kv');
    const held = (await rowsOf(projection, 'names')).filter((row) => row['name'] === name);
    expect(held).toMatchObject([{ name, owner: script }]);
  },
  60_000,
);

test('second-send: a node that is told its coins takes the change of a transaction that is not mined yet', async () => {
  const { keys, coin } = await funded('p2wpkh', ['twice']);
  const txids: string[] = [];
  let next = coin;
  for (const name of ['first', 'second']) {
    const flags = ['--account', 'p2wpkh', '--coin', next, '--coin', next, '--fee-rate', '3.5', '--json'];
    const sent = await vchain(keys, 'send', 'kv', 'claim', name, ...flags);
    expect(sent).toMatchObject({ code: 0 });
    const { txid } = JSON.parse(sent.output) as { txid: string };
    txids.push(txid);
    next = `${txid}:1`;
  }
  expect(new Set((await system.rpc.call('getrawmempool')) as string[])).toEqual(new Set(txids));
  const raw = await Promise.all(txids.map((txid) => system.rpc.call('getrawtransaction', txid, 0)));
  await system.miner.mine(raw.map((hex) => hexToBytes(String(hex))));
  await system.arrived(['kv']);
}, 60_000);

/** Core 30 relays 100,000 bytes of data, others 83. */
const MORE_THAN_ANY_NODE_RELAYS = 100_001;

test('what cannot be sent is refused by name, and no key is ever printed', async () => {
  const { keys, coin } = await funded('p2wpkh', ['refused']);
  const refused = [
    await vchain(keys, 'send', 'kv', 'claim', 'Not-a-name', '--coin', coin, '--fee-rate', '3'),
    await vchain(keys, 'send', 'kv', 'steal', 'x', '--coin', coin, '--fee-rate', '3'),
    await vchain(keys, 'send', 'kv', 'claim', 'x', '--coin', `${'00'.repeat(32)}:0`, '--fee-rate', '3'),
    await vchain(keys, 'send', 'kv', 'claim', 'x', '--coin', coin, '--fee-rate', '100000'),
    await vchain(keys, 'send', 'kv', 'claim', 'x', '--coin', coin),
    await vchain(
      keys,
      'send',
      'kv',
      'update',
      'x',
      'y'.repeat(MORE_THAN_ANY_NODE_RELAYS),
      '--coin',
      coin,
      '--fee-rate',
      '3',
    ),
    await vchain(keys, 'send', 'kv', 'claim', 'x', '--coin', coin, '--fee-rate', 'cheap'),
    await vchain(keys, 'send', 'kv', 'claim', 'x', '--coin', coin, '--fee-rate', '0'),
    await vchain('nonsense', 'send', 'kv', 'claim', 'x', '--coin', coin, '--fee-rate', '3'),
  ];
  expect(refused.map(({ code, output }) => [output.split(':')[0], code])).toEqual([
    ['QUERY_INVALID', 2],
    ['QUERY_INVALID', 2],
    ['COIN_UNUSABLE', 1],
    ['FEE_RATE_OUT_OF_BOUNDS', 1],
    ['FEE_RATE_UNKNOWN', 1],
    ['PAYLOAD_TOO_LONG', 1],
    ['QUERY_INVALID', 2],
    ['FEE_RATE_OUT_OF_BOUNDS', 1],
    ['PRIVATE_KEY_INVALID', 2],
  ]);
  for (const { output } of refused) expect(output).not.toContain(keys);
}, 60_000);

test('keys from an encrypted file sign as well, and a wrong password opens nothing', async () => {
  const { keys, coin } = await funded('p2wpkh', ['file']);
  const file = join(system.parts.runDirectory, 'keys.json');
  expect(await vchain(keys, 'keys', file)).toMatchObject({ code: 0 });
  expect(await readFile(file, 'utf8')).not.toContain(keys);
  const sent = await vchain(
    '',
    'send',
    'kv',
    'claim',
    'fromfile',
    '--key-file',
    file,
    '--coin',
    coin,
    '--fee-rate',
    '3',
    '--dry-run',
  );
  expect(sent).toMatchObject({ code: 0 });
  const process = await system.run(
    'services/cli/src/main.ts',
    ['send', 'kv', 'claim', 'x', '--key-file', file, '--coin', coin, '--fee-rate', '3'],
    { VCHAIN_KEY_PASSWORD: 'wrong' },
  );
  await process.exited;
  expect(await readFile(process.logFile, 'utf8')).toContain('KEY_FILE_UNUSABLE');
}, 60_000);
