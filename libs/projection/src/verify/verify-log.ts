import { type FoldedBlock, MemoryFold } from '@virtualchain/machine';
import type { LogChange, OperationLog } from '@virtualchain/operation-log';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import type { StoredHashes } from '../build/blocks.ts';
import { readHashes } from '../read/hashes.ts';
import { checkTrusted, compareAt, compareTrusted, type Disagreement, type Trusted, type Verified } from './verified.ts';

/** From which height the log is folded, and what must be met. */
export interface VerifyLogOptions {
  readonly from?: number;
  readonly trust?: Trusted;
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
  const { trust = new Map<number, string>() } = options;
  const fold = await MemoryFold.open(projection.machine);
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    await foldChanges(fold, changes);
    options.onProgress?.(fold.height);
  }
  const stored = new Map((await readHashes(projection)).map((block) => [block.height, block]));
  const from = Math.max(options.from ?? 0, fold.blocks[0]?.block.height ?? 0);
  const compared = fold.blocks.filter(({ block }) => block.height >= from && stored.has(block.height));
  const last = compared.at(-1)?.block.height ?? from - 1;
  checkTrusted(trust, from, last, (heights) => `${projection.schema}: ${heights} that it shares with the log`);
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
    const found = compare(folded, ours, trust.get(folded.block.height));
    if (found.length > 0) return answer(blocks, found);
  }
  return answer(blocks, []);
}

async function foldChanges(fold: MemoryFold, changes: readonly LogChange[]): Promise<void> {
  for (const change of changes) {
    const { height } = change.event;
    if (change.kind === 'connected') await fold.connect({ ...change.event, operations: change.operations });
    else if (height === fold.height) fold.disconnect();
  }
}

function compare(folded: FoldedBlock, stored: StoredHashes, trusted: string | undefined): Disagreement[] {
  const { height } = folded.block;
  const found = compareAt(height, [
    ['block', stored.hash, folded.block.hash],
    ['consensus hash', stored.consensusHash, folded.consensusHash],
    ['ops hash', stored.opsHash, folded.opsHash],
    ['changes hash', stored.changesHash, folded.changesHash],
  ]);
  return trusted === undefined ? found : [...found, ...compareTrusted(height, trusted, folded.consensusHash)];
}
