import { height, parseBlock, type Txid } from '@virtualchain/bitcoin';
import {
  type Collection,
  canonicalJson,
  canonicalRow,
  type FoldedBlock,
  MemoryFold,
  type Row,
} from '@virtualchain/machine';
import { type MachineInstance, type PostgresProjection, readHashes, readRows } from '@virtualchain/projection';
import { type FundingLookup, type OperationEvent, operationEvents, scanBlock } from '@virtualchain/protocol';
import type { BuiltBlock } from '@virtualchain/testing';

/** What differs between Postgres and what it should hold; empty when all is equal. */
export type Differences = readonly string[];

/** Folds the raw blocks of a branch on memory: no node, no log, no database. */
export async function foldRawBlocks(
  { machine, chain, network }: MachineInstance,
  branch: readonly BuiltBlock[],
): Promise<MemoryFold> {
  const fold = await MemoryFold.open(machine);
  const transactions = new Map<Txid, ReturnType<FundingLookup>>();
  for (const built of branch) {
    const block = parseBlock(built.bytes);
    for (const transaction of block.transactions) transactions.set(transaction.txid, transaction);
    if (built.height < chain.firstBlock) continue;
    const scanned = scanBlock(block, [chain])[0]?.transactions ?? [];
    const at = { block, height: height(built.height) };
    const operations = operationEvents(chain, network, at, scanned, (txid) =>
      transactions.get(txid),
    ) as unknown as OperationEvent[];
    await fold.connect({
      height: at.height,
      hash: built.hash,
      previousHash: built.previousHash,
      time: built.time,
      operations,
    });
  }
  return fold;
}

/** Compares a projection with a memory fold: every row of every collection, and every hash of every height. */
export async function compareWithFold(projection: PostgresProjection, fold: MemoryFold): Promise<Differences> {
  const { machine, schema } = projection;
  const differences: string[] = [];
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    differences.push(
      ...compareRows(`${schema}.${name}`, collection, await readRows(projection, name), fold.state.dump(name)),
    );
  }
  const stored = await readHashes(projection);
  if (stored.length !== fold.blocks.length)
    differences.push(`${schema}: ${stored.length} blocks, the fold has ${fold.blocks.length}`);
  for (const [i, block] of fold.blocks.entries()) {
    const ours = stored[i];
    for (const field of ['opsHash', 'consensusHash', 'changesHash'] as const) {
      if (ours?.[field] !== block[field])
        differences.push(
          `${schema}: ${field} at height ${block.block.height}: ${ours?.[field]}, the fold has ${block[field]}`,
        );
    }
    if (ours?.hash !== block.block.hash)
      differences.push(
        `${schema}: block ${ours?.hash} at height ${block.block.height}, the fold has ${block.block.hash}`,
      );
  }
  return differences;
}

function compareRows(
  name: string,
  collection: Collection,
  stored: readonly Row[],
  wanted: readonly Row[],
): Differences {
  const texts = (rows: readonly Row[]): string[] => rows.map((row) => canonicalJson(canonicalRow(collection, row)));
  const [ours, theirs] = [texts(stored), texts(wanted)];
  const differences: string[] = [];
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    if (ours[i] !== theirs[i]) differences.push(`${name}, row ${i}: ${ours[i]}, expected ${theirs[i]}`);
  }
  return differences;
}

/** Verdicts of the winning branch by reason, from the fold. */
export function verdictCounts(blocks: readonly FoldedBlock[]): {
  readonly operations: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly rejectionReasons: Readonly<Record<string, number>>;
} {
  const verdicts = blocks.flatMap(({ outcomes }) => outcomes.map(({ verdict }) => verdict));
  const rejected = verdicts.flatMap((verdict) => (verdict.kind === 'rejected' ? [verdict.code] : []));
  const reasons: Record<string, number> = {};
  for (const code of rejected) reasons[code] = (reasons[code] ?? 0) + 1;
  return {
    operations: verdicts.length,
    accepted: verdicts.filter(({ kind }) => kind === 'accepted').length,
    rejected: rejected.length,
    rejectionReasons: reasons,
  };
}
