import { bytesToHex } from '@virtualchain/bitcoin';
import type { Case } from '../case.ts';
import {
  EVERY_PAYLOAD,
  fundingOf,
  nulldataOf,
  originalSender,
  type RawBlocks,
  rawBlockAt,
  scannedEvents,
} from './raw-block.ts';

interface BlockParseVectors extends RawBlocks {
  readonly first_height: number;
  readonly parsed: readonly { readonly height: number; readonly transactions: readonly unknown[] }[];
}

export function* blockParseCases(vectors: BlockParseVectors): Iterable<Case> {
  for (const { height, transactions } of vectors.parsed) {
    yield {
      name: `transactions of block ${height}`,
      expected: transactions,
      actual: () => parsedBlock(vectors, height),
    };
  }
}

/** The transaction objects of spec §2, from our block, scan and event. */
function parsedBlock(vectors: BlockParseVectors, height: number): readonly unknown[] {
  const block = rawBlockAt(vectors, vectors.first_height, height);
  return scannedEvents(EVERY_PAYLOAD, { block, height }, fundingOf(vectors)).map((found) => {
    const { scanned, event } = found;
    const { transaction } = scanned;
    return {
      blockhash: event.blockHash,
      blocktime: block.header.time,
      fee: Number(event.fee),
      hex: bytesToHex(transaction.strippedBytes),
      ins: event.inputs.map(({ txid, index, script, sequence }) => ({
        outpoint: { hash: txid, index },
        script,
        sequence,
      })),
      locktime: event.locktime,
      nulldata: nulldataOf(found),
      outs: event.outputs.map(({ value, script }) => ({ script, value: Number(value) })),
      relindex: event.position,
      senders: event.senders.map(originalSender),
      size: transaction.strippedLength,
      tx_merkle_path: event.merklePath,
      txid: event.txid,
      txindex: event.transactionIndex,
      version: event.version,
    };
  });
}
