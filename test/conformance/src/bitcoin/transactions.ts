import {
  bytesToHex,
  changeOf,
  hexToBytes,
  legacySighash,
  parseTransaction,
  type Sats,
  segwitSighash,
  serializeTransaction,
  serializeWitness,
  type Transaction,
  type Txid,
  transactionFee,
  transactionFields,
} from '@virtualchain/bitcoin';
import { AN_ERROR, type Case } from '../case.ts';
import { legacySighashExpected, type SighashInputs, witnessExpected } from '../corrections.ts';
import { expectedOf, type Result } from '../result.ts';

export interface OriginalInput {
  readonly outpoint: { readonly hash: string; readonly index: number };
  readonly script: string;
  readonly sequence: number;
  readonly witness_script?: string;
}

export interface OriginalOutput {
  readonly script: string;
  readonly value: number;
}

interface TransactionsVectors {
  readonly transactions: readonly {
    readonly tx_hex: string;
    readonly is_segwit: boolean;
    readonly parsed: unknown;
    readonly txid: string;
    readonly reserialized: string;
    readonly fee_at_37_sat_per_byte: number;
  }[];
  readonly segwit_transactions: readonly {
    readonly tx_hex: string;
    readonly is_segwit: boolean;
    readonly parsed_with_correct_witness: { readonly ins: readonly OriginalInput[] };
    readonly stripped: string;
    readonly txid: string;
    readonly fee_at_37_sat_per_byte_with_correct_witness_length: number;
    readonly witness_stacks: readonly (readonly string[])[];
    readonly original_library: {
      readonly fee_at_37_sat_per_byte: number;
      readonly witness_scripts_double_hex_bug: readonly string[];
    };
  }[];
  readonly malformed: readonly { readonly tx_hex: string }[];
  readonly extend: readonly {
    readonly tx_hex: string;
    readonly new_inputs: readonly OriginalInput[];
    readonly new_outputs: readonly OriginalOutput[];
    readonly result: string;
  }[];
  readonly change: readonly {
    readonly inputs: readonly number[];
    readonly send: number;
    readonly fee: number;
    readonly result: Result<number>;
  }[];
  readonly sighash: readonly (SighashInputs & {
    readonly label?: string;
    readonly amount: number;
    readonly legacy_sighash: Result<string>;
    readonly segwit_sighash: Result<string>;
  })[];
  readonly witness: readonly {
    readonly stack: readonly string[];
    readonly correct_hex: string;
    readonly original_library_hex_double_hex_bug: string;
  }[];
}

const feeRate = 37n;

export function* transactionsCases(vectors: TransactionsVectors): Iterable<Case> {
  for (const [index, { tx_hex, ...expected }] of vectors.transactions.entries()) {
    yield {
      name: `transactions.${index}`,
      expected,
      actual: () => {
        const transaction = parseTransaction(hexToBytes(tx_hex));
        return {
          is_segwit: transaction.isSegwit,
          parsed: originalTransaction(transaction),
          txid: transaction.txid,
          reserialized: bytesToHex(serializeTransaction(transaction)),
          fee_at_37_sat_per_byte: Number(transactionFee(transaction, feeRate)),
        };
      },
    };
  }
  for (const [index, each] of vectors.segwit_transactions.entries()) yield* segwitCases(index, each);
  for (const { tx_hex } of vectors.malformed) {
    yield {
      name: `malformed ${tx_hex.slice(0, 40) || '(nothing)'}, ${tx_hex.length / 2} bytes`,
      expected: AN_ERROR,
      actual: () => parseTransaction(hexToBytes(tx_hex)).txid,
    };
  }
  for (const [index, { tx_hex, new_inputs, new_outputs, result }] of vectors.extend.entries()) {
    yield {
      name: `extend.${index}`,
      expected: result,
      actual: () => bytesToHex(extended(tx_hex, new_inputs, new_outputs)),
    };
  }
  for (const { inputs, send, fee, result } of vectors.change) {
    yield {
      name: `change of ${inputs.join(' + ')} after ${send} and ${fee}`,
      expected: expectedOf(result),
      actual: () => Number(changeOf(inputs.map(BigInt), BigInt(send), BigInt(fee))),
    };
  }
  for (const [index, each] of vectors.sighash.entries()) yield* sighashCases(index, each);
  for (const { stack, correct_hex, original_library_hex_double_hex_bug } of vectors.witness) {
    yield {
      name: `witness of ${stack.length} items`,
      ...witnessExpected(correct_hex, original_library_hex_double_hex_bug),
      actual: () => bytesToHex(serializeWitness(stack.map(hexToBytes))),
    };
  }
}

