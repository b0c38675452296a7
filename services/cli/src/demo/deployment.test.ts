import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CHAIN, CHAIN_PARAMETERS, MACHINE_NAMES, MACHINES } from './deployment.ts';
import { settingsOf } from './processes.ts';

const root = join(import.meta.dirname, '../../../..');
const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');

/** What a variable is set to, with regtest as the network. */
function variable(name: string): string | undefined {
  return new RegExp(`^ +${name}: (\\S+)$`, 'm').exec(compose)?.[1]?.replace(`\${VCHAIN_NETWORK:-regtest}`, 'regtest');
}

/** The parameters in the file that a variable of the containers names. */
function parametersIn(name: string): unknown {
  return JSON.parse(readFileSync(join(root, variable(name) ?? name), 'utf8'));
}

test('docker compose follows the chain that --feed sends to, with its parameters', () => {
  expect(variable('VCHAIN_CHAIN')).toBe(CHAIN);
  expect(parametersIn('VCHAIN_CHAIN_PARAMETERS_FILE')).toEqual(CHAIN_PARAMETERS);
});

test('docker compose runs the machines of the demo, bns with its parameters', () => {
  const machines = [...compose.matchAll(/"services\/projector\/src\/main\.ts", "--machine", "(\w+)"/g)].map(
    ([, machine]) => machine,
  );
  expect(machines).toEqual(MACHINE_NAMES);
  expect(parametersIn('VCHAIN_MACHINE_PARAMETERS_FILE')).toEqual(MACHINES.bns);
});

test('docker compose gives the ingester the address at which its node publishes', () => {
  const secrets = readFileSync(join(root, 'infra/docker/write-secrets.sh'), 'utf8');
  const [, port] = /zmqpubhashblock=tcp:\/\/0\.0\.0\.0:(\d+)/.exec(secrets) ?? [];
  expect(variable('VCHAIN_NODE_ZMQ')).toBe(`tcp://bitcoind:${port}`);
});

test('the demo gives its ingester the address at which its node publishes, where it does', () => {
  const log = { kind: 'kafka', brokers: [] };
  const parts = (node: object) => ({ node: { url: 'http://node', ...node }, log, topicPrefix: 'x' });
  type Parts = Parameters<typeof settingsOf>[0];
  const zmqUrl = 'tcp://127.0.0.1:1';
  expect(settingsOf(parts({ zmqUrl }) as unknown as Parts, '')).toMatchObject({ VCHAIN_NODE_ZMQ: zmqUrl });
  expect(settingsOf(parts({}) as unknown as Parts, '')).not.toHaveProperty('VCHAIN_NODE_ZMQ');
});
