import {
  type BlockHash,
  bytesToHex,
  doubleSha256,
  type Height,
  hexToBytes,
  satsText,
  height as toHeight,
  txid,
  uint32Bytes,
} from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import { foldBlock, parseBlock } from './fold.ts';
import { emptyCollectionHashes } from './hash/changes-hash.ts';
import type { Reading } from './reading.ts';
import { SnapshotView } from './snapshots.ts';
import type { Collection, Row } from './state/collection.ts';
import type { StateSource } from './state/state-source.ts';
import { WorkingState } from './state/working-state.ts';
import type { AnyStateMachine } from './state-machine.ts';
import type { Verdict } from './verdict.ts';

/** An operation that was not sent: what of its event the rules read. */
export type Rehearsed = Pick<OperationEvent, 'opcode' | 'payload' | 'senders' | 'inputs' | 'outputs'>;

/**
 * The verdicts that the machine itself would give if each operation were alone in a block, these blocks following the
 * one that is read. Nothing is written.
 */
export async function rehearse(
  machine: AnyStateMachine,
  reading: Reading,
  operations: readonly Rehearsed[],
): Promise<readonly Verdict[]> {
  const working = new WorkingState(sourceOf(machine, reading));
  const snapshots = new SnapshotView(machine, {
    at: (heights) => reading.consensusHashes(heights),
    heightOf: (hash) => reading.heightOf(hash),
  });
  const first = reading.height + 1;
  await snapshots.prepare(toHeight(first), toHeight(first + operations.length - 1));
  let collectionHashes = emptyCollectionHashes(machine.collections);
  const verdicts: Verdict[] = [];
  for (const [i, operation] of operations.entries()) {
    const height = toHeight(first + i);
    const block = { height, hash: madeHash(height), previousHash: madeHash(height - 1), time: 0 };
    const input = { ...block, operations: [eventOf(operation, block)] };
    const folded = await foldBlock(machine, { working, snapshots, collectionHashes }, parseBlock(machine, input));
    ({ collectionHashes } = folded);
    verdicts.push((folded.outcomes[0] as { readonly verdict: Verdict }).verdict);
  }
  return verdicts;
}

function eventOf(
  operation: Rehearsed,
  { height, hash }: { readonly height: Height; readonly hash: BlockHash },
): OperationEvent {
  return {
    type: 'operation',
    schema: 1,
    log: '00'.repeat(16),
    epoch: 1,
    sequence: height + 1,
    height,
    blockHash: hash,
    position: 0,
    txid: txid(hash),
    transactionIndex: 1,
    version: 2,
    locktime: 0,
    name: null,
    decoded: null,
    fee: satsText(0n),
    merklePath: '',
    ...operation,
  };
}

/** No block has it. */
function madeHash(height: number): BlockHash {
  return bytesToHex(doubleSha256(hexToBytes(bytesToHex(uint32Bytes(Math.max(0, height)))))) as BlockHash;
}

/** The rows of a reading as a batch lies on them. */
function sourceOf({ collections }: AnyStateMachine, reading: Reading): StateSource {
  const at = (name: string) => {
    const found = reading.state[name];
    if (found === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
    return found;
  };
  const keyOf = (name: string, row: Row): Row =>
    Object.fromEntries((collections[name] as Collection).key.map((column) => [column, row[column] ?? null]));
  return {
    collections,
    get: async (name, _key, row) => (await at(name).get(keyOf(name, row) as never)) as Row | null,
    page: async (name, { index, prefix }, after, limit) => {
      const rows: Row[] = [];
      const options = { limit, ...(after === null ? {} : { after }) };
      for await (const row of at(name).by(index as never, prefix, options)) rows.push(row as Row);
      return rows;
    },
    count: (name, { index, prefix }) => at(name).count(index as never, prefix),
  };
}
