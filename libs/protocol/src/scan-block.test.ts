import { expect, test } from '@jest/globals';
import {
  type Block,
  bytesToHex,
  type Height,
  hexToBytes,
  merkleRoot,
  NULL_HASH,
  NULL_TXID,
  parseBlock,
  parseMerklePath,
  parseTransaction,
  type Sats,
  serializeBlock,
  serializeTransaction,
  type Transaction,
  type Txid,
  treeRoot,
  verifyMerklePath,
} from '@virtualchain/bitcoin';
import {
  defineVirtualChain,
  FundingUnknown,
  fundingTxids,
  operationEvents,
  scanBlock,
  type VirtualChain,
} from './index.ts';

function chain(name: string, magic: string): VirtualChain {
  return defineVirtualChain({
    name,
    magic,
    firstBlock: 1,
    operations: [
      {
        opcode: '+',
        name: 'claim',
        decode: (payload) =>
          payload.length > 0
            ? { kind: 'decoded', value: { name: bytesToHex(payload) } }
            : { kind: 'problem', problem: 'no name' },
      },
    ],
  });
}

const p2pkh = hexToBytes(`76a914${'11'.repeat(20)}88ac`);
const funding = transaction(NULL_TXID, [
  [1_000n, p2pkh],
  [2_000n, Uint8Array.of(0x51)],
]);

function transaction(from: Txid, outputs: readonly (readonly [bigint, Uint8Array])[], index = 0): Transaction {
  return parseTransaction(
    serializeTransaction({
      version: 1,
      inputs: [{ txid: from, index, script: Uint8Array.of(1), sequence: 0xffffffff, witness: [] }],
      outputs: outputs.map(([value, script]) => ({ value: value as Sats, script })),
      locktime: 0,
    }),
  );
}

function data(text: string): readonly [bigint, Uint8Array] {
  const payload = new TextEncoder().encode(text);
  return [0n, Uint8Array.of(0x6a, payload.length, ...payload)];
}

function blockOf(...transactions: readonly Transaction[]): Block {
  const root = merkleRoot(transactions.map(({ txid }) => txid));
  const header = { version: 4, previousHash: NULL_HASH, merkleRoot: root, time: 1, bits: 0x207fffff, nonce: 0 };
  return parseBlock(serializeBlock(header, transactions));
}

test('each chain is found with its own transactions', () => {
  const kv = chain('kv', 'kv');
  const longer = chain('longer', 'kv+');
  const block = blockOf(
    transaction(funding.txid, [data('kv+a')]),
    transaction(funding.txid, [data('id+a')]),
    transaction(funding.txid, [data('kv')]),
    transaction(funding.txid, [data('kv+b'), [0n, Uint8Array.of(0x6a)]]),
    transaction(funding.txid, [data('xx'), data('kv?')]),
  );
  const found = [kv, longer].map((each) =>
    scanBlock(block, each).map(({ transactionIndex, opcode, payload }) => [
      transactionIndex,
      opcode,
      bytesToHex(payload),
    ]),
  );
  expect(found).toEqual([
    [
      [0, 0x2b, '61'],
      [2, null, ''],
      [4, 0x3f, ''],
    ],
    [[0, 0x61, '']],
  ]);
});

function eventsOf(block: Block, known: readonly Transaction[] = [funding]) {
  const byTxid = new Map(known.map((each) => [each.txid, each]));
  const transactions = scanBlock(block, chain('kv', 'kv'));
  return operationEvents(
    { chain: chain('kv', 'kv'), network: 'regtest' },
    { block, height: 7 as Height },
    transactions,
    (txid) => byTxid.get(txid),
  );
}

test('an operation says all that a machine needs to judge it', () => {
  const operation = transaction(funding.txid, [data('kv+a'), [400n, p2pkh]]);
  const block = blockOf(funding, transaction(funding.txid, []), operation);
  const [event, ...more] = eventsOf(block);
  expect(more).toEqual([]);
  expect(event).toMatchObject({
    type: 'operation',
    height: 7,
    blockHash: block.hash,
    position: 0,
    txid: operation.txid,
    transactionIndex: 2,
    opcode: '2b',
    name: 'claim',
    payload: '61',
    decoded: { name: '61' },
    senders: [
      {
        value: '1000',
        scriptPubKey: bytesToHex(p2pkh),
        scriptType: 'pubkeyhash',
        addresses: ['mh5CE8Nbj38iND267s4XnvhSmhDW7yWc6Q'],
        txid: funding.txid,
        index: 0,
      },
    ],
    inputs: [{ txid: funding.txid, index: 0, script: '01', sequence: 4294967295 }],
    outputs: [{ value: '0', script: '6a046b762b61' }, { value: '400' }],
    fee: '600',
  });
  const path = parseMerklePath(event?.merklePath ?? '') ?? [];
  expect(verifyMerklePath(operation.txid, path, treeRoot(block.tree))).toBe(true);
});

