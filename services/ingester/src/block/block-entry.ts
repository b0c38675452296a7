import {
  type Block,
  type BlockHash,
  bytesToHex,
  type ExpectedBlock,
  findTransactions,
  type Height,
  parseTransaction,
  type Transaction,
  type Txid,
  verifyBlock,
  workFromBits,
} from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { BranchBlock, SpentOutputs } from '@virtualchain/node-client';
import type { LogEntry } from '@virtualchain/operation-log';
import {
  FundingUnknown,
  fundingTxids,
  type OperationEvent,
  operationEvents,
  type ScannedTransaction,
  scanBlock,
  type Unplaced,
} from '@virtualchain/protocol';
import type { LeadingIngest } from '../ingest.ts';
import { BLOCK_RECORD_BYTES, INPUT_RECORD_BYTES, OPERATION_RECORD_BYTES } from '../limits.ts';

/** The node named the block, and does not hand it out. */
export class BlockNotServed extends ExpectedError {
  override readonly name = 'BlockNotServed';
  readonly code = 'BLOCK_NOT_SERVED';
  readonly remedy = 'retry';
  constructor(at: Height, hash: BlockHash) {
    super(`the node has block ${at} ${hash} on its best chain, and does not hand it out`);
  }
}

/** A block made ready for the log. */
export interface ReadyBlock {
  readonly entry: LogEntry & { readonly kind: 'connect' };
  /** About how many bytes its records take. */
  readonly bytes: number;
  /** Spent outputs whose amount and script are the node's word: it has pruned the transactions that would prove them. */
  readonly unprovenOutputs: number;
  /** When it was asked for, where traces are collected. */
  readonly beganMs?: number;
}

/** What making a block ready needs. */
type BlockPorts = Pick<LeadingIngest, 'chain' | 'network' | 'node' | 'blocks' | 'difficulty'>;

/**
 * Fetches a block, verifies it, and finds the chain's operations in it with their funding outputs. Null when the block
 * left the node's best chain meanwhile: what the node does not have then says nothing.
 *
 * A funding output is proven by the bytes of its transaction, which hash to the txid that the input names. Where the node
 * has pruned those bytes, it is what the node shows beside the input: the node checked it when it connected the block, and
 * we have its word for it.
 *
 * @throws BlockInvalid, BlockMalformed, BlockNotServed, HeaderInvalid, FundingUnknown, and what the node's failures throw.
 */
export async function readyBlock(
  leading: BlockPorts,
  parent: BranchBlock | null,
  at: Height,
  hash: BlockHash,
): Promise<ReadyBlock | null> {
  const { chain, network, node, blocks, difficulty } = leading;
  const fetched = await blocks.fetch(hash);
  if (fetched === null) {
    if (await hasLeft(leading, at, hash)) return null;
    throw new BlockNotServed(at, hash);
  }
  const block = verified(leading, fetched, { hash, ...(parent && { previousHash: parent.hash }) });
  await difficulty.pass(at, block.header);
  const scanned = scanBlock(block, chain);
  const wanted = fundingTxids(scanned, chain);
  const funding = await findFunding(leading, block, wanted);
  const missing = wanted.filter((txid) => !funding.has(txid));
  if (missing.length > 0 && (await hasLeft(leading, at, hash))) return null;
  const shown = missing.length === 0 ? new Map<Txid, SpentOutputs>() : await node.spentOutputs(missing, hash);
  const unknown = missing.find((txid) => !shown.has(txid));
  if (unknown !== undefined) throw new FundingUnknown(unknown, 0);
  const operations = operationEvents({ chain, network }, { block, height: at }, scanned, (txid) => {
    const outputs = shown.get(txid);
    return outputs === undefined ? funding.get(txid) : { outputs };
  });
  const work = (parent?.work ?? 0n) + workFromBits(block.header.bits);
  const { previousHash, time } = block.header;
  const header = bytesToHex(block.headerBytes);
  return {
    entry: { kind: 'connect', block: { height: at, hash, previousHash, header, time, work }, operations },
    unprovenOutputs: operations.reduce(
      (sum, { senders }) => sum + senders.filter(({ txid }) => shown.has(txid)).length,
      0,
    ),
    bytes: operations.reduce(
      (sum, operation, index) => sum + recordBytes(operation, scanned[index]),
      BLOCK_RECORD_BYTES,
    ),
  };
}

/** Scripts appear as hex in inputs or outputs, a payload once more, and beside them what each input spends, and witnesses. */
function recordBytes({ senders, inputs }: Unplaced<OperationEvent>, scanned: ScannedTransaction | undefined): number {
  const spent = senders.reduce((sum, { scriptPubKey }) => sum + INPUT_RECORD_BYTES + scriptPubKey.length, 0);
  const witnesses = inputs.reduce(
    (sum, { witness = [] }) => witness.reduce((all, item) => all + item.length + 3, sum),
    0,
  );
  return OPERATION_RECORD_BYTES + 4 * (scanned?.transaction.strippedLength ?? 0) + spent + witnesses;
}

/** A block that does not pass is not kept: the node, or another one, is asked again. @throws BlockInvalid */
function verified({ blocks }: BlockPorts, block: Block, expected: ExpectedBlock & { readonly hash: BlockHash }): Block {
  try {
    return verifyBlock(block, expected);
  } catch (error) {
    blocks.forget(expected.hash);
    throw error;
  }
}

async function hasLeft({ node }: BlockPorts, at: Height, hash: BlockHash): Promise<boolean> {
  return (await node.blockHashAt(at)) !== hash;
}

/** Funding transactions: of the same block, of blocks still kept, and from the node in one go. */
async function findFunding(
  { blocks, node }: BlockPorts,
  block: Block,
  wanted: readonly Txid[],
): Promise<Map<Txid, Transaction>> {
  const found = new Map<Txid, Transaction>(findTransactions(block, wanted));
  for (const [txid, transaction] of blocks.transactions(wanted.filter((txid) => !found.has(txid)))) {
    found.set(txid, transaction);
  }
  const asked = wanted.filter((txid) => !found.has(txid));
  if (asked.length === 0) return found;
  for (const [txid, bytes] of await node.transactions(asked, block.hash)) found.set(txid, parseTransaction(bytes));
  return found;
}
