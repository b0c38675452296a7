import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { bytesToHex, concatBytes, hexToBytes, sha256, type Transaction } from '@virtualchain/bitcoin';
import { opreturnChain, opreturnMachine } from '@virtualchain/machine-opreturn';
import {
  ASSUMPTIONS,
  OPCODES,
  type OperationKind,
  stacksChain,
  stacksMachine,
  writeCommit,
  writeKey,
  writeStack,
  writeTransfer,
} from '@virtualchain/machine-stacks';
import {
  type BuiltBlock,
  buildBlock,
  coinTransaction,
  dataScript,
  type PlannedOutput,
  REGTEST_GENESIS,
  senderScript,
  spendingTransaction,
} from '@virtualchain/testing';
import { countPayloads } from '../kit/count-payloads.ts';
import { hostileBlocks, hostileCases } from '../kit/hostile-blocks.ts';
import { BLOCK_CPU_MS_MAX, type HostileWay, startHostileWay } from '../kit/hostile-way.ts';
import { MAGIC, SOMEBODY } from '../kit/stacks-actors.ts';

/** Blocks that somebody might mine to do harm, through the chains whose nodes are asked for nothing that is spent. */
const BLOCK_BYTES = 999_000;
const VRF = 'a366b51292bef4edd64063d9145c617fec373bceb0758e98cd72becd84d54c7a';
const KEY = '02d8015134d9db8178ac93acbc43170a2f20febba5087a5b0437058765ad5133d0';
const PAYLOAD_BYTES = 77;
const EPOCHS = { '2.05': 1, '2.1': 40, '2.5': 41, '3.0': 42, '3.1': 43, '4.0': 44 };
/** All that 128 bits hold. */
const LARGEST = 2n ** 128n - 1n;
/** Of a block with six thousand accepted operations and more, all of which write: as many as there can be. */
const FULL_CPU_MS_MAX = 6_000;
const magic = hexToBytes(MAGIC);
const payee = senderScript('hostile');

const chain = stacksChain({
  ...{ network: 'devnet', magic: MAGIC, firstBlock: 0, cycle: 100, prepare: 5 },
  epochs: EPOCHS,
});
const everything = opreturnChain({});
const asked = (): never => {
  throw new Error('the node was asked for what is spent');
};
const node = { transactions: asked, spentOutputs: asked, fundingSource: asked };
let ways: readonly HostileWay[];
let tip: BuiltBlock = REGTEST_GENESIS;
const mined: Uint8Array[] = [];

beforeAll(async () => {
  ways = [
    await startHostileWay({
      ...{ chain, node },
      machines: [stacksMachine({ sortition: { assume: ASSUMPTIONS } }, chain)],
    }),
    await startHostileWay({ chain: everything, node, machines: [opreturnMachine({}, everything)] }),
  ];
});

afterAll(() => Promise.all((ways ?? []).map((way) => way[Symbol.asyncDispose]())));

/** Sends a block both ways. */
async function send(block: BuiltBlock, cpuMsMax = BLOCK_CPU_MS_MAX): Promise<void> {
  tip = block;
  mined.push(block.bytes);
  const took: number[] = [];
  for (const way of ways) took.push(await way.send(block));
  expect(Math.max(...took)).toBeLessThan(cpuMsMax);
}

/** As many of the transactions as a block has room for. */
async function sendFull(
  transactionOf: (index: number) => Transaction,
  cpuMsMax?: number,
): Promise<readonly Transaction[]> {
  const transactions: Transaction[] = [];
  for (let room = BLOCK_BYTES; room > 0; ) {
    const next = transactionOf(transactions.length);
    room -= next.bytes.length;
    if (room > 0) transactions.push(next);
  }
  const bytes = transactions.map((transaction) => transaction.bytes);
  await send(buildBlock({ parent: tip, coinbaseScript: payee, transactions: bytes }), cpuMsMax);
  return transactions;
}

const empty = (): Promise<void> => send(buildBlock({ parent: tip, coinbaseScript: payee, transactions: [] }));

