import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BlockHash, concatBytes, uint32Bytes } from '@virtualchain/bitcoin';
import { buildChain, REGTEST_GENESIS } from '@virtualchain/testing';
import { BlockFilesUnusable, openBlockFiles } from '../index.ts';
import { unmask } from './mask.ts';

const MAGIC = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda);
const noMask = new Uint8Array(0);
const mask = Uint8Array.of(1, 2, 3, 250, 5, 0, 7, 8);
const chain = buildChain({ to: 40 });
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vchain-blocks-'));
});
afterEach(() => rm(directory, { recursive: true }));

const recordOf = (bytes: Uint8Array): Uint8Array => concatBytes(MAGIC, uint32Bytes(bytes.length), bytes);

/** Writes a file as Core does: records, and zeros that it has reserved, which no mask covers. */
async function writeBlocks(number: number, parts: readonly Uint8Array[], over = noMask, reserved = 0): Promise<void> {
  const bytes = unmask(concatBytes(...parts), over, 0);
  const name = `blk${String(number).padStart(5, '0')}.dat`;
  await writeFile(join(directory, name), concatBytes(bytes, new Uint8Array(reserved)));
}

test.each([
  ['without a mask', noMask],
  ['under the mask of xor.dat', mask],
])('blocks are found in the files of a node, %s', async (_how, over) => {
  if (over.length > 0) await writeFile(join(directory, 'xor.dat'), over);
  const records = chain.map(({ bytes }) => recordOf(bytes));
  await writeBlocks(0, records.slice(0, 15), over, 200_000);
  await writeBlocks(1, records.slice(15, 30), over, 100);
  await using files = await openBlockFiles(directory, 'regtest');
  for (const { hash, bytes } of [...chain.slice(20, 30), ...chain.slice(0, 20)])
    expect(await files.block(hash)).toEqual(bytes);
  for (const { hash } of chain.slice(30)) expect(await files.block(hash)).toBeNull();
  await writeBlocks(1, records.slice(15), over, 100);
  for (const { hash, bytes } of chain.slice(30)) expect(await files.block(hash)).toEqual(bytes);
});

test('what a crash left between blocks is passed over, and half a block is none', async () => {
  const [first, second, third] = chain.slice(0, 3).map(({ bytes }) => recordOf(bytes)) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  const rubbish = concatBytes(MAGIC.subarray(0, 3), Uint8Array.of(9, 9), MAGIC, uint32Bytes(7));
  await writeBlocks(0, [first, rubbish, second, third.subarray(0, 100)]);
  await using files = await openBlockFiles(directory, 'regtest');
  expect(await files.block(chain[1]?.hash as BlockHash)).toEqual(chain[1]?.bytes);
  expect(await files.block(chain[2]?.hash as BlockHash)).toBeNull();
});

test('a file that the node pruned meanwhile is no error', async () => {
  await writeBlocks(0, [recordOf(REGTEST_GENESIS.bytes)]);
  await writeBlocks(
    1,
    chain.slice(1, 3).map(({ bytes }) => recordOf(bytes)),
  );
  await using files = await openBlockFiles(directory, 'regtest');
  expect(await files.block(chain[1]?.hash as BlockHash)).toEqual(chain[1]?.bytes);
  await writeBlocks(2, [recordOf(chain[3]?.bytes as Uint8Array)]);
  await rm(join(directory, 'blk00001.dat'));
  expect(await files.block(chain[3]?.hash as BlockHash)).toEqual(chain[3]?.bytes);
  expect(await files.block(chain[2]?.hash as BlockHash)).toBeNull();
});

test.each([
  ['another network', 'mainnet', 'of regtest, not of mainnet'],
  ['nothing but other files', 'regtest', 'there is no blk*.dat'],
])('%s is refused by name', async (what, network, why) => {
  await writeFile(join(directory, 'rev00000.dat'), '');
  if (what === 'another network') await writeBlocks(0, [recordOf(REGTEST_GENESIS.bytes)]);
  await expect(openBlockFiles(directory, network)).rejects.toThrow(BlockFilesUnusable);
  await expect(openBlockFiles(directory, network)).rejects.toThrow(why);
});

test('a folder that is not there is refused by name', async () => {
  const opening = openBlockFiles(join(directory, 'none'), 'regtest');
  await expect(opening).rejects.toMatchObject({
    code: 'BLOCK_FILES_UNUSABLE',
    message: expect.stringContaining('none'),
  });
});
