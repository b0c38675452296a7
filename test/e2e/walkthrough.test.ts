/** Step 6 of the README of kv: a machine written by a stranger, with its chain, on a real node, Kafka and Postgres. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { encodeWif, hexToBytes, parsePrivateKey, type Sats, sha256 } from '@virtualchain/bitcoin';
import type { RunningProcess } from '@virtualchain/local';
import { createAccount } from '@virtualchain/wallet';
import { System } from '../kit/system.ts';
import { openWalkthrough, type Walkthrough } from '../kit/walkthrough.ts';

let walkthrough: Walkthrough;
let system: System;

beforeAll(async () => {
  walkthrough = await openWalkthrough();
  system = await System.start({ seed: 11 });
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await walkthrough?.[Symbol.asyncDispose]();
}, 60_000);

const SCRIPTS: Readonly<Record<string, string>> = { vchain: 'services/cli/src/main.ts' };

/** Starts a command of the README: `npx node SCRIPT …` or `npx vchain …`, with `my-polls` where the walkthrough is. */
function start(command: string, settings: Readonly<Record<string, string>> = {}): Promise<RunningProcess> {
  const words = command.split(' ').map((word) => word.replace(/^my-polls/, join(walkthrough.folder, 'my-polls')));
  const [, program = '', ...args] = words;
  const script = SCRIPTS[program];
  return script === undefined ? system.run(args[0] ?? '', args.slice(1), settings) : system.run(script, args, settings);
}

async function printed(command: string, settings: Readonly<Record<string, string>> = {}): Promise<string> {
  const process = await start(command, settings);
  const { code } = await process.exited;
  const output = await readFile(process.logFile, 'utf8');
  expect({ code, output }).toMatchObject({ code: 0 });
  return output;
}

test('step 6: ingester and projector run it, and what is sent arrives', async () => {
  const [ingester = '', projector = '', send = '', state = '', verify = ''] = walkthrough.block(6, 'sh').split('\n');
  await start(ingester);
  await start(projector);
  await system.arrived(['polls']);

  const key = encodeWif({ bytes: sha256(new TextEncoder().encode('pollster')), isCompressed: true }, 'regtest');
  const { script } = createAccount('p2wpkh', [parsePrivateKey(key)], 'regtest');
  const paid = system.miner.wallet.pay([{ value: 200_000n as Sats, script }], { fee: 2_000n });
  await system.miner.mine([paid]);
  const flags = `--coin ${paid.txid}:0 --fee-rate 3 --json`;
  const { txid } = JSON.parse(await printed(`${send} ${flags}`, { VCHAIN_KEY: key })) as { txid: string };
  await system.miner.mine([hexToBytes(String(await system.rpc.call('getrawtransaction', txid, 0)))]);
  await system.arrived(['polls']);

  const { height } = system.miner.tip;
  const { rows } = JSON.parse(await printed(`${state} --json`)) as { rows: unknown };
  expect(rows).toEqual([
    { poll: 'tea', yes: 0, no: 0, closes: height + 3, closed: false },
    { poll: 'welcome', yes: 0, no: 0, closes: 3, closed: true },
  ]);
  expect(await printed(verify)).toContain('all hashes agree');
}, 120_000);
