import { type Block, bytesToHex } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import {
  EVERY_PAYLOAD,
  fundingOf,
  nulldataOf,
  originalSender,
  type RawBlocks,
  rawBlockAt,
  scannedEvents,
} from '../bitcoin/raw-block.ts';
import type { Case } from '../case.ts';
import type { ChainHead } from './echo-machine.ts';
import { hashesOf, type KvFold, openKvFold, transitionsWithEvents } from './kv-chain.ts';

interface RawChainVectors {
  readonly chains: readonly (ChainHead &
    RawBlocks & {
      readonly blocks: readonly { readonly block: number; readonly chainstate_rows: readonly unknown[] }[];
    })[];
}

export async function* rawChainCases({ chains }: RawChainVectors): AsyncIterable<Case> {
  for (const chain of chains) {
    const kv = await openKvFold(chain);
    const funding = fundingOf(chain);
    for (const { block: height, ...expected } of chain.blocks) {
      yield {
        name: `block ${height}`,
        expected,
        actual: () => foldRawBlock(kv, rawBlockAt(chain, chain.first_block, height), height, funding),
      };
    }
  }
}

async function foldRawBlock(kv: KvFold, block: Block, height: number, funding: ReturnType<typeof fundingOf>) {
  const found = scannedEvents(kv.chain, { block, height }, funding);
  const operations = found.map(({ event }, index): OperationEvent => {
    return { ...event, schema: 1, log: '00'.repeat(16), epoch: 1, sequence: index + 1 };
  });
  const { hash, header } = block;
  const input = { height: height as never, hash, previousHash: header.previousHash, time: header.time, operations };
  const folded = await kv.fold.connect(input);
  if (folded === null) return null;
  return {
    nulldata_transactions: scannedEvents(EVERY_PAYLOAD, { block, height }, funding).map((every) => ({
      fee: Number(every.event.fee),
      nulldata_hex: nulldataOf(every),
      txid: every.event.txid,
      txindex: every.event.transactionIndex,
    })),
    parsed_op_count: folded.outcomes.filter(({ verdict }) => verdict.kind !== 'ignored').length,
    chainstate_rows: transitionsWithEvents(folded).map(({ vtxindex, opcode, event }) => ({
      block_id: height,
      data_hex: event.payload,
      fee: Number(event.fee),
      opcode,
      senders: event.senders.map(originalSender),
      tx_hex: bytesToHex(found[event.position]?.scanned.transaction.strippedBytes ?? new Uint8Array(0)),
      tx_merkle_path: event.merklePath,
      txid: event.txid,
      txindex: event.transactionIndex,
      vtxindex,
    })),
    ...hashesOf(folded),
  };
}
