import { expect, test } from '@jest/globals';
import {
  type BlockHash,
  type BlockHeader,
  type Height,
  hashOfHeader,
  hexToBytes,
  parseHeader,
  serializeHeader,
} from '@virtualchain/bitcoin';
import { createDifficultyCheck, HeadersNotServed } from './difficulty-check.ts';

/** The first three headers of the main network. */
const REAL = [
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
  '010000006fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000982051fd1e4ba744bbbe680e1fee14677ba1a3c3540bf7b1cdb606e857233e0e61bc6649ffff001d01e36299',
  '010000004860eb18bf1b1620e37e9490fc8a427514416fd75159ab86688e9a8300000000d5fdcc541e25de1c7a5addedf24858b8bb665c9f36ef744ee42c316022c90f9bb0bc6649ffff001d08d2bd61',
].map((hex) => parseHeader(hexToBytes(hex))) as [BlockHeader, BlockHeader, BlockHeader];

/** A node that serves these headers, and counts how often it is asked. */
function serving(headers: readonly BlockHeader[]) {
  const hashes = headers.map(hashOfHeader);
  const node = {
    asked: 0,
    blockHashesFrom: async (from: Height, count: number) => hashes.slice(from, from + count),
    header: async (hash: BlockHash) => {
      node.asked += 1;
      const header = headers[hashes.indexOf(hash)];
      return header === undefined ? null : serializeHeader(header);
    },
  };
  return node;
}

const at = (height: number): Height => height as Height;

test('real blocks pass, and the headers before the first are fetched once', async () => {
  const node = serving(REAL);
  const difficulty = createDifficultyCheck('mainnet', node);
  await difficulty.pass(at(1), REAL[1]);
  await difficulty.pass(at(2), REAL[2]);
  expect(node.asked).toBe(1);
  await difficulty.pass(at(1), REAL[1]); // after a reorganisation
  await difficulty.pass(at(2), REAL[2]);
  expect(node.asked).toBe(1);
});

test('a block that is easier than its parent allows is refused', async () => {
  const difficulty = createDifficultyCheck('mainnet', serving(REAL));
  const easy = { ...REAL[2], bits: 0x207fffff };
  await expect(difficulty.pass(at(2), easy)).rejects.toMatchObject({
    code: 'HEADER_INVALID',
    problem: 'WRONG_DIFFICULTY',
  });
  await difficulty.pass(at(2), REAL[2]);
});

test('a node that lies about the headers before the first block is refused too', async () => {
  const forged = { ...REAL[0], time: 1 };
  const difficulty = createDifficultyCheck('mainnet', serving([forged, REAL[1]]));
  await expect(difficulty.pass(at(2), REAL[2])).rejects.toMatchObject({ problem: 'WRONG_GENESIS' });
});

test('headers that are not served are waited for', async () => {
  const difficulty = createDifficultyCheck('mainnet', serving(REAL.slice(0, 1)));
  await expect(difficulty.pass(at(2), REAL[2])).rejects.toThrow(HeadersNotServed);
});

test('the block that the checkpoint names passes without the headers before it, another one and the next do not', async () => {
  const checkpoint = { height: at(2), hash: hashOfHeader(REAL[2]) };
  const difficulty = createDifficultyCheck('mainnet', serving([]), checkpoint);
  await difficulty.pass(at(2), REAL[2]);
  await expect(difficulty.pass(at(2), { ...REAL[2], nonce: 1 })).rejects.toThrow(HeadersNotServed);
  await expect(difficulty.pass(at(3), { ...REAL[2], previousHash: checkpoint.hash })).rejects.toThrow(HeadersNotServed);
});

test('the genesis block itself passes', () => createDifficultyCheck('mainnet', serving(REAL)).pass(at(0), REAL[0]));

test('regtest has one difficulty, an unknown network any', async () => {
  const nothing = serving([]);
  await createDifficultyCheck('regtest', nothing).pass(at(5), { ...REAL[2], bits: 0x207fffff });
  await expect(createDifficultyCheck('regtest', nothing).pass(at(5), REAL[2])).rejects.toThrow('WRONG_DIFFICULTY');
  await createDifficultyCheck('liquid', nothing).pass(at(5), REAL[2]);
});
