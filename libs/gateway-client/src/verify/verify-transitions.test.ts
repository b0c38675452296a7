import { beforeAll, expect, test } from '@jest/globals';
import { bytesToHex } from '@virtualchain/bitcoin';
import { type FoldedBlock, MemoryFold, parseSerializedOperation } from '@virtualchain/machine';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { historyOf } from '@virtualchain/testing';
import { json, ScriptedGateway } from '../../../../test/kit/scripted-gateway.ts';
import { verifyTransitions } from './verify-transitions.ts';

const chain = kvChain({});
const machine = kvMachine({}, chain);
const LENGTH = 20;
let sealed: ReadonlyMap<number, FoldedBlock>;

beforeAll(async () => {
  const claims = Array.from({ length: LENGTH }, (_, i) =>
    Array.from({ length: i % 3 }, (_, j) => ({ sender: `s${i}`, opcode: '+', payload: `name${i}x${j}` })),
  );
  const fold = await MemoryFold.open(machine);
  for (const input of historyOf({ chain, machine }, claims).inputs) await fold.connect(input);
  sealed = new Map(fold.blocks.map((block) => [block.block.height, block]));
});

type Answers = Readonly<Record<string, (address: URL) => unknown>>;

/** What an honest gateway says. */
const HONEST: Answers = {
  'ops-hash': ({ searchParams }) => ({ opsHash: sealed.get(Number(searchParams.get('height')))?.opsHash ?? null }),
  'consensus-hashes': ({ searchParams }) => ({
    consensusHashes: (searchParams.get('heights') ?? '')
      .split(',')
      .map((height) => sealed.get(Number(height))?.consensusHash ?? null),
  }),
  operations: ({ searchParams }) => ({
    operations: sealed.get(Number(searchParams.get('height')))?.transitions.map((each) => bytesToHex(each.serialized)),
  }),
};

async function verified(height: number, answers: Answers = {}, trustedHeight = LENGTH) {
  const all = { ...HONEST, ...answers };
  await using gateway = await ScriptedGateway.answering((address) => {
    const answer = all[address.pathname.split('/').at(-1) ?? ''];
    return address.pathname.includes('/v1/chains/kv/machines/kv/snv/') && answer ? json(answer(address)) : null;
  });
  return await verifyTransitions(height, {
    ...{ gateway: gateway.url, chain: 'kv', machine: 'kv', firstBlock: 1 },
    trusted: { height: trustedHeight, consensusHash: sealed.get(trustedHeight)?.consensusHash ?? '' },
  });
}

test('what a machine accepted in every block is proved by one recent consensus hash', async () => {
  expect([...sealed.values()].flatMap(({ transitions }) => transitions).length).toBeGreaterThan(LENGTH / 2);
  for (const [height, { transitions }] of sealed) {
    const proved = await verified(height);
    expect(proved).toEqual(transitions.map(({ serialized }) => serialized));
    for (const each of proved) expect(parseSerializedOperation(each, machine.hashedFields)).not.toBe(null);
  }
});

test.each<readonly [string, Answers, string]>([
  ['an operation left out', { operations: () => ({ operations: [] }) }, 'OPERATIONS_MISMATCH'],
  ['another operation', { operations: () => ({ operations: ['2b3a'] }) }, 'OPERATIONS_MISMATCH'],
  ['operations that are none', { operations: () => ({ operations: [7] }) }, 'ANSWER_MALFORMED'],
  ['another ops hash', { 'ops-hash': () => ({ opsHash: 'ab'.repeat(32) }) }, 'CONSENSUS_HASH_MISMATCH'],
  ['no ops hash', { 'ops-hash': () => ({}) }, 'ANSWER_MALFORMED'],
  ['hashes withheld', { 'consensus-hashes': () => ({ consensusHashes: [] }) }, 'CONSENSUS_HASH_MISMATCH'],
  ['nothing', { 'consensus-hashes': () => null }, 'ANSWER_MALFORMED'],
])('refused: %s', async (_what, answers, problem) => {
  await expect(verified(6, answers)).rejects.toMatchObject({ code: 'ANSWER_NOT_PROVEN', problem });
});

test('a trusted block below the one that is asked about leads nowhere', async () => {
  await expect(verified(9, {}, 5)).rejects.toMatchObject({ problem: 'UNREACHABLE' });
});
