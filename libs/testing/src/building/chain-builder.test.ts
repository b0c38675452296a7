import { expect, test } from '@jest/globals';
import {
  bytesToHex,
  hexToBytes,
  parseBlock,
  parseTransaction,
  serializeTransaction,
  verifyBlock,
} from '@virtualchain/bitcoin';
import {
  buildChain,
  CoinsMissing,
  createLedger,
  createWallet,
  dataScript,
  forkAt,
  REGTEST_GENESIS,
  subsidyAt,
} from '../index.ts';

test('the genesis block is that of regtest', () => {
  expect(REGTEST_GENESIS.hash).toBe('0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206');
});

test('names spell the ancestry', () => {
  const main = buildChain({ to: 3 });
  const fork = forkAt(main, { at: 1, length: 2 });
  expect(main.map(({ name }) => name)).toEqual(['0', '0a', '0aa', '0aaa']);
  expect(fork.map(({ name }) => name)).toEqual(['0', '0a', '0ab', '0abb']);
  expect(fork.slice(0, 2)).toEqual(main.slice(0, 2));
  expect(() => forkAt(main, { at: 4, length: 1 })).toThrow(RangeError);
});

test('every block is valid and builds on the one before; the same plan gives the same chain', () => {
  const chain = buildChain({ to: 200 });
  for (const [height, block] of chain.slice(1).entries()) {
    verifyBlock(block.bytes, { hash: block.hash, previousHash: chain[height]?.hash ?? block.previousHash });
  }
  expect(buildChain({ to: 200 }).at(-1)?.hash).toBe(chain.at(-1)?.hash);
});

test('coinbases of all heights differ, and so do those of siblings', () => {
  const main = buildChain({ to: 300 });
  const blocks = [...main, ...forkAt(main, { at: 250, length: 50 }).slice(251)];
  const txids = blocks.map(({ bytes }) => parseBlock(bytes).transactions[0]?.txid);
  expect(new Set(txids).size).toBe(blocks.length);
});

test('a transaction with witnesses brings the commitment into the coinbase', () => {
  const spend = serializeTransaction({
    version: 2,
    inputs: [
      { txid: '11'.repeat(32) as never, index: 0, script: new Uint8Array(0), sequence: 0, witness: [Uint8Array.of(1)] },
    ],
    outputs: [],
    locktime: 0,
  });
  const [, block] = buildChain({ to: 1, transactions: () => [spend] });
  const [coinbase] = parseBlock(block?.bytes ?? new Uint8Array(0)).transactions;
  expect(coinbase?.isSegwit).toBe(true);
  expect(bytesToHex(coinbase?.outputs[1]?.script ?? new Uint8Array(0))).toMatch(/^6a24aa21a9ed[0-9a-f]{64}$/);
});

test('the subsidy halves every 150 blocks', () => {
  expect([0, 149, 150, 300].map(subsidyAt)).toEqual([5_000_000_000n, 5_000_000_000n, 2_500_000_000n, 1_250_000_000n]);
});

test.each([
  [0, '6a00'],
  [75, '6a4b'],
  [76, '6a4c4c'],
  [256, '6a4d0001'],
  [65_536, '6a4e00000100'],
])('a payload of %s bytes is pushed after %s', (length, prefix) => {
  expect(bytesToHex(dataScript(new Uint8Array(length).fill(0xab))).slice(0, prefix.length)).toBe(prefix);
});

test('a wallet spends the coins of one branch, and those of pending transactions once', () => {
  const ledger = createLedger();
  const wallet = createWallet('alice', ledger, () => REGTEST_GENESIS.hash);
  const main = buildChain({ to: 102, coinbaseScript: wallet.script });
  for (const block of main) ledger.add(block);
  const tip = main.at(-1)?.hash ?? REGTEST_GENESIS.hash;
  expect(wallet.coins(tip)).toHaveLength(3);
  const first = wallet.operation(hexToBytes('6b76'), { tip, fee: 700n });
  expect(first.fee).toBe(700n);
  const { inputs, outputs } = parseTransaction(first.bytes);
  expect(inputs).toHaveLength(1);
  expect(outputs.map(({ value }) => value)).toEqual([0n, 4_999_999_300n]);
  expect(wallet.balance(tip)).toBe(14_999_999_300n);
  wallet.forgetPending();
  expect(wallet.balance(tip)).toBe(15_000_000_000n);
  expect(() => wallet.operation(hexToBytes('00'), { tip, fee: 15_000_000_001n })).toThrow(CoinsMissing);
});

test('equal seeds have equal keys and signatures', () => {
  const signed = () => {
    const ledger = createLedger();
    const wallet = createWallet('alice', ledger, () => REGTEST_GENESIS.hash);
    const main = buildChain({ to: 101, coinbaseScript: wallet.script });
    for (const block of main) ledger.add(block);
    return bytesToHex(wallet.operation(Uint8Array.of(1), { tip: main.at(-1)?.hash ?? REGTEST_GENESIS.hash }).bytes);
  };
  expect(signed()).toBe(signed());
});
