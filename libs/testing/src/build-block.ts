import {
  type BlockHash,
  type BlockHeader,
  bitsToTarget,
  blockHash,
  compactSizeBytes,
  concatBytes,
  doubleSha256,
  type Height,
  height as heightOf,
  merkleTree,
  parseHeader,
  parseTransaction,
  reversedHex,
  serializeHeader,
  type Txid,
  treeRoot,
} from '@virtualchain/bitcoin';
import { type CoinbasePlan, coinbaseTransaction } from './coinbase.ts';

/** What a block needs to know of the one below it. */
export interface Parent {
  readonly hash: string;
  readonly height: number;
  /** Unix seconds. */
  readonly time: number;
}

export interface BlockPlan {
  readonly parent: Parent;
  /** Raw, in the order they are to have; the coinbase is made here. */
  readonly transactions: readonly Uint8Array[];
  readonly coinbase: CoinbasePlan;
  /** Unix seconds; one more than the parent's unless given. */
  readonly time?: number;
}

/** A block with valid proof of work for regtest. */
export interface BuiltBlock {
  readonly raw: Uint8Array;
  readonly hash: BlockHash;
  readonly height: Height;
  /** In the order of the block, the coinbase first. */
  readonly txids: readonly Txid[];
  readonly coinbaseTxid: Txid;
  readonly time: number;
  readonly header: BlockHeader;
}

/** The first block of regtest, on every node. */
export const regtestGenesis: Parent = {
  hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
  height: 0,
  time: 1_296_688_602,
};

const blockVersion = 0x20000000;
/** The easiest target there is: every second hash meets it. */
const regtestBits = 0x207fffff;
const nonceOffset = 76;

/**
 * Builds a block of regtest on any parent: coinbase, merkle root, witness commitment, proof of work. Whether the
 * transactions are valid is the node's to judge.
 * @throws TransactionMalformed when bytes are given that are no transaction.
 */
export function buildBlock(plan: BlockPlan): BuiltBlock {
  const height = heightOf(plan.parent.height + 1);
  const time = plan.time ?? plan.parent.time + 1;
  const given = plan.transactions.map((bytes) => parseTransaction(bytes));
  const transactions = [coinbaseTransaction(height, plan.coinbase, given), ...given];
  const headerBytes = serializeHeader({
    version: blockVersion,
    previousHash: blockHash(plan.parent.hash),
    merkleRoot: treeRoot(merkleTree(transactions.map(({ hash }) => hash))),
    time,
    bits: regtestBits,
    nonce: 0,
  });
  const hash = grind(headerBytes);
  const txids = transactions.map(({ txid }) => txid);
  return {
    raw: concatBytes(headerBytes, compactSizeBytes(transactions.length), ...transactions.map(({ bytes }) => bytes)),
    hash,
    height,
    txids,
    coinbaseTxid: txids[0] as Txid,
    time,
    header: parseHeader(headerBytes),
  };
}

/** Counts the nonce of a header up, in place, until its hash meets the target. */
function grind(headerBytes: Uint8Array): BlockHash {
  const target = bitsToTarget(regtestBits) as bigint;
  const view = new DataView(headerBytes.buffer, headerBytes.byteOffset);
  for (let nonce = 0; ; nonce += 1) {
    view.setUint32(nonceOffset, nonce, true);
    const hash = reversedHex(doubleSha256(headerBytes)) as BlockHash;
    if (BigInt(`0x${hash}`) <= target) return hash;
  }
}
