import { ExpectedError } from '@virtualchain/kernel';
import type { BlockHash } from '../encoding/brand.ts';
import { type Block, parseBlock } from './block.ts';
import { isCoinbaseAt, strippedLengthAt } from './layout/block-layout.ts';
import { nodePairBytes, treeRoot } from './merkle-tree.ts';
import { checkProofOfWork } from './proof-of-work.ts';

/** Why a block is refused: the first rule that it breaks. */
export type BlockProblem =
  | 'WRONG_BLOCK'
  | 'WRONG_PARENT'
  | 'NO_PROOF_OF_WORK'
  | 'NO_COINBASE'
  | 'SECOND_COINBASE'
  | 'TRANSACTION_OF_64_BYTES'
  | 'DUPLICATED_TRANSACTIONS'
  | 'WRONG_MERKLE_ROOT';

/** A block that is not what it says. Another reply, or another node, may have the right one. */
export class BlockInvalid extends ExpectedError {
  override readonly name = 'BlockInvalid';
  readonly code = 'BLOCK_INVALID';
  readonly remedy = 'retry';
  readonly problem: BlockProblem;

  constructor(problem: BlockProblem, hash: BlockHash, detail: string) {
    super(`block ${hash}: ${problem}: ${detail}`);
    this.problem = problem;
  }
}

/** What a block is held to beside its own rules; what is absent is not compared. */
export interface ExpectedBlock {
  readonly hash?: BlockHash;
  readonly previousHash?: BlockHash;
  /** The easiest target that the network allows. */
  readonly targetMax?: bigint;
}

/**
 * Checks what a block says about itself: its hash and parent where the caller knows them, its proof of work, and that
 * the merkle root stands for exactly these transactions, as Core's `CheckBlock` and `IsBlockMutated` do. Refused are the
 * two ways to give other transactions the same root: repeated ones at the end (CVE-2012-2459), and inner nodes handed out
 * as transactions of 64 bytes (CVE-2017-12842). The latter have no coinbase in front, since that would take 2^224 tries;
 * behind a coinbase a transaction of 64 bytes is one, and mainnet holds five of them.
 * Scripts, amounts and witnesses are the node's to judge.
 * @throws BlockInvalid
 * @throws BlockMalformed when bytes are given that are no block.
 */
export function verifyBlock(input: Uint8Array | Block, expected: ExpectedBlock = {}): Block {
  const block = input instanceof Uint8Array ? parseBlock(input) : input;
  const { bytes, layout, hash, header } = block;
  const refuse = (problem: BlockProblem, detail: string): never => {
    throw new BlockInvalid(problem, hash, detail);
  };
  if (expected.hash !== undefined && hash !== expected.hash) refuse('WRONG_BLOCK', `${expected.hash} was asked for`);
  if (expected.previousHash !== undefined && header.previousHash !== expected.previousHash) {
    refuse('WRONG_PARENT', `builds on ${header.previousHash}, not on ${expected.previousHash}`);
  }
  if (!checkProofOfWork(hash, header.bits, expected.targetMax)) {
    refuse('NO_PROOF_OF_WORK', `bits ${header.bits.toString(16)}`);
  }
  if (!isCoinbaseAt(bytes, layout, 0)) {
    for (let index = 0; index < layout.count; index += 1) {
      if (strippedLengthAt(layout, index) !== nodePairBytes) continue;
      refuse('TRANSACTION_OF_64_BYTES', `transaction ${index}, and no coinbase in front`);
    }
    refuse('NO_COINBASE', 'the first transaction is not a coinbase');
  }
  for (let index = 1; index < layout.count; index += 1) {
    if (isCoinbaseAt(bytes, layout, index)) refuse('SECOND_COINBASE', `transaction ${index}`);
  }
  if (block.tree.isMalleable) refuse('DUPLICATED_TRANSACTIONS', 'two neighbours of the merkle tree are equal');
  const root = treeRoot(block.tree);
  if (root !== header.merkleRoot)
    refuse('WRONG_MERKLE_ROOT', `the transactions have ${root}, the header ${header.merkleRoot}`);
  return block;
}
