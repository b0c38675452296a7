import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { foldRawBlocks } from '@virtualchain/testing';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

let system: System;
let running: RunningProcess[];
let projectorUrl: string;

beforeAll(async () => {
  system = await System.start({ seed: 9 });
  running = [await system.ingester(), await system.projector('kv')];
  await system.mine(40, 4);
  await system.arrived(['kv']);
  const lines = await until(
    'the projector says its port',
    () => system.logOf(running[1] as RunningProcess),
    (found) => found.some(({ msg }) => msg === 'started'),
  );
  projectorUrl = `http://127.0.0.1:${lines.find(({ msg }) => msg === 'started')?.['port']}`;
}, 180_000);

afterAll(async () => {
  await Promise.all((running ?? []).map((process) => process.stop()));
  await system?.[Symbol.asyncDispose]();
}, 60_000);

async function snv(
  height: number,
  trust: string,
  server = projectorUrl,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const process = await system.run('services/cli/src/main.ts', [
    'snv',
    'kv',
    String(height),
    '--trust',
    trust,
    '--server',
    server,
    '--json',
  ]);
  const { code } = await process.exited;
  return { code, output: await readFile(process.logFile, 'utf8') };
}

test('an old block\u2019s operations are proved by one recent consensus hash, through the projector\u2019s public interface', async () => {
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch());
  const [old, tip] = [fold.blocks.at(-30), fold.tip];
  const wanted = old?.transitions.map(({ serialized }) => Buffer.from(serialized).toString('latin1'));
  for (const trust of [`${tip?.block.height}:${tip?.consensusHash}`, String(tip?.consensusHash)]) {
    const { code, output } = await snv(Number(old?.block.height), trust);
    expect({ code, operations: code === 0 ? JSON.parse(output).operations : output }).toEqual({
      code: 0,
      operations: wanted,
    });
  }
}, 60_000);

test('a server that changes one operation is caught', async () => {
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch());
  const old = fold.blocks.findLast(
    ({ transitions, block }) => transitions.length > 0 && block.height < system.miner.tip.height - 5,
  );
  const liar: Server = createServer((request, response) => {
    fetch(new URL(request.url ?? '/', projectorUrl))
      .then((answer) => answer.text())
      .then((body) =>
        response.end(
          request.url?.startsWith('/snv/operations') ? body.replace('"2b', '"2d').replace('"3d', '"2d') : body,
        ),
      );
  });
  liar.listen(0, '127.0.0.1');
  await new Promise((ready) => liar.once('listening', ready));
  const trust = `${fold.tip?.block.height}:${fold.tip?.consensusHash}`;
  const caught = await snv(
    Number(old?.block.height),
    trust,
    `http://127.0.0.1:${(liar.address() as AddressInfo).port}`,
  );
  liar.close();
  expect(caught).toMatchObject({ code: 1, output: expect.stringContaining('SNV_REFUSED') });
}, 60_000);

test('bad questions are answered with what is wrong', async () => {
  for (const path of [
    '/snv/ops-hash?height=x',
    '/snv/consensus-hashes?heights=1,,2',
    '/snv/operations',
    '/snv/place?txid=00',
  ]) {
    expect((await fetch(new URL(path, projectorUrl))).status).toBe(400);
  }
  expect((await fetch(new URL('/nothing', projectorUrl))).status).toBe(404);
});
