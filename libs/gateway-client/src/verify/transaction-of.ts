import {
  bytesToHex,
  hexToBytes,
  isHexBytes,
  nulldataPayload,
  sats,
  serializeStripped,
  type TransactionFields,
  txid as toTxid,
} from '@virtualchain/bitcoin';
import type { OperationEntry } from '../entries.ts';
import { AnswerNotProven } from './errors.ts';

/** An operation as subscriptions bring it. */
export type Operation = OperationEntry['operation'];

/**
 * The transaction of an operation, made of what the operation says of it, without witnesses: its hash is the txid, so that
 * nothing of it can be other than it is. That the payload is the one that the outputs carry, and that senders, where the
 * chain has some, are named for the outputs which the inputs spend, is checked too.
 *
 * @throws AnswerNotProven
 */
export function transactionOf(operation: Operation, magic: string | undefined): Uint8Array {
  const { fields, spent } = readOperation(operation);
  const carried = nulldataPayload(fields.outputs);
  const said = `${operation.opcode ?? ''}${operation.payload}`;
  const hex = carried === null ? null : bytesToHex(carried);
  if (hex === null || !(magic === undefined ? hex.endsWith(said) : hex === magic + said))
    throw new AnswerNotProven('TRANSACTION_DIFFERS', 'its outputs carry another payload');
  if (operation.isWithoutSenders !== true && spent !== placesOf(fields.inputs))
    throw new AnswerNotProven('TRANSACTION_DIFFERS', 'its senders are not the outputs that it spends');
  return serializeStripped(fields);
}

const placesOf = (places: readonly { readonly txid: string; readonly index: number }[]): string =>
  places.map(({ txid, index }) => `${txid}:${index}`).join();

/** @throws AnswerNotProven for what is no operation */
function readOperation(operation: Operation): { readonly fields: TransactionFields; readonly spent: string } {
  try {
    const { version, locktime, inputs, outputs, senders } = operation;
    const fields = {
      version,
      locktime,
      inputs: inputs.map(({ txid, index, script, sequence }) => {
        return { txid: toTxid(txid), index, script: bytesOf(script), sequence, witness: [] };
      }),
      outputs: outputs.map(({ value, script }) => ({ value: sats(BigInt(value)), script: bytesOf(script) })),
    };
    return { fields, spent: placesOf(senders) };
  } catch (cause) {
    throw new AnswerNotProven('ANSWER_MALFORMED', `an operation without a transaction: ${(cause as Error).message}`);
  }
}

function bytesOf(hex: string): Uint8Array {
  if (!isHexBytes(hex)) throw new RangeError(`not bytes as hex: ${hex}`);
  return hexToBytes(hex);
}
