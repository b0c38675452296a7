import { bytesToHex, type Height } from '@virtualchain/bitcoin';
import { previousHeights, serializeOperation } from '@virtualchain/machine';
import type { KvOperation } from '@virtualchain/machine-kv';
import type { Case } from '../case.ts';
import { fieldValues, type TypedFields, type TypedValue } from '../typed-value.ts';
import { type ChainHead, hashedFieldsOf } from './echo-machine.ts';
import { hashesOf, type KvFold, openKvFold, transitionsWithEvents } from './kv-chain.ts';
import { madeUpBlock } from './made-up-events.ts';

interface KvTransaction {
  readonly txid: string;
  readonly txindex: number;
  readonly nulldata_hex: string;
  readonly sender_script_hex: string;
  readonly fee: number;
}

interface KvBlock {
  readonly block: number;
  readonly txs: readonly KvTransaction[];
  readonly parsed_ops: readonly unknown[];
  readonly accepted: readonly { readonly opcode_hex: string; readonly txid: string; readonly fields: TypedFields }[];
  readonly accepted_serialized_hex: readonly string[];
  readonly chainstate_rows: readonly unknown[];
  readonly previous_blocks: readonly number[];
  readonly ops_hash: string;
  readonly consensus_hash: string;
}

interface KvVectors {
  readonly chains: readonly (ChainHead & {
    readonly label: string;
    readonly magic_hex: string;
    readonly blocks: readonly KvBlock[];
    readonly after?: {
      readonly lastblock: number;
      readonly lookup: readonly { readonly block: number; readonly consensus_hash: string }[];
      readonly valid_consensus_hashes_at_last: readonly string[];
    };
  })[];
}

export async function* consensusChainKvCases({ chains }: KvVectors): AsyncIterable<Case> {
  for (const { label, magic_hex, blocks, after, ...head } of chains) {
    const kv = await openKvFold(head);
    for (const { block, txs, accepted, ...expected } of blocks) {
      const { block: _block, txs: _txs, ...wanted } = { block, txs, ...expected };
      yield {
        name: `${label}: block ${block}`,
        expected: { ...wanted, accepted: accepted.map(({ txid, opcode_hex }) => ({ txid, opcode_hex })) },
        actual: () => foldBlock(kv, { firstBlock: head.first_block, magic: magic_hex }, block, txs),
      };
      yield {
        name: `${label}: block ${block}: accepted fields serialise`,
        expected: expected.accepted_serialized_hex,
        actual: () =>
          accepted.map(({ opcode_hex, fields }) => {
            const opcode = Number.parseInt(opcode_hex, 16);
            return bytesToHex(
              serializeOperation(opcode, hashedFieldsOf(head.opfields)[opcode] ?? [], fieldValues(fields)),
            );
          }),
      };
    }
    if (after !== undefined)
      yield { name: `${label}: after`, expected: after, actual: () => stateAfter(kv, after.lookup) };
  }
}

async function foldBlock(
  kv: KvFold,
  { firstBlock, magic }: { readonly firstBlock: number; readonly magic: string },
  block: number,
  txs: readonly KvTransaction[],
) {
  const input = madeUpBlock(
    block,
    txs
      .filter(({ nulldata_hex }) => nulldata_hex.startsWith(magic))
      .map(({ txid, txindex, nulldata_hex, sender_script_hex, fee }) => ({
        txid,
        transactionIndex: txindex,
        opcode: nulldata_hex.slice(magic.length, magic.length + 2) || null,
        payload: nulldata_hex.slice(magic.length + 2),
        senderScript: sender_script_hex,
        fee: `${fee}`,
      })),
  );
  const folded = await kv.fold.connect(input);
  if (folded === null) return null;
  const transitions = transitionsWithEvents(folded);
  return {
    parsed_ops: folded.outcomes
      .filter(({ verdict }) => verdict.kind !== 'ignored')
      .map(({ event }) => ({
        data_hex: event.payload,
        fee: Number(event.fee),
        fields: parsedFields(kv.fold.machine.parse(event) as KvOperation, event),
        opcode_hex: event.opcode,
        txid: event.txid,
        vtxindex: event.transactionIndex,
      })),
    accepted: transitions.map(({ event, opcode }) => ({ txid: event.txid, opcode_hex: opcode })),
    chainstate_rows: transitions.map(({ vtxindex, opcode, event }) => ({
      data_hex: event.payload,
      fee: Number(event.fee),
      opcode,
      txid: event.txid,
      txindex: event.transactionIndex,
      vtxindex,
    })),
    previous_blocks: previousHeights(block, firstBlock),
    ...hashesOf(folded),
  };
}

/** What the original's parser of kv returns. Its text is in byte strings. */
function parsedFields(
  { payload, sender, fee }: KvOperation,
  { height, transactionIndex }: { readonly height: number; readonly transactionIndex: number },
): Readonly<Record<string, TypedValue>> {
  const arg = payload.kind === 'update' ? payload.value : payload.kind === 'transfer' ? payload.recipientHash : null;
  return {
    arg: arg === null ? { type: 'none' } : asciiBytes(bytesToHex(arg)),
    block_number: { type: 'int', value: `${height}` },
    fee: { type: 'int', value: `${fee}` },
    name: asciiBytes(payload.name),
    sender: asciiBytes(sender),
    vtxindex: { type: 'int', value: `${transactionIndex}` },
  };
}

function asciiBytes(text: string): TypedValue {
  return { hex: bytesToHex(new TextEncoder().encode(text)), type: 'bytes' };
}

function stateAfter({ fold }: KvFold, lookup: readonly { readonly consensus_hash: string }[]) {
  const last = fold.height;
  const recent = Array.from({ length: fold.machine.consensusWindow + 1 }, (_, index) =>
    fold.consensusHashAt((last - fold.machine.consensusWindow + index) as Height),
  );
  return {
    lastblock: last,
    lookup: lookup.map(({ consensus_hash }) => ({
      block: fold.blocks.find((folded) => folded.consensusHash === consensus_hash)?.block.height ?? null,
      consensus_hash,
    })),
    valid_consensus_hashes_at_last: recent.filter((hash) => hash !== null),
  };
}
