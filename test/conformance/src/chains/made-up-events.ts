import {
  type BlockHash,
  type Height,
  height as heightOf,
  NULL_TXID,
  type SatsText,
  satsText,
  type Txid,
} from '@virtualchain/bitcoin';
import type { FoldInput } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';

/** What a vector file says of a transaction that it gives without its block. */
export interface MadeUpOperation {
  readonly txid: string;
  readonly transactionIndex: number;
  readonly opcode: string | null;
  readonly payload: string;
  readonly senderScript: string;
  readonly fee: string;
}

/** A block of the log around operations that the file gives without a block: hashes are made up from the height. */
export function madeUpBlock(height: number, operations: readonly MadeUpOperation[]): FoldInput {
  return {
    height: heightOf(height),
    hash: madeUpHash(height),
    previousHash: madeUpHash(height - 1),
    time: height,
    operations: operations.map((operation, position) => madeUpEvent(heightOf(height), position, operation)),
  };
}

export function madeUpHash(height: number): BlockHash {
  return height.toString(16).padStart(64, '0') as BlockHash;
}

function madeUpEvent(height: Height, position: number, operation: MadeUpOperation): OperationEvent {
  const { senderScript, txid, fee, ...said } = operation;
  const outpoint = { txid: NULL_TXID, index: 0 };
  return {
    type: 'operation',
    schema: 1,
    log: '00'.repeat(16),
    epoch: 1,
    sequence: position + 1,
    height,
    blockHash: madeUpHash(height),
    position,
    version: 1,
    locktime: 0,
    ...said,
    txid: txid as Txid,
    fee: fee as SatsText,
    name: null,
    decoded: null,
    senders: [
      { ...outpoint, value: satsText(0n), scriptPubKey: senderScript, scriptType: 'nonstandard', addresses: [] },
    ],
    inputs: [{ ...outpoint, script: '', sequence: 0 }],
    outputs: [],
    merklePath: '',
  };
}
