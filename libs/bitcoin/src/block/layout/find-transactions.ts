import type { Txid } from '../../encoding/brand.ts';
import { uint32At } from '../../encoding/byte-reader.ts';
import { reversedHex } from '../../encoding/hex.ts';
import type { Transaction } from '../../transaction/transaction.ts';
import type { Block } from '../block.ts';

/** The number that a txid is looked up by: 48 of its bits. Equal for equal txids, and nearly never for others. */
export function txidKey(txid: Txid): number {
  return Number.parseInt(txid.slice(-12), 16);
}

/** The same of a txid among the hashes of a block. */
export function txidKeyAt({ hashes }: Pick<Block, 'hashes'>, index: number): number {
  const at = 32 * index;
  const low = uint32At(hashes, at);
  return low + ((hashes[at + 4] as number) + 0x100 * (hashes[at + 5] as number)) * 0x100000000;
}

/**
 * Those of the txids that are in the block, with their transactions. No map of the whole block is made for it. Of txids
 * that share a key one is found, and the others are as if they were not there.
 */
export function findTransactions(block: Block, txids: readonly Txid[]): ReadonlyMap<Txid, Transaction> {
  const found = new Map<Txid, Transaction>();
  if (txids.length === 0) return found;
  const wanted = new Map(txids.map((txid) => [txidKey(txid), txid]));
  for (let index = 0; index < block.layout.count; index += 1) {
    const txid = wanted.get(txidKeyAt(block, index));
    if (txid === undefined || reversedHex(block.hashes, 32 * index, 32) !== txid) continue;
    found.set(txid, block.transactionAt(index));
  }
  return found;
}
