import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  bytesEqual,
  bytesToHex,
  nulldataPayload,
  parseBlock,
  serializeBlock,
  treeRoot,
  verifyBlock,
} from '../index.ts';

/** Real blocks lie beside the project, not in it. */
const folder = new URL('../../../../../shared/blocks/', import.meta.url);
const testWithBlocks = existsSync(folder) ? test : test.skip;

function readBlock(name: string): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`${name}.raw`, folder)));
}

testWithBlocks.each([
  [
    'mainnet-383616',
    '00000000000000000aab6a2b34e979b09ca185584bd1aecf204f24d150ff55e9',
    '763529f5401d9967078c0c7a5ad88745807c4a797ff8c4bd20c7f6655e90568c',
    1731,
    5,
  ],
  [
    'mainnet-426884',
    '00000000000000000431d0ead6e0bd9f90ff0d469e9b05d51e3d04971f472973',
    '7f973e382b2151667eba21e657a7d4900fdddcb214cb9dfbca88a322910d403b',
    409,
    19,
  ],
  [
    'mainnet-481829',
    '000000000000000000917cba69f69b758fe396c8e30ae97bbcf08c4eb975e726',
    'f06f697be2cac7af7ed8cd0b0b81eaa1a39e444c6ebd3697e35ab34461b6c58d',
    2020,
    10,
  ],
  [
    'mainnet-702861',
    '000000000000000000000c835b2adcaedc20fdf6ee440009c249452c726dafae',
    '407d72768cec1a244b7599af79f554055c72d6b2356c890f8c25abf797679022',
    2500,
    23,
  ],
])('%s parses to its hash and merkle root, and back to the same bytes', (name, hash, root, count, dataOutputs) => {
  const bytes = readBlock(name);
  const block = verifyBlock(parseBlock(bytes));
  expect(block.hash).toBe(hash);
  expect(treeRoot(block.tree)).toBe(root);
  expect(block.header.merkleRoot).toBe(root);
  expect(block.transactions).toHaveLength(count);
  const outputs = block.transactions.flatMap((transaction) => transaction.outputs);
  expect(outputs.filter(({ script }) => script[0] === 0x6a)).toHaveLength(dataOutputs);
  expect(bytesEqual(serializeBlock(block.header, block.transactions), bytes)).toBe(true);
});

testWithBlocks('mainnet-426884 yields its two NAME_UPDATE payloads', () => {
  const payloads = parseBlock(readBlock('mainnet-426884')).transactions.flatMap(({ txid, outputs }) => {
    const payload = nulldataPayload(outputs);
    return payload !== null && bytesToHex(payload).startsWith('69642b') ? [[txid, bytesToHex(payload)]] : [];
  });
  expect(payloads).toEqual([
    [
      'df8d53042571a878ec161e4377b9ea8c8215ce0ee7f4969ce2bdd497c013aa57',
      '69642b6061c823d629445a7bfdefd31d5b6347e213e58ca1446875b79d866720130cc90cbca681',
    ],
    [
      '4a790e66c6d7df2915a46ec6ecd48f31d08bea9ff2b8f41238508db18601641c',
      '69642bfe3447725510b96ae776142f3e94d4bb692a4c6700dcc60afefa3cf8771182935cc4a3f0',
    ],
  ]);
});
