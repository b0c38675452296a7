import { hash } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import {
  bytesToHex,
  concatBytes,
  height,
  parseBlock,
  parseTransaction,
  serializeTransaction,
  type Transaction,
  transactionFields,
  uint32Bytes,
  usePlatformSha256,
} from '@virtualchain/bitcoin';
import {
  decodeEvent,
  defineVirtualChain,
  encodeEvent,
  type OperationEvent,
  operationEvents,
  scanBlock,
} from '@virtualchain/protocol';
import {
  buildBlock,
  coinTransaction,
  dataScript,
  type PlannedOutput,
  REGTEST_GENESIS,
  type SpendPlan,
  spendingTransaction,
} from '@virtualchain/testing';
import { recordsOfEntry } from './records.ts';

beforeAll(() => usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer')));

/** What consensus allows in one block without witnesses: a quarter of its weight. */
const BLOCK_BYTES = 1_000_000;
/** Header, count and coinbase, rounded up. */
const ROOM = BLOCK_BYTES - 400;
const INPUT_BYTES = 41;
/** So many scripts of 10,000 bytes fit into one transaction. */
const COINS_PER_TRANSACTION = 99;

/** A codec that is as wordy as it may be: what it makes of a payload is four times as long as hex. */
const chain = defineVirtualChain({
  name: 'large',
  magic: 'kv',
  firstBlock: 1,
  operations: [
    { opcode: '+', name: 'add', decode: (payload) => ({ kind: 'decoded', value: bytesToHex(payload).repeat(4) }) },
  ],
});
const carrying = (bytes: number): PlannedOutput => ({
  value: 0n,
  script: dataScript(concatBytes(new TextEncoder().encode('kv+'), new Uint8Array(bytes).fill(0xff))),
});
const place = { topic: 'vchain.regtest.large', log: 'a'.repeat(32), epoch: 2 ** 31, sequence: 2 ** 52 };

/** A block of transactions, and what they spend, as the entry that the writer is given. */
function entryOf(transactions: readonly Transaction[], funding: readonly Transaction[], follows = chain) {
  const built = buildBlock({ parent: REGTEST_GENESIS, transactions: transactions.map(({ bytes }) => bytes) });
  if (follows === chain) expect(built.bytes.length).toBeLessThanOrEqual(BLOCK_BYTES + 100);
  const block = parseBlock(built.bytes);
  const known = new Map(funding.map((transaction) => [transaction.txid, transaction]));
  const at = height(1);
  const scanned = scanBlock(block, follows);
  const context = { chain: follows, network: 'regtest' as const };
  const operations = operationEvents(context, { block, height: at }, scanned, (txid) => known.get(txid));
  const { hash, previousHash, time } = built;
  const header = '00'.repeat(80);
  return {
    kind: 'connect' as const,
    block: { height: at, hash, previousHash, header, time, work: 2n },
    operations,
  };
}

/** One transaction that spends outputs with these scripts and has these outputs. */
function spendAll(scripts: readonly Uint8Array[], outputs: readonly PlannedOutput[], signature = 0) {
  const coin = (script: Uint8Array) => ({ value: 99_999_999_999n, script });
  const script = new Uint8Array(signature).fill(0x51);
  const coins: Transaction[] = [];
  const spends: SpendPlan['spends'][number][] = [];
  for (let first = 0; first < scripts.length; first += COINS_PER_TRANSACTION) {
    const some = scripts.slice(first, first + COINS_PER_TRANSACTION);
    const transaction = coinTransaction(some.map(coin), `coins ${first}`);
    coins.push(transaction);
    spends.push(...some.map((_script, index) => ({ transaction, index, script })));
  }
  return entryOf([spendingTransaction({ spends, outputs })], coins);
}

function operationRecord(entry: ReturnType<typeof entryOf>) {
  const record = recordsOfEntry(entry, place, '')[1];
  const decoded = decodeEvent(record?.value ?? new Uint8Array());
  if (record === undefined || decoded.kind !== 'event' || decoded.event.type !== 'operation') throw new TypeError();
  return { bytes: record.value.length, value: record.value, event: decoded.event };
}

/** Scripts of these lengths, no two of them equal; the one of 34 bytes pays to a witness script, which has an address. */
const different = (count: number, bytes: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, index) =>
    bytes === 34
      ? concatBytes(Uint8Array.of(0, 32), uint32Bytes(index), new Uint8Array(28))
      : concatBytes(uint32Bytes(index), new Uint8Array(bytes - 4).fill(0x51)),
  );

const INPUTS = Math.floor((ROOM - 50) / INPUT_BYTES);

