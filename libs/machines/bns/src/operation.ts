import type { FieldValue, Ignored, Verdict } from '@virtualchain/machine';
import type { Encoded } from '@virtualchain/protocol';
import type { NameRow } from './collections.ts';
import type { Epoch } from './rules/epochs.ts';
import type { DecidingBlock } from './rules/rules.ts';
import type { BnsTransaction, Sent } from './transaction.ts';

/** One of the twelve operations: how it reads, and what it takes and does. */
export interface OperationRules<Op extends Sent> {
  /** As subscribers and people call it. */
  readonly name: string;
  /** Payload and transaction together. Total. */
  parse(payload: Uint8Array, transaction: BnsTransaction, epoch: Epoch): Op | Ignored;
  /** Checks in the order of the original, then the effect. */
  decide(op: Op, block: DecidingBlock): Promise<Verdict>;
}

/** The payload alone, for subscribers and for people who send. */
export interface PayloadCodec {
  /** By the rules of an epoch. Total. */
  decode(payload: Uint8Array, epoch: Epoch): object | Ignored;
  encode(words: readonly string[]): Encoded;
  readonly usage: string;
}

type Fields = Readonly<Record<string, FieldValue>>;

/** The fields of a name's record as they are hashed. */
export function nameFields(row: NameRow): Fields {
  return { ...row, op_fee: row.imported_op_fee ?? row.op_fee };
}

/** A record as it was before an operation, with what the operation always replaces. */
export function touchedBy<Row extends object>(
  row: Row,
  { txid, vtxindex }: Sent,
  op: string,
): Row & { readonly txid: string; readonly vtxindex: number; readonly op: string } {
  return { ...row, txid, vtxindex, op };
}
