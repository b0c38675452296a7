import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readDemo, withDemo } from './demo-file.ts';

const DEMO = {
  chain: 'bns',
  network: 'regtest',
  nodeUrl: 'http://127.0.0.1:18443',
  nodeCookieFile: '/demo/.cookie',
  kafkaBrokers: '127.0.0.1:9092',
  postgresUrl: 'postgres://demo@127.0.0.1/demo',
  topicPrefix: 'demo',
};

test('demo-dropped: one setting that is given leaves the others of the demo as they are, and it is said which', () => {
  const { connection, borrowed } = withDemo({ postgresUrl: 'postgres://mine@127.0.0.1/mine' }, DEMO);
  expect(connection).toEqual({ ...DEMO, postgresUrl: 'postgres://mine@127.0.0.1/mine' });
  expect(borrowed.toSorted()).toEqual(
    ['chain', 'network', 'nodeUrl', 'nodeCookieFile', 'kafkaBrokers', 'topicPrefix'].toSorted(),
  );
  expect(withDemo({}, DEMO)).toEqual({ connection: DEMO, borrowed: [] });
});

test('a log that is given takes the place of the demo’s, whichever kind they are', () => {
  const { kafkaBrokers: _brokers, ...others } = DEMO;
  const mine = { logPostgresUrl: 'postgres://mine@127.0.0.1/log' };
  expect(withDemo(mine, DEMO).connection).toEqual({ ...others, ...mine });
  expect(withDemo({ kafkaBrokers: 'mine:9092' }, { ...others, ...mine }).connection).toEqual({
    ...others,
    kafkaBrokers: 'mine:9092',
  });
});

test('the cookie of the demo is not shown to another node', () => {
  const { connection } = withDemo({ nodeUrl: 'http://node.example' }, DEMO);
  expect(connection['nodeCookieFile']).toBeUndefined();
});

test('the gateway of the demo is asked by whoever names it, and not by the commands that reach its parts', () => {
  const demo = { ...DEMO, gatewayUrl: 'http://127.0.0.1:8080' };
  expect(withDemo({}, demo).connection).toEqual(DEMO);
});

test('without a demo the chain is kv', () => {
  expect(withDemo({ network: 'regtest' }, null)).toEqual({
    connection: { chain: 'kv', network: 'regtest' },
    borrowed: [],
  });
});

test('a file that was cut short is told by its path, with what to do', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-demo-'));
  const path = join(folder, 'demo.json');
  await writeFile(path, '{"chain"');
  expect(() => readDemo(path)).toThrow(`${path} does not say how a running demo is reached: remove it`);
  expect(readDemo(join(folder, 'none.json'))).toBeNull();
  await rm(folder, { recursive: true });
});
