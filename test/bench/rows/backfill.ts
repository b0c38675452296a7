import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concatBytes, uint32Bytes } from '@virtualchain/bitcoin';
import { type BitcoinNode, openBlockFiles, openNode } from '@virtualchain/node-client';
import { type BuiltBlock, REGTEST_GENESIS } from '@virtualchain/testing';
import { createNodeModel } from '../../kit/node-model.ts';
import { startScriptedNode } from '../../kit/scripted-node.ts';
import type { Bench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { makeWorkload } from '../workloads/blocks.ts';

const BLOCKS = 40;
const QUICK_BLOCKS = 3;
const REGTEST_MAGIC = Uint8Array.of(0xfa, 0xbf, 0xb5, 0xda);

/** Blocks from a node's files, against the same ones from a node that has them in memory. */
const backfill = (way: 'REST' | 'getblock'): Bench => ({
  name: 'backfill',
  workload: `W2 from files, against ${way}`,
  peer: `a node’s ${way}`,
  target: { kind: 'time', atMost: 1 },
  note: 'The node is a server in the same process that hands out made blocks from memory: its time counts too, as a real one’s would.',
  async open({ quick }) {
    const { blocks } = makeWorkload('W2', quick ? QUICK_BLOCKS : BLOCKS);
    const directory = await mkdtemp(join(tmpdir(), 'vchain-bench-blocks-'));
    const records = [REGTEST_GENESIS, ...blocks].map(({ bytes }) =>
      concatBytes(REGTEST_MAGIC, uint32Bytes(bytes.length), bytes),
    );
    await writeFile(join(directory, 'blk00000.dat'), concatBytes(...records));
    const model = createNodeModel();
    for (const { bytes } of blocks) model.submit(bytes);
    const server = await startScriptedNode({ hasRest: way === 'REST' }, model);
    const node = openNode(server.url);
    return {
      ours: () =>
        measured(async () => {
          await using files = await openBlockFiles(directory, 'regtest');
          return await digestOf(files, blocks);
        }),
      peer: () => measured(() => digestOf(node, blocks)),
      async [Symbol.asyncDispose]() {
        await node.close();
        await server[Symbol.asyncDispose]();
        await rm(directory, { recursive: true });
      },
    };
  },
});

async function digestOf(source: Pick<BitcoinNode, 'block'>, blocks: readonly BuiltBlock[]): Promise<string> {
  const digest = createHash('sha256');
  for (const { hash } of blocks) digest.update((await source.block(hash)) ?? '');
  return digest.digest('hex');
}

export const benches = [backfill('REST'), backfill('getblock')];