test.each([
  ['as many inputs as fit, each with an address', different(INPUTS, 34), [carrying(1)], 0],
  ['as many inputs as fit, with scripts as long as the rule lets stand', different(INPUTS, 82), [carrying(1)], 0],
  ['as many inputs as fit beside a payload', different(Math.floor(INPUTS / 2), 82), [carrying(ROOM / 2 - 100)], 0],
  ['one payload of a megabyte', different(1, 25), [carrying(ROOM - 100)], 0],
  ['a hundred thousand outputs', different(1, 25), [...new Array(111_000).fill(empty()), carrying(1)], 0],
  ['signature scripts of a megabyte', different(99, 25), [carrying(1)], 10_000],
] as [string, Uint8Array[], PlannedOutput[], number][])(
  '%s stand in one record, in full',
  (_what, spent, outputs, signature) => {
    const entry = spendAll(spent, outputs, signature);
    const { event } = operationRecord(entry);
    expect(event.cut).toBeUndefined();
    expect(event.senders.map(({ scriptPubKey }) => scriptPubKey)).toEqual(spent.map(bytesToHex));
  },
);

function empty(): PlannedOutput {
  return { value: 0n, script: new Uint8Array(0) };
}

test('nine hundred inputs that spend different scripts of 10,000 bytes are published without them, marked as cut', () => {
  const entry = spendAll(different(900, 10_000), [carrying(3)]);
  const { event, bytes } = operationRecord(entry);
  expect(event.cut).toBe('senders.scriptPubKey');
  expect(bytes).toBeLessThan(400_000);
  expect(event.senders).toHaveLength(900);
  expect(event.senders.every(({ scriptPubKey, value }) => scriptPubKey === '' && value === '99999999999')).toBe(true);
  expect(event.payload).toBe('ffffff');
});

test('as many inputs as fit that spend one script of 10,000 bytes are published in full, the script once', () => {
  const [script] = different(1, 10_000);
  const entry = spendAll(new Array(INPUTS).fill(script), [carrying(3)]);
  const { event, value } = operationRecord(entry);
  const hex = bytesToHex(script as Uint8Array);
  expect(Buffer.from(value).toString().split(hex)).toHaveLength(2);
  expect(event.cut).toBeUndefined();
  expect(event.senders.every(({ scriptPubKey, scriptOf }) => scriptPubKey === hex && scriptOf === undefined)).toBe(
    true,
  );
});

test('a block of as many operations as fit takes no more than a hundred times what it has', () => {
  const scripts = different(13_000, 1_000);
  const coins = coinTransaction(
    scripts.map((script) => ({ value: 1_000n, script })),
    'many',
  );
  const transactions = scripts.map((_script, index) =>
    spendingTransaction({ spends: [{ transaction: coins, index }], outputs: [carrying(4)] }),
  );
  const records = recordsOfEntry(entryOf(transactions, [coins]), place, '');
  expect(records).toHaveLength(13_001);
  const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
  expect(bytes).toBeLessThan(100 * BLOCK_BYTES);
});

test('a record has the same bytes after it was read', () => {
  const [script] = different(1, 10_000);
  for (const spent of [
    different(2, 25),
    different(900, 10_000),
    new Array<Uint8Array>(90).fill(script as Uint8Array),
  ]) {
    const { event, value } = operationRecord(spendAll(spent, [carrying(3)]));
    expect(Buffer.from(encodeEvent(event as OperationEvent)).equals(value)).toBe(true);
  }
});

/** Asks for what inputs prove themselves with, and for nothing that they spend. */
const proving = defineVirtualChain({
  ...{ name: 'proving', magic: 'kv', firstBlock: 1, senders: false, witnesses: () => true },
  operations: [{ opcode: '+', name: 'add', decode: () => ({ kind: 'decoded', value: null }) }],
});
/** All of a block that is witnesses: four bytes of weight a byte for the rest. */
const WITNESS_BYTES = 4 * BLOCK_BYTES - 4_000;

test.each([
  ['one item', 1, WITNESS_BYTES - 4],
  ['empty items', WITNESS_BYTES, 0],
])(
  'four megabytes of witness stand in one record as %s',
  (_what, count, length) => {
    const spends = [{ transaction: coinTransaction([empty()], 'proven') }];
    const spending = transactionFields(spendingTransaction({ spends, outputs: [carrying(1)] }));
    const item = new Uint8Array(length).fill(0xff);
    const inputs = spending.inputs.map((input) => ({ ...input, witness: new Array<Uint8Array>(count).fill(item) }));
    const transaction = parseTransaction(serializeTransaction({ ...spending, inputs }));
    const { event } = operationRecord(entryOf([transaction], [], proving));
    const { witness = [] } = event.inputs[0] ?? {};
    expect([witness.length, new Set(witness)]).toEqual([count, new Set([bytesToHex(item)])]);
    expect([event.isWithoutSenders, event.senders]).toEqual([true, []]);
  },
  60_000,
);
