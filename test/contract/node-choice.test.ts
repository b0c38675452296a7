import { expect, test } from '@jest/globals';
import { nodeSettings, readNodeFlag } from '../node-choice.ts';

test.each([
  [['--node', 'bitcoind'], 'bitcoind', []],
  [['--node=btcd', 'test/e2e/reorg'], 'btcd', ['test/e2e/reorg']],
  [['one', '--node', 'btcd', 'two'], 'btcd', ['one', 'two']],
  [['--node', 'embedded'], 'embedded', []],
  [['one', 'two'], undefined, ['one', 'two']],
  [[], undefined, []],
])('%j: the node is %s, the patterns are %j', (args, node, patterns) =>
  expect(readNodeFlag(args)).toEqual({ node, patterns }),
);

test.each([[['--node']], [['--node', 'geth']], [['--node=']], [['--node', 'btcd', '--node', 'bitcoind']]])(
  '%j is refused, and runs nothing',
  (args) => expect(() => readNodeFlag(args)).toThrow(/--node is given once, as bitcoind, btcd, embedded/),
);

test('a node that is chosen and one that is named by its URL contradict each other', () =>
  expect(nodeSettings('btcd', { VCHAIN_NODE_URL: 'http://somewhere' }, () => undefined)).rejects.toThrow(/unset it/));
