import { height, parseBlock, type Txid } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  allRows,
  type Collection,
  canonicalJson,
  canonicalRow,
  type FoldedBlock,
  MemoryFold,
  type Reading,
  type Row,
} from '@virtualchain/machine';
import {
  type FundingLookup,
  type OperationEvent,
  operationEvents,
  scanBlock,
  type VirtualChain,
} from '@virtualchain/protocol';
import type { BuiltBlock } from './building/built-block.ts';

/** What differs between a projection and what it should hold; empty when all is equal. */
export type Differences = readonly string[];

/** Folds the raw blocks of a branch on memory: no node, no log, no database. */
export async function foldRawBlocks(
  {
    machine,
    chain,
    network,
  }: { readonly machine: AnyStateMachine; readonly chain: VirtualChain; readonly network: string },
  branch: readonly BuiltBlock[],
): Promise<MemoryFold> {
  const fold = await MemoryFold.open(machine);
  const transactions = new Map<Txid, ReturnType<FundingLookup>>();
  for (const built of branch) {
    const block = parseBlock(built.bytes);
    for (const transaction of block.transactions) transactions.set(transaction.txid, transaction);
    if (built.height < chain.firstBlock) continue;
    const scanned = scanBlock(block, chain);
    const at = { block, height: height(built.height) };
    const operations = operationEvents({ chain, network }, at, scanned, (txid) =>
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

/** Compares a projection at its tip with a memory fold: every row of every collection, and every hash of every height. */
export async function compareWithFold(reading: Reading, fold: MemoryFold): Promise<Differences> {
  const { machine } = fold;
  const differences: string[] = [];
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    const stored = await allRows(reading, name);
    differences.push(...compareRows(`${machine.name}.${name}`, collection, stored, fold.state.dump(name)));
  }
  if (reading.tip !== fold.height)
    differences.push(`${machine.name}: stands at height ${reading.tip}, the fold at ${fold.height}`);
  for (const folded of fold.blocks) differences.push(...(await compareBlock(machine.name, reading, folded)));
  const first = fold.blocks[0]?.block.height ?? 0;
  if (first > 0 && (await reading.block(height(first - 1))) !== null)
    differences.push(`${machine.name}: has a block below height ${first}, where the fold begins`);
  return differences;
}

async function compareBlock(name: string, reading: Reading, folded: FoldedBlock): Promise<Differences> {
  const stored = await reading.block(folded.block.height);
  const pairs = [
    ['block', stored?.hash, folded.block.hash],
    ['ops hash', stored?.opsHash, folded.opsHash],
    ['consensus hash', stored?.consensusHash, folded.consensusHash],
    ['changes hash', stored?.changesHash, folded.changesHash],
  ] as const;
  return pairs.flatMap(([what, ours, wanted]) =>
    ours === wanted ? [] : [`${name}: ${what} at height ${folded.block.height}: ${ours}, the fold has ${wanted}`],
  );
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
