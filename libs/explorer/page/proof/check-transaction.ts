import {
  bytesToHex,
  doubleSha256,
  hexToBytes,
  nulldataPayload,
  reversedHex,
  serializeStripped,
  type TransactionFields,
} from '@virtualchain/bitcoin';
import type { OperationEvent, WholeTransaction } from '../data/answers.ts';
import { plural, short } from '../words/text.ts';
import type { Step } from './check-proof.ts';

/**
 * Checks that what is shown of a transaction is what its id stands for: inputs and outputs, put together as the network
 * writes them, hash to the id, and the payload stands in them behind the magic bytes. Total, as `checkProof`.
 */
export function checkTransaction(
  { txid, opcode, payload }: Pick<OperationEvent, 'txid' | 'opcode' | 'payload'>,
  transaction: WholeTransaction,
  magic: string,
): readonly Step[] {
  try {
    const fields = fieldsOf(transaction);
    const bytes = serializeStripped(fields);
    const hash = reversedHex(doubleSha256(bytes));
    const carried = nulldataPayload(fields.outputs);
    return [
      {
        says: 'The transaction as it is shown hashes to its id',
        holds: hash === txid,
        detail: `${plural(bytes.length, 'byte')} hash to ${short(hash)}`,
      },
      {
        says: 'It carries the payload that is shown',
        holds: carried !== null && bytesToHex(carried) === `${magic}${opcode ?? ''}${payload}`,
        detail: magic === '' ? 'a chain without magic bytes' : `behind the magic bytes ${magic}`,
      },
    ];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [{ says: 'The transaction can be read', holds: false, detail }];
  }
}

function fieldsOf({ version, locktime, inputs, outputs }: WholeTransaction): TransactionFields {
  const fields = {
    version,
    locktime,
    inputs: inputs.map(({ txid, index, script, sequence }) => ({
      ...{ txid, index, sequence, witness: [] },
      script: hexToBytes(script),
    })),
    outputs: outputs.map(({ value, script }) => ({ value: BigInt(value), script: hexToBytes(script) })),
  };
  return fields as unknown as TransactionFields;
}
