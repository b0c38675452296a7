/**
 * A machine gets new rules while everything goes on: a rebuild folds them beside the live build, switches, and every process is replaced
 * one after the other, as a rolling upgrade does. Who asks meanwhile is answered, every time.
 */
import { readFile } from 'node:fs/promises';
import { createServer, type Server, type Socket, connect as tcp } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { until } from '../kit/until.ts';

/** The rules as one image has them, and as the next one does. */
const [RULES, NEXT] = [1, 2].map((version) => join(import.meta.dirname, `../kit/claims-machine-${version}.ts`)) as [
  string,
  string,
];
const BASE = '/v1/chains/kv/machines/claims';

interface Gateway {
  readonly process: RunningProcess;
  /** Of its questions, and of its pages. */
  readonly port: number;
  readonly pages: number;
}

let system: System;
let service: Server;
let address = '';
/** Where new connections go, one after the other: a gateway is taken out before it is told to stop. */
let behind: Gateway[] = [];
const sockets = new Set<Socket>();

async function gateway(rules: string): Promise<Gateway> {
  const process = await system.run('services/gateway/src/main.ts', ['--api-port', '0', '--machine', rules]);
  const { address: at, port: pages } = await startedLine(process);
  return { process, port: Number(new URL(at).port), pages };
}

beforeAll(async () => {
  system = await System.start({ seed: 14 });
  let next = 0;
  service = createServer((socket) => {
    const chosen = behind[next++ % behind.length];
    const onward = tcp(chosen?.port ?? 0, '127.0.0.1');
    for (const [from, to] of [
      [socket, onward],
      [onward, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy()).on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await until('the service listens', async () => service.listening, Boolean);
  address = `http://127.0.0.1:${(service.address() as { readonly port: number }).port}`;
}, 240_000);

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  service?.close();
  await system?.[Symbol.asyncDispose]();
}, 60_000);

const isReady = async ({ pages }: Gateway): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${pages}/ready`)).status === 200;

async function stop({ process }: { readonly process: RunningProcess }): Promise<number | null> {
  await process.kill('SIGTERM');
  return (await process.exited).code;
}

test('new rules take over without a question that is not answered', async () => {
  await system.ingester();
  const oldProjector = await system.projector(RULES);
  await system.mine(10, 4);
  await system.arrived(['claims']);
  behind = [await gateway(RULES), await gateway(RULES)];

  // An upgrade that forgot the rebuild would wait for this one, and replace none.
  const early = await gateway(NEXT);
  expect([await isReady(early), await isReady(behind[0] as Gateway)]).toEqual([false, true]);

  let done = false;
  const answers: { readonly status: number; readonly code: string | null }[] = [];
  const asking = (async () => {
    while (!done) {
      const response = await fetch(`${address}${BASE}/blocks?limit=1`);
      const { code = null } = (await response.json()) as { readonly code?: string };
      answers.push({ status: response.status, code });
    }
  })();
  const mining = (async () => {
    for (let i = 1; !done; i++) await (i % 4 === 0 ? system.reorg(2) : system.mine(1, 2));
  })();

  try {
    const rebuild = await system.run('services/cli/src/main.ts', ['rebuild', NEXT, '--chain', 'kv', '--json']);
    expect([(await rebuild.exited).code, await readFile(rebuild.logFile, 'utf8')]).toEqual([
      0,
      expect.stringContaining('"live"'),
    ]);
    await startedLine(await system.projector(NEXT));
    await stop({ process: oldProjector });
    await until('the one that waited is ready', () => isReady(early), Boolean);
    const waited = [early];
    for (const old of [...behind]) {
      const fresh = waited.pop() ?? (await gateway(NEXT));
      behind = [...behind.filter((one) => one !== old), fresh];
      expect(await stop(old)).toBe(0);
    }
  } finally {
    done = true;
    await Promise.all([asking, mining]);
  }

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThan(20);
  const tip = await system.mine(1, 2);
  const live = await until(
    'the new rules follow the chain',
    () => system.statuses(),
    (all) => all.some((one) => one.build.status === 'live' && one.tip?.hash === tip.hash),
  );
  expect(live.filter(({ build }) => build.status === 'live').map(({ build }) => build.version)).toEqual([2]);
  const asked = await fetch(`${address}${BASE}/blocks?limit=1`);
  expect(await asked.json()).toMatchObject({ entries: [{ hash: tip.hash }] });
  const verify = await system.run('services/cli/src/main.ts', ['verify', NEXT, '--chain', 'kv']);
  expect([(await verify.exited).code, await readFile(verify.logFile, 'utf8')]).toEqual([
    0,
    expect.stringContaining('all hashes agree'),
  ]);
}, 300_000);
