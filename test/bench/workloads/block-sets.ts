import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGTEST_GENESIS } from '@virtualchain/testing';
import { hostileBlocks, hostileCases } from '../../kit/hostile-blocks.ts';
import { hasMainnetBlocks, mainnetBlock } from '../../kit/mainnet-blocks.ts';
import { makeWorkload } from './blocks.ts';

/** Raw blocks, for rows that look at single ones. */
export type BlockSetName = 'W1' | 'W2' | 'W3' | 'W4';

const MAINNET = [383_616, 426_884, 481_829, 702_861];

/** W1 are blocks of the main network, which lie beside the project: a row does without where those are absent. */
export function hasBlockSet(name: BlockSetName): boolean {
  return name !== 'W1' || hasMainnetBlocks;
}

export function makeBlockSet(name: BlockSetName): readonly Uint8Array[] {
  switch (name) {
    case 'W1':
      return MAINNET.map(mainnetBlock);
    case 'W4':
      return hostileCases(Uint8Array.of(0x6b, 0x76)).map(
        (hostile) => hostileBlocks(REGTEST_GENESIS, hostile)[1]?.bytes ?? new Uint8Array(),
      );
    default:
      return makeWorkload(name, 1).blocks.map(({ bytes }) => bytes);
  }
}

/** The blocks as files, for a peer to read. */
export async function blockFiles(blocks: readonly Uint8Array[]) {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-blocks-'));
  const files = blocks.map((_, index) => join(folder, `${index}.raw`));
  await Promise.all(blocks.map((bytes, index) => writeFile(files[index] as string, bytes)));
  return { files, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}
