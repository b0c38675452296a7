/**
 * Small chains that the original engine was run over, one for each rule in which version 1 of the machine differed from it,
 * and in `agree/` some of the neighbouring rules: what is recorded of them, a detour, and why what is refused is refused.
 */
import { expect, jest, test } from '@jest/globals';
import { MemoryFold } from '@virtualchain/machine';
import { reorgDrill } from '@virtualchain/testing';
import { bnsChainCases } from '../conformance/src/bns/bns-chain.ts';
import { BNS_RULES, bnsBranches, readBnsChain } from '../kit/bns-branches.ts';

jest.setTimeout(300_000);

test.each(BNS_RULES)('%s: verdicts, hashes, records and balances as recorded', async (file) => {
  for await (const { name, expected, actual } of bnsChainCases(await readBnsChain(file)))
    expect({ name, answer: await actual() }).toEqual({ name, answer: expected });
});

test.each(BNS_RULES)('%s: a detour over another branch leaves no trace', async (file) => {
  const { instance, main, fork, consensusHashes } = await bnsBranches(file);
  const there = await reorgDrill(instance.machine, main, fork);
  expect(there.blocks.map(({ consensusHash }) => consensusHash)).not.toEqual(consensusHashes.slice(0, fork.length));
});

const yes = 'accepted';

test.each([
  ['v2-tokens-in-period', 620_005, ['TOKENS_TOO_EARLY', yes]],
  ['preorder-register-preorder', 620_003, [yes, yes, 'PREORDER_USED']],
  ['ns-preorder-reveal-preorder', 620_000, [yes, yes, 'PREORDER_USED']],
  ['cross-kind-consumed', 620_001, [yes, yes, 'PREORDER_USED', 'PREORDER_USED']],
  ['epoch1-p2sh', 620_004, ['OWNER_MULTISIG_TOO_EARLY', yes, yes, yes, 'BURN_ADDRESS_WRONG']],
  ['epoch1-p2sh', 620_007, ['SENDER_MULTISIG_TOO_EARLY', yes]],
  ['ns-btc-preorder-over-epoch', 620_005, [yes, yes]],
  ['scan-quota-collided-sender-full', 620_005, ['NAME_COLLISION', 'NAME_COLLISION', yes, 'NAME_COLLISION']],
  ['import-ready-preorder-register', 620_002, [yes, yes, yes, yes]],
])('%s, block %d: each refusal has a code of its own', async (rule, height, verdicts) => {
  const { instance, main } = await bnsBranches(`bns/${rule}.json.gz`);
  const fold = await MemoryFold.open(instance.machine);
  for (const input of main) if (input.height <= height) await fold.connect(input);
  const answers = fold.tip?.outcomes.map(({ verdict }) => (verdict.kind === 'accepted' ? yes : verdict.code));
  expect(answers).toEqual(verdicts);
});
