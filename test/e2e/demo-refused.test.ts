import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { startRealParts } from '@virtualchain/local';
import { openRpc } from '@virtualchain/node-client';
import { createMiner } from '@virtualchain/testing';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { sharedServers } from '../kit/shared-servers.ts';

const cli = join(resolve(import.meta.dirname, '../..'), 'services/cli/src/main.ts');

test.each([
  ['demo', '--once'],
  ['demo', '--feed'],
])(
  'a node that has blocks already is refused by %s %s, and nothing is sent to it',
  async (...args) => {
    await using parts = await startRealParts({
      need: ['kafka', 'node', 'postgres'],
      log: () => undefined,
      env: sharedServers(),
    });
    await using rpc = openRpc(parts.node.url);
    const miner = createMiner({ rpc, seed: 'somebody else' });
    await miner.mineMany(3);
    const demo = await parts.startProcess({
      name: 'demo',
      command: process.execPath,
      args: [cli, ...args],
      env: {
        ...bareEnvironment,
        VCHAIN_NODE_URL: parts.node.url,
        VCHAIN_KAFKA_BROKERS: parts.kafka.brokers.join(','),
        VCHAIN_POSTGRES_URL: parts.postgres.url,
      },
    });
    const { code } = await demo.exited;
    const said = await readFile(demo.logFile, 'utf8');
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringMatching(/DEMO_REFUSED: .* has 3 blocks already.*unset VCHAIN_NODE_URL/),
    });
    const tips = (await rpc.call('getchaintips')) as readonly { readonly hash: string }[];
    expect(tips.map(({ hash }) => hash)).toEqual([miner.tip.hash]);
  },
  120_000,
);