test('a coinbase has a sender without script and value, and so a negative fee', () => {
  const [event] = eventsOf(blockOf(transaction(NULL_TXID, [data('kv+a'), [50n, p2pkh]], 0xffffffff)));
  expect(event).toMatchObject({
    senders: [
      { value: '0', scriptPubKey: '', scriptType: 'nonstandard', addresses: [], txid: NULL_TXID, index: 4294967295 },
    ],
    fee: '-50',
  });
});

test.each([
  ['kv', null, 'nothing follows the magic bytes'],
  ['kv?', '3f', 'unknown opcode'],
  ['kv+', '2b', 'claim: no name'],
])('%s is published, and says what subscribers cannot be told', (text, opcode, problem) => {
  expect(eventsOf(blockOf(transaction(funding.txid, [data(text)])))[0]).toMatchObject({
    opcode,
    name: null,
    decoded: null,
    problem,
  });
});

test('funding transactions are named once, and a missing one is an error, never an empty sender', () => {
  const block = blockOf(
    transaction(NULL_TXID, [data('kv+a')]),
    transaction(funding.txid, [data('kv+b')]),
    transaction(funding.txid, [data('kv+c')], 1),
    transaction(funding.txid, [data('kv+d')], 2),
  );
  expect(fundingTxids(scanBlock(block, chain('kv', 'kv')))).toEqual([funding.txid]);
  expect(() => eventsOf(block)).toThrow(FundingUnknown);
  expect(() => eventsOf(block, [])).toThrow(FundingUnknown);
});

test('a chain without senders asks for no funding transaction, and says so in each of its operations', () => {
  const { magic, operations } = chain('kv', 'kv');
  const alone: VirtualChain = {
    name: 'alone',
    magic,
    operations,
    parameters: {},
    firstBlock: 1 as Height,
    isWithoutSenders: true,
  };
  const block = blockOf(transaction(funding.txid, [data('kv+a'), [400n, p2pkh]]));
  const scanned = scanBlock(block, alone);
  expect(fundingTxids(scanned, alone)).toEqual([]);
  const at = { block, height: 7 as Height };
  const [event] = operationEvents({ chain: alone, network: 'regtest' }, at, scanned, () => undefined);
  expect(event).toMatchObject({ isWithoutSenders: true, senders: [], fee: '0', inputs: [{ txid: funding.txid }] });
});

test('witnesses are carried where there are some and the chain asks for them at the height, and nowhere else', () => {
  const asking = defineVirtualChain({
    ...{ name: 'asking', magic: 'kv', firstBlock: 1, operations: [], senders: false },
    witnesses: (height) => height < 8,
  });
  const inputs = [
    {
      txid: funding.txid,
      index: 0,
      script: new Uint8Array(0),
      sequence: 0,
      witness: [Uint8Array.of(1, 2), new Uint8Array(0)],
    },
    { txid: funding.txid, index: 1, script: Uint8Array.of(1), sequence: 0, witness: [] },
  ];
  const [value, script] = data('kv+a');
  const bytes = serializeTransaction({ version: 1, inputs, outputs: [{ value: value as Sats, script }], locktime: 0 });
  const block = blockOf(parseTransaction(bytes));
  const eventAt = (height: number) =>
    operationEvents(
      { chain: asking, network: 'regtest' },
      { block, height: height as Height },
      scanBlock(block, asking),
      () => undefined,
    )[0];
  expect(eventAt(7)?.inputs.map(({ witness }) => witness)).toEqual([['0102', ''], undefined]);
  expect(eventAt(8)?.inputs.map(({ witness }) => witness)).toEqual([undefined, undefined]);
  // A chain without operations has no codec that could fail to know one.
  expect(eventAt(7)).not.toHaveProperty('problem');
});

test('a chain of no magic bytes takes every payload, and its first byte for the opcode', () => {
  const all = defineVirtualChain({ name: 'all', magic: new Uint8Array(0), firstBlock: 1, operations: [] });
  const block = blockOf(
    transaction(funding.txid, [data('kv+a')]),
    transaction(funding.txid, [[1n, p2pkh]]),
    transaction(funding.txid, [data('x')]),
  );
  const found = scanBlock(block, all).map(({ opcode, payload }) => [opcode, bytesToHex(payload)]);
  expect(found).toEqual([
    [0x6b, '762b61'],
    [0x78, ''],
  ]);
});