const carrying = (opcode: number, payload: Uint8Array): PlannedOutput => ({
  value: 0n,
  script: dataScript(concatBytes(magic, Uint8Array.of(opcode), payload)),
});
const write = (kind: OperationKind, payload: Uint8Array): PlannedOutput => carrying(OPCODES[kind], payload);
const paying = (script: Uint8Array): PlannedOutput => ({ value: 1_000n, script });
const coin = (salt: string, ...outputs: readonly PlannedOutput[]): Transaction =>
  coinTransaction(outputs, `${tip.height} ${salt}`);

/** Bytes that look random, the same in every run. */
function noise(salt: string, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    sha256(new TextEncoder().encode(`${salt} ${at}`)),
  );
  return concatBytes(...blocks).subarray(0, length);
}

function commitAt(height: number, index: number, late: number): Uint8Array {
  return writeCommit({
    blockHash: noise(`block ${index}`, 32),
    newSeed: noise(`seed ${index}`, 32),
    parentBlock: 0,
    parentVtxindex: 0,
    keyBlock: keyHeight,
    keyVtxindex: 1 + (index % 1_000),
    burnParentModulus: (height - late - 1) % 5,
    memo: 0x11,
  });
}

let keyHeight = 0;

test.each(['2.05', '4.0'] as const)(
  'the hostile blocks of every chain, in epoch %s',
  async (epoch) => {
    while (tip.height < EPOCHS[epoch]) await empty();
    for (const each of hostileCases(magic)) for (const block of hostileBlocks(tip, each)) await send(block);
  },
  120_000,
);

test('a block full of whatever bytes behind the magic', async () => {
  const opcodes = Object.values(OPCODES);
  await sendFull((index) => {
    const opcode = opcodes[index % opcodes.length] ?? 0;
    return coin(`noise ${index}`, carrying(opcode, noise(`${index}`, index % PAYLOAD_BYTES)), paying(SOMEBODY.p2pkh));
  });
}, 300_000);

test('blocks full of keys, and of commits that name them, on time and late', async () => {
  const key = writeKey({ consensusHash: new Uint8Array(20), vrfPublicKey: hexToBytes(VRF), memo: new Uint8Array(20) });
  await sendFull((index) => coin(`key ${index}`, write('leader_key_register', key), paying(payee)), FULL_CPU_MS_MAX);
  keyHeight = tip.height;
  for (const late of [0, 2]) {
    await sendFull(
      (index) =>
        coin(
          `commit ${index}`,
          write('leader_block_commit', commitAt(tip.height + 1, index, late)),
          paying(SOMEBODY.p2pkh),
          paying(SOMEBODY.p2sh),
        ),
      FULL_CPU_MS_MAX,
    );
  }
}, 300_000);

test('blocks full of PreStx, and of requests that spend them', async () => {
  const prepared = await sendFull(
    (index) => coin(`pre ${index}`, write('pre_stx', new Uint8Array(0)), paying(payee)),
    FULL_CPU_MS_MAX,
  );
  const transfer = writeTransfer({ amount: LARGEST, memo: new Uint8Array(0) });
  const stack = writeStack({ amount: 1n, cycles: 12, signerKey: hexToBytes(KEY), maxAmount: 1n, authId: 1 });
  await sendFull(
    (index) =>
      spendingTransaction({
        spends: [{ transaction: prepared[index % prepared.length] as Transaction, index: 1 }],
        outputs: [
          index % 2 === 0 ? write('transfer_stx', transfer) : write('stack_stx', stack),
          paying(SOMEBODY.p2pkh),
        ],
      }),
    FULL_CPU_MS_MAX,
  );
  const verdicts = ways[0]?.stores[0]?.fold.tip?.outcomes.map(({ verdict }) => verdict.kind) ?? [];
  expect(verdicts.length).toBeGreaterThan(5_000);
  expect(new Set(verdicts)).toEqual(new Set(['accepted']));
}, 300_000);

test('every payload of theirs was counted', () => {
  const counted = countPayloads(mined);
  const state = ways[1]?.stores[0]?.fold.state;
  const prefixes = state?.dump('prefixes') ?? [];
  const byPrefix = prefixes.map((row) => [bytesToHex(row['prefix'] as Uint8Array), row['payloads']]);
  expect(Object.fromEntries(byPrefix)).toEqual(counted.byPrefix);
  const heights = state?.dump('heights') ?? [];
  expect(heights.reduce((all, row) => all + Number(row['payloads']), 0)).toBe(counted.payloads);
  expect(counted.payloads).toBeGreaterThan(30_000);
});
