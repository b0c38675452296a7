import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { type FoldedBlock, MemoryFold } from '@virtualchain/machine';
import type { OperationLog } from '@virtualchain/operation-log';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { NotFound } from '../errors.ts';
import { readHashes } from '../read/hashes.ts';
import type { Disagreement, Verified } from './verify.ts';

export interface VerifyLogOptions {
  readonly from?: number;
  readonly trust?: ReadonlyMap<number, string>;
  readonly onProgress?: (height: number) => void;
}

/**
 * Folds the log itself into a fresh state and compares every hash with those of a projection, and with trusted ones. The
 * projection may be ahead of or behind the log: what both have is compared.
 */
export async function verifyFromLog(
  projection: PostgresProjection,
  log: OperationLog,
  topic: string,
  options: VerifyLogOptions = {},
): Promise<Verified> {
  const fold = await MemoryFold.open(projection.machine);
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    for (const change of changes) {
      if (change.kind === 'disconnected') {
        if (change.event.height === fold.height) fold.disconnect();
        continue;
      }
      const { height, hash, previousHash, time } = change.event;
      const block = {
        height: height as Height,
        hash: hash as BlockHash,
        previousHash: previousHash as BlockHash,
        time,
      };
      await fold.connect({ ...block, operations: change.operations });
    }
    options.onProgress?.(fold.height);
  }
  const stored = new Map((await readHashes(projection)).map((block) => [block.height, block]));
  const from = Math.max(options.from ?? 0, fold.blocks[0]?.block.height ?? 0);
  const compared = fold.blocks.filter(({ block }) => block.height >= from && stored.has(block.height));
  const last = compared.at(-1)?.block.height ?? from - 1;
  for (const height of options.trust?.keys() ?? []) {
    if (height < from || height > last)
      throw new NotFound(
        `${projection.schema}: the trusted height ${height} is not among the heights ${from} to ${last} that it shares with the log`,
      );
  }
  let operations = 0; // of the blocks that are compared, as `verifyProjection` counts them
  const answer = (blocks: number, disagreements: readonly Disagreement[]): Verified => ({
    from,
    to: from + blocks - 1,
    blocks,
    operations,
    disagreements,
  });
  let blocks = 0;
  for (const folded of compared) {
    const ours = stored.get(folded.block.height);
    if (ours === undefined) break;
    blocks++;
    operations += folded.outcomes.length;
    const found = compare(folded, ours, options.trust?.get(folded.block.height));
    if (found.length > 0) return answer(blocks, found);
  }
  return answer(blocks, []);
}

function compare(
  folded: FoldedBlock,
  stored: Awaited<ReturnType<typeof readHashes>>[number],
  trusted: string | undefined,
): Disagreement[] {
  const { height } = folded.block;
  const pairs: readonly (readonly [what: string, stored: string | null, computed: string])[] = [
    ['block', stored.hash, folded.block.hash],
    ['consensus hash', stored.consensusHash, folded.consensusHash],
    ['ops hash', stored.opsHash, folded.opsHash],
    ['changes hash', stored.changesHash, folded.changesHash],
    ['trusted consensus hash', trusted ?? folded.consensusHash, folded.consensusHash],
  ];
  return pairs.flatMap(([what, ours, computed]) =>
    ours === computed ? [] : [{ height, what, stored: String(ours), computed }],
  );
}
