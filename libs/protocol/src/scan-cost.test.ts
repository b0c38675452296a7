import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  type Block,
  height,
  merkleRoot,
  NULL_HASH,
  NULL_TXID,
  parseBlock,
  parseTransaction,
  type Sats,
  scriptAddress,
  serializeBlock,
  serializeTransaction,
  sha256,
  type TransactionFields,
  type Txid,
  usePlatformSha256,
  verifyBlock,
} from '@virtualchain/bitcoin';
import { defineVirtualChain, operationEvents, scanBlock } from './index.ts';

const chain = defineVirtualChain({ name: 'kv', magic: 'kv', firstBlock: 1, operations: [] });

function spending(index: number, script: Uint8Array): TransactionFields {
  const isCoinbase = index === 0;
  const txid = isCoinbase ? NULL_TXID : ('ab'.repeat(32) as Txid);
  const input = { txid, index: isCoinbase ? 0xffffffff : index, script: new Uint8Array(0), sequence: 1, witness: [] };
  return { version: 1, inputs: [input], outputs: [{ value: 1n as Sats, script }], locktime: index };
}

/** The block with a count of the transactions that were made of it. */
function counted(block: Block) {
  let made = 0;
  const counting = new Proxy(block, {
    get(target, name) {
      if (name === 'transactions') throw new Error('all transactions were made');
      if (name !== 'transactionAt') return Reflect.get(target, name, target);
      made += 1;
      return (index: number) => target.transactionAt(index);
    },
  });
  return { block: counting, made: () => made };
}

const DATA = Uint8Array.of(0x6a, 3, 0x6b, 0x76, 0x2b);
const OPERATIONS = [7, 1_500, 3_999];
const transactions = Array.from({ length: 4_000 }, (_, index) =>
  spending(index, OPERATIONS.includes(index) ? DATA : Uint8Array.of(0x51)),
);
const root = merkleRoot(transactions.map((fields) => parseTransaction(serializeTransaction(fields)).txid));
const header = { version: 4, previousHash: NULL_HASH, merkleRoot: root, time: 1, bits: 0x207fffff, nonce: 0 };
const mined = (): Uint8Array => {
  for (let nonce = 0; ; nonce += 1) {
    const bytes = serializeBlock({ ...header, nonce }, transactions);
    if ((parseBlock(bytes).hash[0] as string) < '8') return bytes;
  }
};

test('objects-for-everything: of four thousand transactions three are made, for three operations', () => {
  const { block, made } = counted(parseBlock(mined()));
  const scanned = scanBlock(block, chain);
  expect(scanned.map(({ transactionIndex }) => transactionIndex)).toEqual(OPERATIONS);
  const funding = () => ({ outputs: new Array(4_000).fill({ value: 2n as Sats, script: Uint8Array.of(0x51) }) });
  const at = { block, height: height(1) };
  expect(operationEvents({ chain, network: 'regtest' }, at, scanned, funding)).toHaveLength(3);
  expect(made()).toBe(3);
});

/** How many hashes the platform is asked for meanwhile. */
function platformHashes(work: () => void): number {
  let calls = 0;
  usePlatformSha256((message) => {
    calls += 1;
    return Uint8Array.from(createHash('sha256').update(message).digest());
  });
  expect(sha256(new Uint8Array(0))).toHaveLength(32);
  calls = 0;
  work();
  return calls;
}

test('a-call-for-each-hash: verifying four thousand transactions asks the platform for a handful of hashes', () => {
  const bytes = mined();
  // twice the header, and the rows of the tree that are too short for a batch
  expect(platformHashes(() => verifyBlock(bytes))).toBeLessThanOrEqual(2 + 2 * 7);
});

test('a-call-for-each-address: the senders of a thousand operations ask the platform for no hash', () => {
  const senderOf = (index: number) => Uint8Array.of(0x76, 0xa9, 20, ...new Uint8Array(20).fill(index), 0x88, 0xac);
  const operations = Array.from({ length: 1_000 }, (_, index) => spending(index, DATA));
  const block = parseBlock(serializeBlock(header, operations));
  const scanned = scanBlock(verifiedTree(block), chain);
  const funding = () => ({
    outputs: Array.from({ length: 1_000 }, (_, index) => ({ value: 2n as Sats, script: senderOf(index) })),
  });
  let events: ReturnType<typeof operationEvents> = [];
  const calls = platformHashes(() => {
    events = operationEvents({ chain, network: 'mainnet' }, { block, height: height(1) }, scanned, funding);
  });
  expect(calls).toBe(0);
  expect(events.slice(1).map(({ senders }) => senders[0]?.addresses)).toEqual(
    Array.from({ length: 999 }, (_, index) => [scriptAddress(senderOf(index + 1), 'mainnet')]),
  );
});

/** The block with its hashes made, as verifying it leaves it. */
function verifiedTree(block: Block): Block {
  expect(block.tree.widths).toHaveLength(11);
  expect(block.hash).toHaveLength(64);
  return block;
}
