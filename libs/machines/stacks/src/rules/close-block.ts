import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import type { BlockContext, Prefetch, State } from '@virtualchain/machine';
import type { CommitRow, SortitionRow, StacksCollections } from '../collections.ts';
import type { MachineParameters } from '../machine-parameters.ts';
import type { StacksNetwork } from '../network/network.ts';
import { poxIdLength, stacksConsensusHash, stacksOpsHash, stacksPreviousHeights } from '../sortition/consensus.ts';
import { type Candidate, hasOneOutput, holdSortition, SORTITION_START, windowHeights } from '../sortition/sortition.ts';
import type { WindowBlock } from '../sortition/weigh.ts';

type Rows = State<StacksCollections>;
type Sortitions = MachineParameters['sortition'];

/** What `closeBlock` reads, whatever the operations. */
export function readAtClose(
  network: StacksNetwork,
  sortitions: Sortitions,
  height: number,
): Prefetch<StacksCollections> {
  const block = { index: 'block', prefix: { height } } as const;
  const window = sortitions === null ? [] : windowHeights(network, height).filter((each) => each < height);
  const previous = sortitions === null ? [] : previousSortitions(network, height);
  return {
    keys: { by: [block] },
    commits: { by: [block, ...window.map((each) => ({ index: 'block' as const, prefix: { height: each } }))] },
    missed: {
      by: [block, ...window.map((each) => ({ index: 'intended' as const, prefix: { intended_height: each } }))],
    },
    pre_stx: { by: [block] },
    stx_operations: { by: [block] },
    burn_blocks: [{ height }],
    sortitions: previous.map((each) => ({ height: each })),
  };
}

/** Heights whose sortitions a block needs: those of the first block are known without a row. */
function previousSortitions(network: StacksNetwork, height: number): readonly number[] {
  return stacksPreviousHeights(height - 1, network.firstBlock).filter((each) => each > network.firstBlock);
}

/** Adds up what a block accepted, and holds its sortition where that is asked for. */
export async function closeBlock(
  block: BlockContext,
  network: StacksNetwork,
  sortitions: Sortitions,
  rows: Rows,
): Promise<void> {
  const { height } = block;
  const keys = await Array.fromAsync(rows.keys.by('block', { height }));
  const commits = await Array.fromAsync(rows.commits.by('block', { height }));
  const requests = await Array.fromAsync(rows.stx_operations.by('block', { height }));
  const txids = [...keys, ...commits, ...requests].sort((a, b) => a.vtxindex - b.vtxindex).map(({ txid }) => txid);
  const opsHash = stacksOpsHash(txids);
  await rows.burn_blocks.put({
    height,
    keys: keys.length,
    commits: commits.length,
    missed: await rows.missed.count('block', { height }),
    pre_stx: await rows.pre_stx.count('block', { height }),
    stx_operations: requests.length,
    burn: commits.reduce((sum, { burn }) => sum + burn, 0n),
    ops_hash: hexToBytes(opsHash),
  });
  if (sortitions === null) return;
  const row = await sortitionOf(block, network, { commits, opsHash, rows });
  const expected = sortitions.expected.get(height);
  if (expected !== undefined && expected !== row.consensus_hash) {
    throw new Error(
      `the consensus hash of Stacks at block ${height} is ${row.consensus_hash} under the assumptions, ${expected} is expected: one of them does not hold, or a verdict below is wrong`,
    );
  }
  await rows.sortitions.put(row);
}

interface Closing {
  readonly commits: readonly CommitRow[];
  readonly opsHash: string;
  readonly rows: Rows;
}

async function sortitionOf(
  { height, hash }: BlockContext,
  network: StacksNetwork,
  { commits, opsHash, rows }: Closing,
): Promise<SortitionRow> {
  const before = await rowAt(height - 1, network, rows);
  const window: WindowBlock<Candidate>[] = [];
  for (const each of windowHeights(network, height)) {
    const made = each === height ? commits : await Array.fromAsync(rows.commits.by('block', { height: each }));
    const late = each === height ? [] : await Array.fromAsync(rows.missed.by('intended', { intended_height: each }));
    window.push({
      commits: made.map(candidateOf),
      missed: late.map(({ txid, spent_txid, spent_index }) => ({
        txid,
        spent: { txid: spent_txid, index: Number(spent_index) },
      })),
      hasOneOutput: hasOneOutput(network, each),
    });
  }
  const state =
    before === null
      ? SORTITION_START
      : { sortitionHash: before.sortition_hash, seed: before.seed, totalBurn: before.total_burn };
  const held = holdSortition(network, { height, hash }, state, window);
  const previous: string[] = [];
  for (const each of stacksPreviousHeights(height - 1, network.firstBlock))
    previous.push((await rowAt(each, network, rows))?.consensus_hash ?? FIRST_CONSENSUS_HASH);
  const poxId = '1'.repeat(poxIdLength(network, height));
  const { totalBurn, selected, reason, sortitionHash, seed } = held;
  return {
    height,
    block_hash: hash,
    consensus_hash: stacksConsensusHash({ blockHash: hash, opsHash, totalBurn, poxId, previous }),
    sortition_hash: sortitionHash,
    total_burn: totalBurn,
    selected_txid: selected?.txid ?? null,
    selected_vtxindex: commits.find(({ txid }) => txid === selected?.txid)?.vtxindex ?? null,
    reason,
    seed,
  };
}

const FIRST_CONSENSUS_HASH = '00'.repeat(20);

/** Null at the first block, which has none. The fold goes block by block from there, so that there is one at every other height. */
async function rowAt(
  height: number,
  { firstBlock }: StacksNetwork,
  { sortitions }: Rows,
): Promise<SortitionRow | null> {
  if (height <= firstBlock) return null;
  const row = await sortitions.get({ height });
  if (row === null) throw new Error(`no sortition at block ${height}`);
  return row;
}

const candidateOf = ({ txid, burn, spent_txid, spent_index, new_seed }: CommitRow): Candidate => ({
  txid,
  burn,
  spent: { txid: spent_txid, index: Number(spent_index) },
  newSeed: bytesToHex(new_seed),
});
