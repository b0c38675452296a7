import {
  type BlockHash,
  type BlockHeader,
  checkProofOfWork,
  compactSizeBytes,
  concatBytes,
  doubleSha256,
  type Height,
  headerHash,
  hexToBytes,
  joinBytes,
  merkleTree,
  NULL_TXID,
  parseTransaction,
  reverseBytes,
  type Sats,
  serializeHeader,
  serializeTransaction,
  type Transaction,
  type TransactionOutput,
  treeRoot,
} from '@virtualchain/bitcoin';
import type { BuiltBlock } from './built-block.ts';
import { regtestBits, subsidyAt } from './regtest.ts';

/** A block to build. */
export interface BlockPlan {
  readonly parent: BuiltBlock;
  /** Raw, in this order, after the coinbase. */
  readonly transactions?: readonly Uint8Array[];
  /** Tells siblings apart, in their names and in their coinbases. */
  readonly letter?: string;
  /** Where the subsidy goes; to anyone when absent. */
  readonly coinbaseScript?: Uint8Array;
  /** Unix seconds; the parent's and one when absent. */
  readonly time?: number;
  readonly bits?: number;
}

const ANYONE = Uint8Array.of(0x51);

/**
 * Builds a valid block for regtest: height in the coinbase (BIP34), witness commitment where a transaction has witnesses,
 * proof of work. The same plan gives the same block.
 */
export function buildBlock({ parent, transactions = [], letter = 'a', ...plan }: BlockPlan): BuiltBlock {
  const { coinbaseScript = ANYONE, time = parent.time + 1, bits = regtestBits } = plan;
  const height = (parent.height + 1) as Height;
  const name = `${parent.name}${letter}`;
  const parsed = transactions.map(parseTransaction);
  const coinbase = buildCoinbase(height, letter, coinbaseScript, parsed);
  const tree = merkleTree([parseTransaction(coinbase).hash, ...parsed.map(({ hash }) => hash)]);
  const header = { version: 0x20000000, previousHash: parent.hash, merkleRoot: treeRoot(tree), time, bits, nonce: 0 };
  const { hash, bytes: headerBytes } = grind(header);
  const bytes = joinBytes([headerBytes, compactSizeBytes(parsed.length + 1), coinbase, ...transactions]);
  return { name, height, hash, previousHash: parent.hash, time, bytes };
}

function grind(header: BlockHeader): { readonly hash: BlockHash; readonly bytes: Uint8Array } {
  for (let nonce = 0; ; nonce += 1) {
    const bytes = serializeHeader({ ...header, nonce });
    const hash = headerHash(bytes);
    if (checkProofOfWork(hash, header.bits)) return { hash, bytes };
  }
}

function buildCoinbase(height: number, letter: string, payTo: Uint8Array, others: readonly Transaction[]): Uint8Array {
  const hasWitness = others.some(({ isSegwit }) => isSegwit);
  const outputs: TransactionOutput[] = [{ value: subsidyAt(height) as Sats, script: payTo }];
  if (hasWitness) outputs.push({ value: 0n as Sats, script: witnessCommitment(others) });
  const tag = new TextEncoder().encode(letter);
  const script = concatBytes(heightPush(height), Uint8Array.of(tag.length + 1, 0x2f), tag);
  const witness = hasWitness ? [WITNESS_NONCE] : [];
  const input = { txid: NULL_TXID, index: 0xffffffff, script, sequence: 0xffffffff, witness };
  return serializeTransaction({ version: 2, inputs: [input], outputs, locktime: 0 });
}

/** A number as script pushes it: opcodes up to 16, and signed little-endian bytes above. */
function heightPush(height: number): Uint8Array {
  if (height <= 16) return Uint8Array.of(height === 0 ? 0 : 0x50 + height);
  const digits: number[] = [];
  for (let rest = height; rest > 0; rest = Math.floor(rest / 256)) digits.push(rest & 255);
  if ((digits.at(-1) ?? 0) >= 0x80) digits.push(0);
  return Uint8Array.of(digits.length, ...digits);
}

const WITNESS_NONCE = new Uint8Array(32);

/** BIP141: OP_RETURN, and the hash over the root of the witness ids and the nonce. */
function witnessCommitment(others: readonly Transaction[]): Uint8Array {
  const leaves = [new Uint8Array(32), ...others.map(({ wtxid }) => reverseBytes(hexToBytes(wtxid)))];
  const root = reverseBytes(hexToBytes(treeRoot(merkleTree(leaves))));
  return concatBytes(hexToBytes('6a24aa21a9ed'), doubleSha256(concatBytes(root, WITNESS_NONCE)));
}
