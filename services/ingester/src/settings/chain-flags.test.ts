import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readChainFlags } from './chain-flags.ts';

test('chains come in the order of the command line, each with the parameters behind it', () => {
  const args = ['--chain', 'kv', '--chain-parameters', '{"firstBlock":101}', '--log-level=debug', '--chain=./mine.ts'];
  expect(readChainFlags({}, args)).toEqual({
    chains: [
      { chain: 'kv', parameters: { firstBlock: 101 } },
      { chain: './mine.ts', parameters: {} },
    ],
    rest: ['--log-level=debug'],
    problems: [],
  });
});

test('the environment names chains when the command line does not', () => {
  const env = { VCHAIN_CHAIN: 'kv,./mine.ts', VCHAIN_CHAIN_PARAMETERS: '{"firstBlock":7}' };
  expect(readChainFlags(env, []).chains).toEqual([
    { chain: 'kv', parameters: { firstBlock: 7 } },
    { chain: './mine.ts', parameters: { firstBlock: 7 } },
  ]);
});

test('parameters may stand in a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vchain-flags-'));
  try {
    const file = join(folder, 'chain.json');
    writeFileSync(file, '{"firstBlock":7}\n');
    const env = { VCHAIN_CHAIN: 'kv', VCHAIN_CHAIN_PARAMETERS_FILE: file };
    expect(readChainFlags(env, []).chains).toEqual([{ chain: 'kv', parameters: { firstBlock: 7 } }]);
    expect(readChainFlags({ ...env, VCHAIN_CHAIN_PARAMETERS_FILE: `${file}x` }, []).problems).toEqual([
      expect.stringContaining('VCHAIN_CHAIN_PARAMETERS_FILE names'),
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ['no chain at all', {}, [], 'no chain is named'],
  ['parameters before any chain', {}, ['--chain-parameters', '{}', '--chain', 'kv'], 'behind the --chain'],
  ['a chain without a name', {}, ['--chain'], '--chain has no value'],
])('%s is refused', (_what, env, args, message) => {
  const { chains, problems } = readChainFlags(env, args);
  expect(problems.join()).toContain(message);
  expect(chains).toEqual([]);
});

test('parameters that are no JSON are refused', () =>
  expect(() => readChainFlags({}, ['--chain', 'kv', '--chain-parameters', '{'])).toThrow('not JSON'));
