import {
  type Block,
  BlockInvalid,
  type BlockProblem,
  bytesEqual,
  commitmentPrefix,
  commitmentScript,
  heightPush,
  regtestBits,
  startsWith,
  type Transaction,
  verifyBlock,
  witnessRoot,
} from '@virtualchain/bitcoin';
import { BLOCK_SIGOPS_COST_MAX, BLOCK_WEIGHT_MAX, TIME_AHEAD_SECONDS_MAX, WITNESS_SCALE } from '../limits.ts';
import { legacySigops } from '../script/sigops.ts';
import type { KnownBlock } from './block-tree.ts';
import { isFinal, transactionProblem } from './check-transaction.ts';
import { medianTimeOf } from './median-time.ts';

const VERSION_MIN = 4;

const PROBLEMS: Readonly<Record<BlockProblem, string>> = {
  WRONG_BLOCK: 'bad-block',
  WRONG_PARENT: 'bad-prevblk',
  NO_PROOF_OF_WORK: 'high-hash',
  NO_COINBASE: 'bad-cb-missing',
  SECOND_COINBASE: 'bad-cb-multiple',
  DUPLICATED_TRANSACTIONS: 'bad-txns-duplicate',
  WRONG_MERKLE_ROOT: 'bad-txnmrklroot',
  TRANSACTION_OF_64_BYTES: 'bad-txnmrklroot',
};

/** What is wrong with a block wherever it stands, by the name that Core has for it; null when nothing is. */
export function blockProblem(block: Block): string | null {
  try {
    verifyBlock(block);
  } catch (error) {
    if (error instanceof BlockInvalid) return PROBLEMS[error.problem];
    throw error;
  }
  const { transactions } = block;
  if (strippedBytes(block) * WITNESS_SCALE > BLOCK_WEIGHT_MAX) return 'bad-blk-length';
  for (const transaction of transactions) {
    const problem = transactionProblem(transaction);
    if (problem !== null) return problem;
  }
  const sigops = transactions.reduce((sum, transaction) => sum + legacySigops(transaction), 0);
  return sigops * WITNESS_SCALE > BLOCK_SIGOPS_COST_MAX ? 'bad-blk-sigops' : null;
}

function strippedBytes({ bytes, transactions }: Block): number {
  const witnesses = transactions.reduce((sum, each) => sum + each.bytes.length - each.strippedLength, 0);
  return bytes.length - witnesses;
}

/** The same, for where the block stands. `now` is in Unix seconds. */
export function placeProblem(block: Block, parent: KnownBlock, now: number): string | null {
  const { bits, time, version } = block.header;
  if (bits !== regtestBits) return 'bad-diffbits';
  const median = medianTimeOf(parent);
  if (time <= median) return 'time-too-old';
  if (time > now + TIME_AHEAD_SECONDS_MAX) return 'time-too-new';
  if (version < VERSION_MIN || version >= 2 ** 31) return `bad-version(0x${version.toString(16).padStart(8, '0')})`;
  const height = parent.height + 1;
  const { transactions } = block;
  if (!transactions.every((each) => isFinal(each, height, median))) return 'bad-txns-nonfinal';
  if (!startsWith(transactions[0]?.inputs[0]?.script ?? new Uint8Array(0), heightPush(height))) return 'bad-cb-height';
  const witness = witnessProblem(transactions);
  if (witness !== null) return witness;
  const weight = strippedBytes(block) * (WITNESS_SCALE - 1) + block.bytes.length;
  return weight > BLOCK_WEIGHT_MAX ? 'bad-blk-weight' : null;
}

/** BIP141: the last output of the coinbase that looks like a commitment commits to all witnesses; without one there are none. */
function witnessProblem(transactions: readonly Transaction[]): string | null {
  const [coinbase, ...others] = transactions as [Transaction, ...Transaction[]];
  const commitment = coinbase.outputs.findLast(
    ({ script }) => script.length >= commitmentPrefix.length + 32 && startsWith(script, commitmentPrefix),
  );
  if (commitment === undefined) return transactions.some(({ isSegwit }) => isSegwit) ? 'unexpected-witness' : null;
  const [nonce, ...more] = coinbase.inputs[0]?.witness ?? [];
  if (nonce?.length !== 32 || more.length > 0) return 'bad-witness-nonce-size';
  const wanted = commitmentScript(witnessRoot(others), nonce);
  return bytesEqual(commitment.script.subarray(0, wanted.length), wanted) ? null : 'bad-witness-merkle-match';
}
