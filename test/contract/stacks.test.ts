import { expect, test } from '@jest/globals';
import { concatBytes, type Height, hexToBytes, type Transaction } from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import {
  ASSUMPTIONS,
  OPCODES,
  type OperationKind,
  stacksChain,
  stacksMachine,
  writeCommit,
  writeKey,
  writeTransfer,
} from '@virtualchain/machine-stacks';
import {
  buildBlock,
  coinTransaction,
  dataScript,
  foldInput,
  type PlannedOutput,
  REGTEST_GENESIS,
  senderScript,
  spendingTransaction,
} from '@virtualchain/testing';
import { MAGIC, SOMEBODY } from '../kit/stacks-actors.ts';

/** What a log knows that begins later than the network did, and what stops a machine that is given published hashes. */
const START = 11;
const VRF = 'a366b51292bef4edd64063d9145c617fec373bceb0758e98cd72becd84d54c7a';
const parameters = {
  ...{ network: 'devnet', magic: MAGIC, firstBlock: 0, cycle: 100, prepare: 5 },
  epochs: { '2.05': 0, '2.1': 1, '2.5': 2, '3.0': 3 },
};

const write = (kind: OperationKind, payload: Uint8Array): PlannedOutput => ({
  value: 0n,
  script: dataScript(concatBytes(hexToBytes(MAGIC), Uint8Array.of(OPCODES[kind]), payload)),
});
const paying = (script: Uint8Array): PlannedOutput => ({ value: 1_000n, script });

const key = (): Transaction => {
  const payload = writeKey({
    consensusHash: new Uint8Array(20),
    vrfPublicKey: hexToBytes(VRF),
    memo: new Uint8Array(0),
  });
  return coinTransaction([write('leader_key_register', payload), paying(SOMEBODY.p2pkh)], 'key');
};

type Place = readonly [height: number, vtxindex: number];

const commit = (height: number, ofKey: Place, parent: Place): Transaction => {
  const payload = writeCommit({
    ...{ blockHash: new Uint8Array(32), newSeed: new Uint8Array(32), memo: 0x0b, burnParentModulus: (height - 1) % 5 },
    ...{ keyBlock: ofKey[0], keyVtxindex: ofKey[1], parentBlock: parent[0], parentVtxindex: parent[1] },
  });
  const outputs = [SOMEBODY.p2pkh, SOMEBODY.p2sh].map(paying);
  return coinTransaction([write('leader_block_commit', payload), ...outputs], `${ofKey} ${parent}`);
};

const prepared = (salt: string): Transaction =>
  coinTransaction([write('pre_stx', new Uint8Array(0)), paying(senderScript('asker'))], salt);

const transfer = (of: Transaction): Transaction => {
  const payload = writeTransfer({ amount: 7n, memo: new Uint8Array(0) });
  return spendingTransaction({
    spends: [{ transaction: of, index: 1 }],
    outputs: [write('transfer_stx', payload), paying(SOMEBODY.p2pkh)],
  });
};

interface Asked {
  readonly chain?: object;
  readonly machine?: object;
}

/** Folds blocks from a height on, and says what became of each operation of theirs, in order. */
async function fold(first: number, blocks: readonly (readonly Transaction[])[], asked: Asked = {}) {
  const chain = stacksChain({ ...parameters, ...asked.chain });
  const folded = await MemoryFold.open(stacksMachine({ ...asked.machine }, chain));
  const verdicts: string[] = [];
  for (const [index, transactions] of blocks.entries()) {
    const { bytes } = buildBlock({ parent: REGTEST_GENESIS, transactions: transactions.map((each) => each.bytes) });
    const height = (first + index) as Height;
    const block = await folded.connect(foldInput({ chain }, { bytes, height, time: height }, () => undefined));
    const said = block?.outcomes.map(({ verdict }) => (verdict.kind === 'accepted' ? 'accepted' : verdict.code)) ?? [];
    verdicts.push(...said);
  }
  return { verdicts, rows: (name: string) => folded.state.dump(name) };
}

const earlier: Place = [9, 1];
const sameBlock: Place = [START, 1];
const lateBlocks = [
  [key(), commit(START, earlier, earlier), transfer(prepared('of before')), prepared('of now')],
  [
    commit(START + 1, sameBlock, [START, 2]),
    commit(START + 1, sameBlock, [START, 9]),
    commit(START + 1, [START, 3], earlier),
    transfer(prepared('of now')),
  ],
];

test('a log that begins later does not know what was before it, and refuses what is not there since', async () => {
  const { verdicts, rows } = await fold(START, lateBlocks, { chain: { startBlock: START } });
  expect(verdicts).toEqual([
    ...['accepted', 'accepted', 'accepted', 'accepted'],
    ...['accepted', 'noParentCommit', 'noLeaderKey', 'accepted'],
  ]);
  expect(rows('keys')).toMatchObject([{ registered: 'unknown', commits: 1, last_commit: START + 1 }]);
  expect(rows('commits')).toMatchObject([
    { height: START, key_link: 'unknown', parent_link: 'unknown' },
    { height: START + 1, key_link: 'found', parent_link: 'found' },
  ]);
  const requests = rows('stx_operations').map(({ height, pre_stx_link, sender }) => [height, pre_stx_link, sender]);
  expect(requests.sort()).toEqual([
    [START, 'unknown', null],
    [START + 1, 'found', expect.stringMatching(/^ST/)],
  ]);
});

test('a log of everything refuses the same operations', async () => {
  const empty = Array.from({ length: START - 1 }, () => []);
  const { verdicts, rows } = await fold(1, [...empty, ...lateBlocks]);
  expect(verdicts).toEqual([
    ...['accepted', 'noLeaderKey', 'noPreStx', 'accepted'],
    ...['noParentCommit', 'noParentCommit', 'noLeaderKey', 'accepted'],
  ]);
  expect(rows('keys')).toMatchObject([{ registered: 'new', commits: 0, last_commit: null }]);
});

test('sortitions that are the published ones go on, and others stop the machine at their block', async () => {
  const blocks = [[key()], [commit(2, [1, 1], [0, 0])], []];
  const sortition = (expectedSnapshots: object) => ({
    machine: { sortition: { assume: ASSUMPTIONS, expectedSnapshots } },
  });
  const { rows } = await fold(1, blocks, sortition({}));
  const hashes = rows('sortitions').map(({ height, consensus_hash }) => [height, consensus_hash]);
  expect(hashes).toHaveLength(3);
  expect((await fold(1, blocks, sortition(Object.fromEntries(hashes)))).rows('sortitions')).toEqual(rows('sortitions'));
  await expect(fold(1, blocks, sortition({ 2: '00'.repeat(20) }))).rejects.toThrow(
    /consensus hash of Stacks at block 2 is [0-9a-f]{40} under the assumptions, 0{40} is expected/,
  );
});