function* segwitCases(index: number, recorded: TransactionsVectors['segwit_transactions'][number]): Iterable<Case> {
  const { tx_hex, parsed_with_correct_witness: parsed, original_library: original } = recorded;
  const fee = recorded.fee_at_37_sat_per_byte_with_correct_witness_length;
  const transaction = (): Transaction => parseTransaction(hexToBytes(tx_hex));
  yield {
    name: `segwit_transactions.${index}`,
    expected: {
      is_segwit: recorded.is_segwit,
      stripped: recorded.stripped,
      txid: recorded.txid,
      witness_stacks: recorded.witness_stacks,
      tx_hex,
    },
    actual: () => {
      const read = transaction();
      return {
        is_segwit: read.isSegwit,
        stripped: bytesToHex(read.strippedBytes),
        txid: read.txid,
        witness_stacks: read.inputs.map(({ witness }) => witness.map(bytesToHex)),
        tx_hex: bytesToHex(serializeTransaction(read)),
      };
    },
  };
  yield {
    name: `segwit_transactions.${index}: parsed`,
    expected: parsed,
    actual: () => originalTransaction(transaction()),
    corrected: witnessExpected<readonly (string | undefined)[]>(
      parsed.ins.map(({ witness_script }) => witness_script),
      original.witness_scripts_double_hex_bug,
    ).corrected,
  };
  yield {
    name: `segwit_transactions.${index}: fee`,
    ...witnessExpected(fee, original.fee_at_37_sat_per_byte),
    actual: () => Number(transactionFee(transaction(), feeRate)),
  };
}

function* sighashCases(index: number, recorded: TransactionsVectors['sighash'][number]): Iterable<Case> {
  const { tx_hex, input_index, script_hex, hashcode, amount, label } = recorded;
  const name = `sighash.${index} (${label ?? `flags ${hashcode.toString(16)}`})`;
  const transaction = (): Transaction => parseTransaction(hexToBytes(tx_hex));
  const script = hexToBytes(script_hex);
  yield {
    name: `${name}: legacy`,
    ...legacySighashExpected(recorded, expectedOf(recorded.legacy_sighash)),
    actual: () => bytesToHex(legacySighash(transaction(), input_index, script, hashcode)),
  };
  // One file has a case whose second half is about another input, named in its label.
  const segwitIndex = Number(/segwit index (\d+)/.exec(label ?? '')?.[1] ?? input_index);
  yield {
    name: `${name}: segwit`,
    expected: expectedOf(recorded.segwit_sighash),
    actual: () =>
      bytesToHex(segwitSighash(transaction(), segwitIndex, { scriptCode: script, amount: BigInt(amount) }, hashcode)),
  };
}

/** A transaction as the original shows it. */
export function originalTransaction({ inputs, outputs, version, locktime, isSegwit }: Transaction) {
  return {
    ins: inputs.map(({ txid, index, script, sequence, witness }) => ({
      outpoint: { hash: txid, index },
      script: bytesToHex(script),
      sequence,
      ...(isSegwit ? { witness_script: bytesToHex(serializeWitness(witness)) } : {}),
    })),
    locktime,
    outs: outputs.map(({ value, script }) => ({ script: bytesToHex(script), value: Number(value) })),
    version,
  };
}

function extended(hex: string, inputs: readonly OriginalInput[], outputs: readonly OriginalOutput[]): Uint8Array {
  const fields = transactionFields(parseTransaction(hexToBytes(hex)));
  return serializeTransaction({
    ...fields,
    inputs: [
      ...fields.inputs,
      ...inputs.map(({ outpoint, script, sequence }) => ({
        txid: outpoint.hash as Txid,
        index: outpoint.index,
        script: hexToBytes(script),
        sequence,
        witness: [],
      })),
    ],
    outputs: [
      ...fields.outputs,
      ...outputs.map(({ script, value }) => ({ script: hexToBytes(script), value: BigInt(value) as Sats })),
    ],
  });
}
