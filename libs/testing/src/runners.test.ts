import type { test as nodeTest } from 'node:test';
import { expect, type test as jestTest, test } from '@jest/globals';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import type { test as vitestTest } from '@vitest/runner';
import { given } from './index.ts';

const chain = kvChain({});
const kv = { chain, machine: kvMachine({}, chain) };

/** What stands here has to fit the types of each runner: a `then…` is what a test returns. */
function written(runners: {
  readonly node: typeof nodeTest;
  readonly jest: typeof jestTest;
  readonly vitest: typeof vitestTest;
}): void {
  const claim = given(kv).when('alice', '+', 'satoshi');
  runners.node('accepted', () => claim.thenAccepts());
  runners.jest('accepted', () => claim.thenAccepts());
  runners.vitest('accepted', () => claim.thenAccepts());
  const again = given(kv)
    .block([{ sender: 'alice', opcode: '+', payload: 'satoshi' }])
    .when('bob', '+', 'satoshi');
  runners.node('rejected', () => again.thenRejects('NAME_TAKEN'));
  runners.jest('rejected', () => again.thenRejects('NAME_TAKEN'));
  runners.vitest('rejected', () => again.thenRejects('NAME_TAKEN'));
  const odd = given(kv).when('bob', '+', 'Satoshi');
  runners.node('ignored', () => odd.thenIgnores('NAME_MALFORMED'));
  runners.jest('ignored', () => odd.thenIgnores('NAME_MALFORMED'));
  runners.vitest('ignored', () => odd.thenIgnores('NAME_MALFORMED'));
  const rush = given(kv).whenBlock([{ sender: 'alice', opcode: '+', payload: 'satoshi' }]);
  runners.node('answered', () => rush.thenAnswers(['accepted']));
  runners.jest('answered', () => rush.thenAnswers(['accepted']));
  runners.vitest('answered', () => rush.thenAnswers(['accepted']));
}

test('a then… can be returned to node:test, Jest and Vitest: it resolves to nothing', async () => {
  const runs: (() => unknown)[] = [];
  const runner = (_name: string, run: () => unknown) => void runs.push(run);
  written({ node: runner, jest: runner, vitest: runner } as never);
  expect(runs).toHaveLength(12);
  expect(await Promise.all(runs.map((run) => run()))).toEqual(runs.map(() => undefined));
});
